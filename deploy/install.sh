#!/usr/bin/env bash
# Installs the portal on a Debian machine, or brings an installed one to this version. Run it as often as you
# like: keys and settings that are there are never touched, a version that is there is not built twice.
#
#   deploy/install.sh --server-name kokuho.city.example --municipality-code 281000
#
#   --wheelhouse DIR     take the Python packages from here (make wheelhouse) and from nowhere else
#   --backup-dirs A,B    two places of backups          --key-backup-dirs A,B   two places of key-store copies
#   --anchors DIR        second place of the audit record
#   --certificate FILE   --certificate-key FILE   of TLS
#   --prefix DIR         everything under DIR, without accounts, services and system packages: to look at it
#   --venv DIR           with --prefix: a virtual environment that is there already
#   --https-port N       443
set -euo pipefail
SOURCE=$(cd "$(dirname "$0")/.." && pwd)
PREFIX= WHEELHOUSE= VENV= SERVER_NAME= MUNICIPALITY_CODE= HTTPS_PORT=443
BACKUP_DIRS= KEY_BACKUP_DIRS= ANCHORS= CERTIFICATE= CERTIFICATE_KEY=

say() { printf 'install: %s\n' "$*"; }
die() { printf 'install: %s\n' "$*" >&2; exit 1; }

while [ $# -gt 0 ]; do
  case "$1" in
    --prefix|--wheelhouse|--venv|--server-name|--municipality-code|--https-port|--backup-dirs|--key-backup-dirs|--anchors|--certificate|--certificate-key)
      [ $# -gt 1 ] || die "$1 needs a value"
      name=${1#--}; name=${name//-/_}
      printf -v "${name^^}" '%s' "$2"; shift 2 ;;
    *) die "unknown: $1 (the first lines of this file say what there is)" ;;
  esac
done

ETC=$PREFIX/etc/portal KEYS=$PREFIX/etc/portal/keys OPT=$PREFIX/opt/portal LIB=$PREFIX/var/lib/portal
LOG=$PREFIX/var/log/portal UNITS=$PREFIX/etc/systemd/system
CERTIFICATE=${CERTIFICATE:-$ETC/tls/portal.crt} CERTIFICATE_KEY=${CERTIFICATE_KEY:-$ETC/tls/portal.key}
ANCHORS=${ANCHORS:-$PREFIX/srv/portal-anchors}
BACKUP_DIRS=${BACKUP_DIRS:-$PREFIX/srv/portal-backup-1,$PREFIX/srv/portal-backup-2}
KEY_BACKUP_DIRS=${KEY_BACKUP_DIRS:-$PREFIX/srv/portal-keys-1,$PREFIX/srv/portal-keys-2}
is_real() { [ -z "$PREFIX" ]; }

# The name of this version: what stands in the repository, and what it needs.
version() {
  (cd "$SOURCE" && find wsgi.py requirements.txt portal workflows services models forms printing interchange rules \
    -type f ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
}

refuse_what_cannot_work() {
  [ -r /etc/debian_version ] || die "this is not Debian"
  ! is_real || [ "$(id -u)" = 0 ] || die "run this as root"
  ! is_real || [ -n "$SERVER_NAME" ] || [ -f "$ETC/portal.env" ] || die "--server-name is missing: the name people open"
  [ -z "$WHEELHOUSE" ] || [ -d "$WHEELHOUSE" ] || die "--wheelhouse: $WHEELHOUSE is not there"
  case "$BACKUP_DIRS,$KEY_BACKUP_DIRS,$ANCHORS$PREFIX" in *[!A-Za-z0-9_,./-]*) die "folders: letters, digits, . _ - / only" ;; esac
}

add_account() {  # name, home: without a login
  getent passwd "$1" >/dev/null || adduser --system --group --no-create-home --home "$2" --shell /usr/sbin/nologin "$1"
}

folder() {  # path, mode, owner
  install -d -m "$2" "$1"
  ! is_real || chown "$3" "$1"
}

make_accounts_and_folders() {
  if is_real; then
    add_account portal /var/lib/portal
    add_account portal-backup /nonexistent
  fi
  folder "$OPT" 0755 root:root
  folder "$OPT/releases" 0755 root:root
  folder "$ETC" 0755 root:root
  folder "$KEYS" 0700 root:root
  folder "$ETC/tls" 0700 root:root
  folder "$LIB" 0750 portal:portal
  folder "$LOG" 0750 www-data:adm
  folder "$ANCHORS" 0700 portal:portal
  folder "$PREFIX/run" 0755 root:root
  local place
  for place in ${BACKUP_DIRS//,/ } ${KEY_BACKUP_DIRS//,/ }; do folder "$place" 0700 portal-backup:portal-backup; done
}

build_release() {
  RELEASE=$OPT/releases/$(version)
  if [ -f "$RELEASE/.whole" ]; then
    say "version ${RELEASE##*/} is here"
    return
  fi
  say "building version ${RELEASE##*/}"
  rm -rf "$RELEASE.draft"
  install -d -m 0755 "$RELEASE.draft"
  (cd "$SOURCE" && tar -c --exclude=__pycache__ wsgi.py requirements.txt docs deploy UPGRADE.md portal workflows \
    services models forms printing interchange rules) | tar -x --no-same-owner --no-same-permissions -C "$RELEASE.draft"
  rm -rf "$RELEASE"
  mv -T "$RELEASE.draft" "$RELEASE"  # a virtual environment knows its path: it is made in its place
  if [ -n "$VENV" ]; then
    ln -s "$VENV" "$RELEASE/.venv"
  else
    python3.11 -m venv "$RELEASE/.venv"
    local from=()
    [ -z "$WHEELHOUSE" ] || from=(--no-index --find-links "$WHEELHOUSE")
    "$RELEASE/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes \
      --only-binary=:all: "${from[@]}" -r "$RELEASE/requirements.txt"
    "$RELEASE/.venv/bin/python" -m compileall -q -x '/\.venv/' "$RELEASE"
  fi
  touch "$RELEASE/.whole"
}

switch_to_release() {
  ln -sfn "$RELEASE" "$OPT/current.new"
  mv -T "$OPT/current.new" "$OPT/current"
}

filled() {  # a file of deploy/ with its blanks filled in
  sed -e "s|@PREFIX@|$PREFIX|g" -e "s|@SERVER_NAME@|$SERVER_NAME|g" -e "s|@HTTPS_PORT@|$HTTPS_PORT|g" \
    -e "s|@CERTIFICATE@|$CERTIFICATE|g" -e "s|@CERTIFICATE_KEY@|$CERTIFICATE_KEY|g" -e "s|@LOG@|$LOG|g" \
    -e "s|@UPLOAD_MEGABYTES@|26|g" -e "s|@ANCHORS@|$ANCHORS|g" -e "s|@BACKUP_DIRS@|$BACKUP_DIRS|g" \
    -e "s|@KEY_BACKUP_DIRS@|$KEY_BACKUP_DIRS|g" -e "s|@BACKUPS@|${BACKUP_DIRS//,/ }|g" \
    -e "s|@KEY_BACKUPS@|${KEY_BACKUP_DIRS//,/ }|g" -e "s|@MUNICIPALITY_CODE@|$MUNICIPALITY_CODE|g" "$SOURCE/deploy/$1"
}

put() {  # file of deploy/, target, mode: always the one of this version
  install -d -m 0755 "$(dirname "$2")"
  filled "$1" > "$2.new"
  chmod "$3" "$2.new"
  mv "$2.new" "$2"
}

put_once() {  # the same, but what is there is the operator's and stays
  if [ -e "$2" ]; then say "kept $2"; else put "$@"; say "made $2: look through it"; fi
}

key_once() {  # name, Python that prints it
  local file=$KEYS/$1
  [ ! -e "$file" ] || return 0
  (umask 077; set -C; python3 -c "$2" > "$file")
  say "made $file: put a sealed copy apart from the backups"
}

make_keys() {
  key_once secret_key 'import secrets; print(secrets.token_hex(32))'
  key_once master_key.json 'import json, secrets; k = secrets.token_hex; print(json.dumps({"current": "k1", "keys": {"k1": k(32)}, "index": k(32)}))'
  key_once audit_key.json 'import json, secrets; k = secrets.token_hex; print(json.dumps({"current": "a1", "keys": {"a1": k(32)}, "pseudonym": k(32)}))'
  local name
  for name in backup_key key_store_backup_key; do
    key_once "$name.json" 'import json, secrets; print(json.dumps({"current": "b1", "keys": {"b1": secrets.token_hex(32)}}))'
  done
  for name in pgpass pgpass_backup; do key_once "$name" 'print("# host:port:database:role:password")'; done
}

put_everything() {
  local unit name
  put_once env/portal.env "$ETC/portal.env" 0640
  put_once env/backup.env "$ETC/backup.env" 0640
  put_once env/setup.env "$ETC/setup.env" 0600
  for unit in "$SOURCE"/deploy/systemd/portal-*; do
    name=${unit##*/}
    put "systemd/$name" "$UNITS/$name" 0644
  done
  for unit in portal-web portal-worker portal-backup portal-backup-keys portal-audit-verify; do
    put_once systemd/peers.conf "$UNITS/$unit.service.d/peers.conf" 0644
  done
  put nginx/portal.conf "$PREFIX/etc/nginx/sites-available/portal" 0644
  put logrotate/portal "$PREFIX/etc/logrotate.d/portal" 0644
  put logrotate/journald.conf "$PREFIX/etc/systemd/journald.conf.d/portal.conf" 0644
  put_once journal/upload.conf "$PREFIX/etc/systemd/journal-upload.conf.d/portal.conf" 0644
  put bin/portal "$PREFIX/usr/local/sbin/portal" 0755
}

switch_on() {
  is_real || return 0
  install -d /etc/nginx/sites-enabled
  ln -sfn /etc/nginx/sites-available/portal /etc/nginx/sites-enabled/portal
  systemctl daemon-reload
  systemctl enable portal-web.socket portal-web portal-worker portal-backup.timer portal-backup-keys.timer \
    portal-backup-verify.timer portal-audit-verify.timer
}

refuse_what_cannot_work
if is_real; then
  . "$SOURCE/scripts/system.sh"
  (cd "$SOURCE" && . scripts/python.sh && install_system_packages server)
fi
make_accounts_and_folders
build_release
make_keys
put_everything
switch_to_release
switch_on
say "installed ${RELEASE##*/}"
is_real || exit 0
cat <<'TOLD'
What is left, once (docs/installation.md):
  1. look through /etc/portal/*.env; certificate and key into /etc/portal/tls
  2. PostgreSQL: deploy/postgresql/roles.sql, database.sql; passwords into /etc/portal/keys/pgpass*
  3. the log: /etc/systemd/journal-upload.conf.d/portal.conf, then systemctl enable --now systemd-journal-upload
  4. portal setup && portal doctor && portal check
  5. systemctl start portal-web.socket portal-web portal-worker portal-backup.timer portal-backup-keys.timer
     portal-backup-verify.timer portal-audit-verify.timer; systemctl reload nginx
TOLD

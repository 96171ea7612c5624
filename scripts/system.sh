# What the machine itself must have: sourced by scripts/bootstrap.sh.

# WeasyPrint's text layout, its font subsetter, file types, and fonts that have the rare characters.
LIBRARIES=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libmagic1
  fonts-ipaexfont-mincho fonts-ipaexfont-gothic fonts-ipamj-mincho
  fonts-morisawa-bizud-gothic fonts-morisawa-bizud-mincho)

say() { printf '%s\n' "portal: $*" >&2; }
die() { say "$@"; exit 1; }

# One switch for both refusals below, for whoever wants to try a machine that nobody has tried.
untested() {
  if [ "${PORTAL_ANY_PYTHON:-}" = 1 ]; then
    say "warning: $1; going on because PORTAL_ANY_PYTHON=1"
  else
    die "$1. Only Debian 12 with Python 3.11 was tested. PORTAL_ANY_PYTHON=1 tries all the same."
  fi
}

is_debian() { [ -r /etc/os-release ] && (. /etc/os-release && [ "${ID:-}" = debian ]); }

refuse_untested_system() {
  if ! is_debian; then
    untested "this is not Debian"
  elif ! (. /etc/os-release && [ "${VERSION_ID:-}" = 12 ]); then
    untested "this is not Debian 12"
  fi
}

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

has_postgresql() {
  local initdb
  for initdb in /usr/lib/postgresql/{15,16,17,18}/bin/initdb; do [ -x "$initdb" ] && return 0; done
  return 1
}

# What stands around the portal on a server: the end of TLS, and the shared counts of several machines.
server_packages() {
  PATH=$PATH:/usr/sbin command -v nginx >/dev/null || echo nginx-light
  command -v redis-server >/dev/null || echo redis-server
}

missing_packages() {
  local package
  for package in "${LIBRARIES[@]}"; do is_installed "$package" || echo "$package"; done
  find_python >/dev/null || printf '%s\n' python3.11 python3-venv
  if [ "$1" = test ]; then
    is_installed poppler-utils || echo poppler-utils
    is_installed softhsm2 || echo softhsm2
    has_postgresql || echo postgresql
    command -v chromium >/dev/null || echo chromium
    PATH=$PATH:/usr/sbin command -v clamd >/dev/null || echo clamav-daemon
    command -v openssl >/dev/null || echo openssl
    server_packages
    command -v systemd-socket-activate >/dev/null || echo systemd
  elif [ "$1" = server ]; then
    server_packages
    command -v pg_dump >/dev/null || echo postgresql-client
  fi
}

apt() {
  local as=()
  [ "$(id -u)" = 0 ] || as=(sudo)
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" >&2
}

install_system_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$1")
  [ "${#missing[@]}" = 0 ] && return
  local advice="missing on this machine: ${missing[*]}. Install with: apt-get install ${missing[*]}"
  if ! command -v dpkg-query >/dev/null; then
    say "warning: this system does not say what is installed. Needed: ${missing[*]}, or what it calls them"
    return
  fi
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || die "$advice (as root; there is no sudo here)"
  say "installing ${missing[*]}"
  apt update || say "warning: the list of packages could not be fetched; trying with the old one"
  apt install --no-install-recommends "${missing[@]}" || die "apt-get failed. $advice"
}

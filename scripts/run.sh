#!/usr/bin/env bash
# From nothing to a portal that answers: installs what is missing, prepares the database, serves.
# Ctrl-C stops the web server and the worker. Everything it keeps is in var/.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/system.sh
scripts/bootstrap.sh run
unset PYTHONPATH PYTHONHOME PYTHONSAFEPATH

PORT=${PORT:-8080}
SIZE=${SIZE:-small}
BIN=.venv/bin
ADDRESS=http://localhost:$PORT
export PORTAL_DEMO_DATA=true  # production refuses it
flask() { "$BIN/flask" --app wsgi "$@"; }
is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; }
answers() {
  "$BIN/python" -c "from urllib.request import urlopen; urlopen('http://127.0.0.1:$PORT/', timeout=5)" 2>/dev/null
}

! is_taken || die "port $PORT is taken. Another one: make run PORT=8081"
mkdir -p var
flask check
flask setup
flask demo load --size "$SIZE" --if-empty
flask demo cases --if-none
flask demo transfers --if-none
flask demo incoming --if-none
flask demo network --if-none

"$BIN/gunicorn" --config python:portal.server --bind "127.0.0.1:$PORT" --workers 2 --worker-tmp-dir /dev/shm --no-control-socket wsgi:application &
web=$!
"$BIN/flask" --app wsgi worker &
worker=$!
stop() {
  trap - INT TERM EXIT
  kill "$web" "$worker" 2>/dev/null || true
  wait "$web" "$worker" 2>/dev/null || true
}
trap 'stop; exit 0' INT TERM
trap stop EXIT

tries=0
until answers; do
  kill -0 "$web" 2>/dev/null || die "the web server stopped; the reason stands above"
  [ $((tries += 1)) -lt 200 ] || die "the web server does not answer; the reason stands above"
  sleep 0.3
done
printf '\nThe portal answers on %s\n\n' "$ADDRESS"
flask demo accounts
printf '\nCtrl-C stops it.\n'
wait -n "$web" "$worker" || true
die "the web server or the worker stopped; the reason stands above"

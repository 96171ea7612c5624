# The Python of the portal, its .venv and its locked packages: sourced by scripts/bootstrap.sh.

VENV=.venv

is_usable() { "$1" -c "import sys, venv, ensurepip; sys.exit(not (${2}))" >/dev/null 2>&1; }

# The first Python that can make a virtual environment: 3.11, or with PORTAL_ANY_PYTHON=1 a newer one.
find_python() {
  local candidate
  for candidate in python3.11 python3 /usr/bin/python3.11; do
    is_usable "$candidate" "sys.version_info[:2] == (3, 11)" && { echo "$candidate"; return; }
  done
  [ "${PORTAL_ANY_PYTHON:-}" = 1 ] || return 1
  is_usable python3 "sys.version_info >= (3, 11)" && echo python3
}

make_venv() {
  local python
  python=$(find_python) || untested "there is no Python 3.11 that can make a virtual environment"
  python=${python:-python3}
  if ! is_usable "$VENV/bin/python" "sys.version_info[:2] == (3, 11)"; then
    is_usable "$python" "sys.version_info[:2] == (3, 11)" || untested "$python is not Python 3.11"
    is_usable "$VENV/bin/python" True && [ "${PORTAL_ANY_PYTHON:-}" = 1 ] && return
    say "making $VENV with $("$python" --version)"
    "$python" -m venv --clear "$VENV"
  fi
}

# The stamp is written last: an interrupted installation is taken up again.
install_locked() {
  local mode=$1 lock wanted arguments=()
  shift
  for lock in "$@"; do arguments+=(-r "$lock"); done
  wanted=$(cat "$@" | sha256sum)  # of requirements.txt alone, or of both
  [ "$(cat "$VENV/.installed-$mode" 2>/dev/null)" = "$wanted" ] && return
  say "installing the locked Python packages (a minute or two, once)"
  "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --require-hashes "${arguments[@]}" || die "the Python packages could not be installed"
  echo "$wanted" > "$VENV/.installed-$mode"
  sha256sum < requirements.txt > "$VENV/.installed-run"
}

#!/usr/bin/env bash
# Makes this machine ready, installing only what is missing: `scripts/bootstrap.sh run` or `… test`.
# Safe to call at any time; when nothing is missing it takes a second and touches nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/system.sh
. scripts/python.sh

case "${1:-}" in
  run)  LOCKS=(requirements.txt) ;;
  test) LOCKS=(requirements.txt requirements-dev.txt) ;;
  *)    say "usage: scripts/bootstrap.sh run|test"; exit 2 ;;
esac

# Another models or workflows on the path would be taken for ours, or -P would hide ours.
unset PYTHONPATH PYTHONHOME PYTHONSAFEPATH

refuse_untested_system
install_system_packages "$1"
make_venv
install_locked "$1" "${LOCKS[@]}"

#!/usr/bin/env bash
# Compiles requirements*.in into lists with hashes. This machine's own package settings are left out,
# so that the result is the same everywhere: `scripts/lock.sh [package to upgrade]`.
set -euo pipefail
cd "$(dirname "$0")/.."
upgrade=()
[ $# -eq 0 ] || upgrade=(--upgrade-package "$1")
for name in requirements requirements-dev; do
  env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null \
    CUSTOM_COMPILE_COMMAND="make lock" \
    .venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-options \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host "${upgrade[@]}" \
    --output-file "$name.txt" "$name.in"
done

#!/usr/bin/env bash
# Writes the hashed locks. They name no host, so that a mirror is a matter of the user's own settings.
set -euo pipefail
cd "$(dirname "$0")/.."
UV="${UV:-.venv/bin/uv}"
compile() {
  local out="requirements/$1.txt"
  shift
  "$UV" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-header --no-annotate --output-file "$out" "$@"
}
compile dev pyproject.toml --extra dev
# The smaller sets take their versions from the one that the tests ran on.
compile server pyproject.toml --extra server --constraint requirements/dev.txt
compile edge pyproject.toml --extra edge --constraint requirements/dev.txt
# The installer itself, which pip fetches.
echo "uv==$("$UV" --version | cut -d' ' -f2)" | compile uv -

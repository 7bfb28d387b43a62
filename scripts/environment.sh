#!/bin/sh
# environment.sh FOLDER LOCK: make the virtual environment FOLDER hold what the lock file LOCK says, hashes checked.
# Does nothing when it already does: FOLDER/.installed tells the Python, the lock and its checksum.

set -u
. "$(dirname "$0")/common.sh"
. scripts/python.sh

environment=$1
lock=$2
installed=$environment/.installed
log=$environment/install.log

stamp() {
    printf '%s %s %s\n' "$version" "$lock" "$(cksum <"$lock")"
}

# True if the environment's own Python runs and may stay. Sets $version.
is_alive() {
    answer=$(probe "$environment/bin/python") || return 1
    version=${answer%% *}
    is_supported "$version" || return 1
    if [ -n "${PYTHON:-}" ]; then
        find_python
        wanted=$(probe "$found")
        [ "${wanted%% *}" = "$version" ] || return 1
    fi
    # The interpreter behind the link may have become another version, which does not see the packages of the old one.
    [ ! -f "$installed" ] || [ "$(cut -d ' ' -f 1 <"$installed")" = "$version" ]
}

has_installer() {
    command -v uv >/dev/null 2>&1 || "$environment/bin/python" -m pip --version >/dev/null 2>&1
}

make_environment() {
    find_python
    if [ -e "$environment" ]; then
        say "Making $environment again with $found ..."
        rm -rf "$environment"
    fi
    if ! { mkdir -p "$environment" && touch "$log"; } 2>/dev/null; then
        fail "cannot write to $PWD/$environment. Make the folder writable (and see that the disk is not full), or copy Gatehouse to a folder of yours."
    fi
    answer=$(probe "$found")
    version=${answer%% *}
    pip_option=""
    case "$answer" in *ensurepip*) pip_option=--without-pip ;; esac
    # shellcheck disable=SC2086 # one option or none
    "$found" -m venv $pip_option "$environment" >>"$log" 2>&1 ||
        fail "$found could not make $environment: $(tail -n 1 "$log")"
}

install_with_uv() {
    command -v uv >/dev/null 2>&1 &&
        UV_PYTHON_DOWNLOADS=never uv pip install --python "$environment/bin/python" --require-hashes -r "$lock" >>"$log" 2>&1
}

# A user's own pip configuration may send packages to the home folder: not from here.
install_with_pip() {
    PIP_USER=0 PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 \
        "$environment/bin/python" -m pip install --no-input --retries 2 --require-hashes -r "$lock" >>"$log" 2>&1
}

explain_failure() {
    if grep -q 'DO NOT MATCH THE HASHES' "$log"; then
        fail "a downloaded package is not the one that $lock names (its hash differs): nothing of it was installed. See $log."
    elif grep -Eqi 'no space left' "$log"; then
        fail "the disk is full. See $log."
    elif grep -Eq 'NewConnectionError|NameResolutionError|Max retries|timed out|ProxyError|No matching distribution' "$log"; then
        fail "the packages in $lock could not be downloaded. Check the network (and pip's index or proxy settings), then try again. See $log."
    fi
    fail "the packages in $lock could not be installed. See $log."
}

is_alive || make_environment
[ "$(cat "$installed" 2>/dev/null)" = "$(stamp)" ] && exit 0
has_installer || make_environment

say "Installing the pinned packages of $lock into $environment (Python $version; once, about a minute) ..."
touch "$log" 2>/dev/null || fail "cannot write to $PWD/$environment. Make the folder writable."
: >"$log"
rm -f "$installed"
install_with_uv || install_with_pip || explain_failure
stamp >"$installed"

# Sourced by the scripts beside it. POSIX shell: dash, and macOS's bash 3.2.

say() {
    printf '%s\n' "$*"
}

fail() {
    printf 'gatehouse: %s\n' "$*" >&2
    exit 1
}

# The scripts name everything from the project's root, so that a path with spaces never has to be quoted twice.
cd "$(dirname "$0")/.." || exit 1

# True if .env gives NAME a value of its own. settings.py is what reads the value.
env_file_sets() {
    [ -f .env ] && grep -Eq "^[[:space:]]*(export[[:space:]]+)?$1[[:space:]]*=" .env
}

# Development mode, unless the operator has said otherwise in the environment or in .env.
default_to_debug() {
    if [ -z "${DEBUG+said}" ] && ! env_file_sets DEBUG; then
        DEBUG=1
        export DEBUG
    fi
}

# What `make run` needs. A development environment stays one: its lock holds the runtime's and more.
runtime_environment() {
    if grep -q ' requirements-dev.txt ' .venv/.installed 2>/dev/null; then
        sh scripts/environment.sh .venv requirements-dev.txt
    else
        sh scripts/environment.sh .venv requirements.txt
    fi
}

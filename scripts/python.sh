# Sourced by environment.sh: which Python to use.

supported="3.13 3.12 3.11"

# Runs on any Python, however old: its version, and what a distribution may have left out of it.
probe_code='
import sys
missing = []
for name in ("ssl", "sqlite3", "venv", "ensurepip"):
    try:
        __import__(name)
    except ImportError:
        missing.append(name)
if "PyPy" in sys.version:
    missing.append("CPython")
print("%d.%d %s" % (sys.version_info[0], sys.version_info[1], ",".join(missing) or "complete"))
'

# probe PYTHON: "3.12 complete", or "3.12 venv,ensurepip"; fails if it does not run. A version manager's shim may stand on
# PATH for a version that it does not have, so only running it tells.
probe() {
    "$1" -c "$probe_code" 2>/dev/null </dev/null
}

is_supported() {
    case " $supported " in *" $1 "*) return 0 ;; esac
    return 1
}

# Enough to make an environment from. uv brings its own installer, so that ensurepip may be missing.
is_usable() {
    is_supported "${1%% *}" || return 1
    case "${1#* }" in
        complete) return 0 ;;
        ensurepip) command -v uv >/dev/null 2>&1 ;;
        *) return 1 ;;
    esac
}

# find_python: sets $found to the newest usable Python, or ends with one line that says what to do.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        answer=$(probe "$PYTHON") || fail "PYTHON=$PYTHON does not run. Name a Python 3.11, 3.12 or 3.13."
        is_usable "$answer" || refuse "$PYTHON" "$answer"
        found=$PYTHON
        return
    fi
    refused=""
    for name in python3.13 python3.12 python3.11 python3 python; do
        search_path "$name" && return
    done
    [ -n "$refused" ] || fail "no Python found. Install Python 3.11, 3.12 or 3.13$how_to_install"
    refuse "$refused" "$refused_answer"
}

how_to_install=" (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python@3.13), or name one: make run PYTHON=/path/to/python3.13"

# search_path NAME: looks through every folder of PATH, since a shim that fails may hide one that runs.
search_path() {
    saved_ifs=$IFS
    IFS=:
    for folder in $PATH; do
        IFS=$saved_ifs
        [ -x "$folder/$1" ] || continue
        answer=$(probe "$folder/$1") || continue
        if is_usable "$answer"; then
            found=$folder/$1
            return 0
        fi
        # One that only lacks a module says more about what to do than one that is too old.
        if [ -z "$refused" ] || { is_supported "${answer%% *}" && ! is_supported "${refused_answer%% *}"; }; then
            refused=$folder/$1
            refused_answer=$answer
        fi
    done
    IFS=$saved_ifs
    return 1
}

# refuse PYTHON ANSWER: ends, and says what this Python lacks.
refuse() {
    version=${2%% *}
    missing=${2#* }
    is_supported "$version" || fail "Gatehouse needs Python 3.11, 3.12 or 3.13, and $1 is $version. Install one$how_to_install"
    case "$missing" in
        *venv* | *ensurepip*)
            fail "$1 cannot make virtual environments ($missing missing). Debian, Ubuntu: apt install python$version-venv; or name another Python: make run PYTHON=/path/to/python3.13" ;;
        *)
            fail "$1 is Python $version without $missing. Name a complete CPython: make run PYTHON=/path/to/python3.13" ;;
    esac
}

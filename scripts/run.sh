#!/bin/sh
# `make run`: everything that is missing, then the server in the foreground. Arguments go to `manage.py serve`.

set -u
. "$(dirname "$0")/common.sh"

runtime_environment || exit 1
default_to_debug
# What the server writes is for its owner alone.
umask 077
.venv/bin/python manage.py bootstrap --migrate || exit $?
# In this process, so that Ctrl-C and SIGTERM reach the server itself and its exit code is ours.
exec .venv/bin/python manage.py serve "$@"

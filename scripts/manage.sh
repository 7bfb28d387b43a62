#!/bin/sh
# manage.sh COMMAND [ARGUMENT ...]: one manage.py command in the mode and the environment that `make run` uses.

set -u
. "$(dirname "$0")/common.sh"

runtime_environment || exit 1
default_to_debug
umask 077
exec .venv/bin/python manage.py "$@"

#!/bin/sh
# `make demo`: the server with a month of made-up people and calls, on a database of its own in var/demo. Development only.
# Arguments go to `manage.py demo`; to begin anew, remove var/demo.

set -u
. "$(dirname "$0")/common.sh"

runtime_environment || exit 1
# Whatever the environment and .env say of a database: it must not be filled with what never happened.
DEBUG=1 VAR_DIR="$PWD/var/demo" DATABASE_URL="" REDIS_URL="" ENV_FILE=/dev/null
export DEBUG VAR_DIR DATABASE_URL REDIS_URL ENV_FILE
umask 077
.venv/bin/python manage.py bootstrap --migrate || exit $?
.venv/bin/python manage.py demo --if-empty "$@" || exit $?
[ -f var/demo/first-admin.txt ] && say "The dashboard: http://localhost:${PORT:-8000}/admin/ (var/demo/first-admin.txt has login and password)"
exec .venv/bin/python manage.py serve

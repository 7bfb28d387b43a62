#!/bin/sh
# `make test`: the whole suite with branch coverage. Arguments go to pytest.

set -u
. "$(dirname "$0")/common.sh"

sh scripts/environment.sh .venv requirements-dev.txt || exit 1
# The last 1.x of the official MCP client cannot share an environment with 2.x. Its tests skip where it is missing.
if ! sh scripts/environment.sh .venv-mcp1 requirements/mcp1.txt; then
    [ "${REQUIRE_ALL:-}" != 1 ] || exit 1
    say "The tests of the 1.x MCP client will be skipped."
fi

.venv/bin/python -m pytest --cov --cov-report=term:skip-covered "$@" || exit $?

# A part of the suite says nothing about coverage.
[ $# -eq 0 ] || exit 0
say "Branch coverage of the protocol/ folders, in percent (at least 95):"
exec .venv/bin/python -m coverage report --include='*/protocol/*' --format=total --fail-under=95

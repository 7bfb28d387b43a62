"""The suite's server mode: the frozen requirements of two revisions, against four ways to serve.

A: whoever calls is Alice. B: real tokens, two workers on PostgreSQL and Redis. Both under uvicorn, A under daphne as well.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.conformance.checks import Excuses
from tests.conformance.served_fixtures import Prepared, Variant, services, serving, workers
from tests.conformance.suite import Outcome, Suite

# Revision to the checks that must succeed: every scenario of its set, scored or not.
EXPECTED = {"2025-11-25": 83, "2026-07-28": 196}
# No frozen set: all scenarios that are for this revision, in its schema.
OLDER, OF_OLDER = "2025-06-18", 56
EXCUSES: dict[str, Excuses] = {
    "2025-11-25": {},
    "2026-07-28": {
        ("tasks-status-notifications", "tasks-status-notifications"): (
            "the suite skips it on every server: it does not listen where notifications/tasks are sent; our own tests do"
        ),
    },
}


def runs(suite: Suite, scratch: Path, names: tuple[str, ...]) -> Iterator[Outcome]:
    """Serve in each variant, and run the sets."""
    with services() as found:
        if not found and "B".startswith(names):
            print("Variant B runs with one worker on SQLite: DATABASE_URL and REDIS_URL name no PostgreSQL and no Redis.")
        for variant in (
            Variant("A-uvicorn", one_caller=True),
            Variant("A-daphne", ("--server", "daphne"), one_caller=True),
            Variant("B", tuple(workers(found)), environment=found),
        ):
            if variant.name.startswith(names):
                with serving(scratch, variant) as prepared:
                    yield from _all(suite, variant, prepared)


def _all(suite: Suite, variant: Variant, prepared: Prepared) -> Iterator[Outcome]:
    chosen = suite.with_bearer(prepared.token) if prepared.token else suite
    for revision, expected in EXPECTED.items():
        arguments = ["server", "--url", prepared.endpoint, "--requirements", revision]
        yield chosen.run(f"{variant.name}-{revision}", arguments, expected=expected, excuses=EXCUSES[revision])
    arguments = ["server", "--url", prepared.endpoint, "--suite", "all", "--spec-version", OLDER]
    yield chosen.run(f"{variant.name}-{OLDER}", arguments, expected=OF_OLDER)

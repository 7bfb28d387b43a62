"""How long a document is fresh (RFC 9111), within 5 minutes and a day."""

from datetime import UTC, datetime

import pytest

from oauth_bridge.protocol.http_caching import fresh_seconds

NOW = datetime(2026, 10, 1, 12, 0, 0, tzinfo=UTC)
HOUR, MINIMUM, DAY = 3600, 300, 86400

CASES: list[tuple[dict[str, str], int]] = [
    ({}, HOUR),
    ({"cache-control": ""}, HOUR),
    ({"cache-control": "public"}, HOUR),
    ({"cache-control": "max-age=1000"}, 1000),
    ({"cache-control": "public, MAX-AGE = 1000 , immutable"}, 1000),
    ({"cache-control": 'max-age="1000"'}, 1000),
    ({"cache-control": "max-age=1000, max-age=2000"}, 1000),
    ({"cache-control": "max-age=1000", "age": "400"}, 600),
    ({"cache-control": "max-age=1000", "age": "999"}, MINIMUM),
    ({"cache-control": "max-age=1000", "age": "-5"}, 1000),
    ({"cache-control": "max-age=1000", "age": "x"}, 1000),
    ({"cache-control": "max-age=0"}, MINIMUM),
    ({"cache-control": "max-age=-1"}, MINIMUM),
    ({"cache-control": "max-age="}, MINIMUM),
    ({"cache-control": "max-age=many"}, MINIMUM),
    ({"cache-control": "max-age=\u00b2"}, MINIMUM),
    ({"cache-control": "max-age=31536000"}, DAY),
    ({"cache-control": "max-age=" + "9" * 500}, DAY),
    ({"cache-control": "no-store"}, MINIMUM),
    ({"cache-control": "no-cache, max-age=5000"}, MINIMUM),
    ({"cache-control": "no-store", "expires": "Thu, 01 Oct 2026 20:00:00 GMT"}, MINIMUM),
    ({"expires": "Thu, 01 Oct 2026 12:30:00 GMT"}, 1800),
    ({"expires": "Thu, 01 Oct 2026 12:30:00 GMT", "date": "Thu, 01 Oct 2026 12:10:00 GMT"}, 1200),
    ({"expires": "Thu, 01 Oct 2026 12:30:00 GMT", "age": "600"}, 1200),
    ({"expires": "Thu, 01 Oct 2026 11:00:00 GMT"}, MINIMUM),
    ({"expires": "Fri, 01 Oct 2027 12:00:00 GMT"}, DAY),
    ({"expires": "0"}, MINIMUM),
    ({"expires": "soon"}, MINIMUM),
    ({"expires": "Thu, 01 Oct 99999999 12:30:00 GMT"}, MINIMUM),
    ({"expires": "Thu, 01 Oct 2026 12:30:00"}, 1800),
    ({"expires": "Thu, 01 Oct 2026 20:00:00 GMT", "cache-control": "max-age=1000"}, 1000),
    ({"cache-control": "," * 100_000 + "max-age=5000"}, HOUR),
]


@pytest.mark.parametrize(("headers", "expected"), CASES)
def test_the_sites_word_counts_between_the_bounds(headers: dict[str, str], expected: int) -> None:
    assert fresh_seconds(headers, now=NOW) == expected

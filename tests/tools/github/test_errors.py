import pytest

from tools.github import errors

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("status", "headers", "kind", "words"),
    [
        (401, {}, errors.TokenRefused, "sign in again"),
        (403, {}, errors.Forbidden, "does not let"),
        (404, {}, errors.Forbidden, "does not let"),
        (403, {"x-ratelimit-remaining": "12"}, errors.Forbidden, "does not let"),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800000042"}, errors.Limited, "in 42 seconds"),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800001800"}, errors.Limited, "in about 30 minutes"),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1799999000"}, errors.Limited, "in 1 second."),
        (403, {"retry-after": "60"}, errors.Limited, "in 60 seconds"),
        (429, {"retry-after": "1"}, errors.Limited, "in 1 second."),
        (429, {"retry-after": "7", "x-ratelimit-reset": "1800001800"}, errors.Limited, "in 7 seconds"),
        (429, {}, errors.Limited, "again later"),
        (429, {"retry-after": "soon"}, errors.Limited, "again later"),
        (429, {"retry-after": "-5"}, errors.Limited, "again later"),
        (429, {"retry-after": "²"}, errors.Limited, "again later"),
        (429, {"retry-after": "9" * 5000}, errors.Limited, "again later"),
        (429, {"retry-after": "86401"}, errors.Limited, "again later"),
        (500, {}, errors.ServerFault, "status 500"),
        (502, {}, errors.PassingServerFault, "status 502"),
        (503, {}, errors.PassingServerFault, "status 503"),
        (504, {}, errors.PassingServerFault, "status 504"),
        (599, {}, errors.ServerFault, "status 599"),
        (302, {"location": "https://elsewhere.test"}, errors.Unexpected, "unexpected"),
        (204, {}, errors.Unexpected, "unexpected"),
        (418, {}, errors.Unexpected, "unexpected"),
        (600, {}, errors.Unexpected, "unexpected"),
    ],
)
def test_each_status_has_its_words(status: int, headers: dict[str, str], kind: type[Exception], words: str) -> None:
    error = errors.for_status(status, headers, now=NOW)
    assert type(error) is kind
    assert words in str(error)


def test_200_is_no_error() -> None:
    assert errors.for_status(200, {}, now=NOW) is None

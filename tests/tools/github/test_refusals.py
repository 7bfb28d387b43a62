import pytest

from tools.github import errors, refusals

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("status", "headers", "kind", "words"),
    [
        (401, {}, errors.TokenRefused, "sign in again"),
        (301, {"location": "https://elsewhere.test"}, errors.Moved, "renamed or moved"),
        (403, {}, errors.Forbidden, "does not let"),
        (404, {}, errors.NotFound, "nothing there"),
        (409, {}, errors.NotAccepted, "does not accept these values"),
        (410, {}, errors.Gone, "switched that off"),
        (422, {}, errors.NotAccepted, "does not accept these values"),
        (403, {"x-accepted-oauth-scopes": "repo, public_repo"}, errors.ScopeMissing, "public_repo or repo"),
        (403, {"x-accepted-oauth-scopes": "repo", "x-oauth-scopes": "read:user, repo"}, errors.Forbidden, "does not let"),
        (403, {"x-accepted-oauth-scopes": "<b>, read:org"}, errors.ScopeMissing, "lacks: read:org."),
        (403, {"x-accepted-oauth-scopes": "repo", "retry-after": "9"}, errors.Limited, "in 9 seconds"),
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
    error = refusals.for_status(status, headers, now=NOW)
    assert type(error) is kind
    assert words in str(error)


@pytest.mark.parametrize("status", [200, 201])
def test_success_is_no_error(status: int) -> None:
    assert refusals.for_status(status, {}, now=NOW) is None


@pytest.mark.parametrize(
    ("message", "kind", "words"),
    [
        ("You have exceeded a secondary rate limit. Please wait", errors.Limited, "in 60 seconds"),
        ("You have triggered an abuse detection mechanism", errors.Limited, "in 60 seconds"),
        ("API rate limit exceeded for user ID 1", errors.Limited, "in 60 seconds"),
        ("the `acme` organization has enabled OAuth App access restrictions", errors.NotApproved, "not approved this server"),
        ("Resource not accessible", errors.Forbidden, "does not let"),
    ],
)
def test_a_403_is_told_by_its_text(message: str, kind: type[Exception], words: str) -> None:
    """A secondary limit need not bring a header; neither does an organization's restriction."""
    error = refusals.for_status(403, {}, now=NOW, body=f'{{"message": "{message}"}}')
    assert type(error) is kind
    assert words in str(error)
    assert "acme" not in str(error)


OWN_PAGE = "https://github.com/orgs/acme/sso?authorization_request=AbC_1-2%3D"


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        (f"required; url={OWN_PAGE}", OWN_PAGE),
        ("required; url=https://github.com/enterprises/acme/sso", "https://github.com/enterprises/acme/sso"),
        ("required", None),
        ("required; url=https://evil.test/orgs/acme/sso", None),
        ("required; url=https://github.com.evil.test/orgs/acme/sso", None),
        ("required; url=https://github.com@evil.test/orgs/acme/sso", None),
        ("required; url=https://github.com/login?return_to=x", None),
        ("required; url=https://github.com/orgsacme/sso", None),
        ("required; url=javascript:alert(1)", None),
        ('required; url=https://github.com/orgs/a"onclick=', None),
        (f"required; url=https://github.com/orgs/{'a' * 2000}", None),
    ],
)
def test_single_sign_on_names_a_page_of_this_github_or_none(header: str, shown: str | None) -> None:
    error = refusals.for_status(403, {"x-github-sso": header}, now=NOW, web_url="https://github.com")
    assert type(error) is errors.SingleSignOnNeeded
    assert (f"Open {shown} in a browser" if shown else "the organization's page at GitHub") in str(error)
    assert "evil" not in str(error)


def test_without_a_web_root_nobody_is_sent_anywhere() -> None:
    error = refusals.for_status(403, {"x-github-sso": "required; url=/orgs/acme/sso"}, now=NOW, web_url="")
    assert "/orgs/" not in str(error)

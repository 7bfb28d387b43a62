"""Holes on the way through the browser: consent, sign-in, redirects."""

from tests.mutation.hole import Hole

CONSENT, GITHUB_LEG = "tests/flows/test_consent.py", "tests/flows/test_github_leg.py"
MAY_SIGN_IN = "tests/flows/test_who_may_sign_in.py"
AUTHORIZATION = "tests/oauth_bridge/protocol/test_authorization.py"
ADVISORY = "tests/security/test_advisories_"

HOLES = (
    Hole(
        1,
        "who is signed in is not asked for consent",
        "oauth_bridge/views/authorization.py",
        "    return _consent_page(request, waiting, raw_id, browser)\n\n\ndef _client(",
        "    if signed_in_person(request):\n        return _allow(request, waiting, browser)\n"
        "    return _consent_page(request, waiting, raw_id, browser)\n\n\ndef _client(",
        (
            f"{ADVISORY}consent.py::test_ghsa_c2jp_c369_7pvx_a_new_client_needs_the_persons_consent",
            f"{ADVISORY}consent.py::test_ghsa_6x8h_498w_gv8c_consent_is_not_remembered_for_other_sites_to_ride_on",
        ),
    ),
    Hole(
        2,
        "a consent form is good in any browser",
        "oauth_bridge/pending.py",
        '        browser_checksum=statements.text("browser_checksum"),\n        expires_at__gt',
        "        expires_at__gt",
        (f"{CONSENT}::test_another_browser_cannot_answer",),
    ),
    Hole(
        2,
        "GitHub's answer is good in any browser",
        "oauth_bridge/github/attempts.py",
        '        browser_checksum=statements.text("browser_checksum"),\n        used_at__isnull',
        "        used_at__isnull",
        (
            f"{ADVISORY}consent.py::test_cve_2026_27124_consent_in_one_browser_gives_nothing_to_another",
            f"{GITHUB_LEG}::test_a_login_cannot_be_planted_in_another_browser",
        ),
    ),
    Hole(
        3,
        "forms need no CSRF token",
        "mcpserver/settings.py",
        '    "django.middleware.csrf.CsrfViewMiddleware",\n',
        "",
        (f"{CONSENT}::test_without_the_csrf_token_no_answer_counts",),
    ),
    Hole(
        3,
        "any site may frame the pages",
        "wire/csp.py",
        "frame-ancestors 'none'",
        "frame-ancestors *",
        ("tests/flows/test_consent_page.py::test_the_page_can_be_neither_framed_nor_kept",),
    ),
    Hole(
        5,
        "a redirect URI need only begin like a registered one",
        "oauth_bridge/protocol/redirect_uris.py",
        "    if wanted.uri == known:",
        "    if wanted.uri.startswith(known):",
        (
            "tests/flows/test_redirect_uris.py::test_no_trick_leads_anywhere_but_home",
            f"{ADVISORY}redirects.py::test_dot_before_3_4_1_nothing_may_be_added_to_a_registered_uri",
        ),
    ),
    Hole(
        5,
        "a redirect URI may bring response parameters",
        "oauth_bridge/protocol/redirect_uris.py",
        "    if names & _RESPONSE_PARAMETERS:",
        "    if not names:",
        (f"{ADVISORY}redirects.py::test_cve_2026_9689_no_redirect_uri_brings_an_answer_of_its_own",),
    ),
    Hole(
        11,
        "the answer does not say who gives it",
        "oauth_bridge/protocol/authorization.py",
        '    parameters["iss"] = issuer\n',
        "",
        (f"{AUTHORIZATION}::test_the_issuer_is_in_success_and_error_and_state_where_one_was_sent",),
    ),
    Hole(
        14,
        "GitHub's answer may be used again",
        "oauth_bridge/github/attempts.py",
        "        used_at__isnull=True,\n",
        "",
        (f"{GITHUB_LEG}::test_a_state_is_good_once",),
    ),
    Hole(
        15,
        "a display name counts like a login",
        "oauth_bridge/github/pipeline.py",
        "    rule = people.rule_for(github_id, login)\n",
        '    rule = people.rule_for(github_id, login) or people.rule_for(github_id, str(response.get("name")))\n',
        (f"{MAY_SIGN_IN}::test_who_is_not_on_the_list_gets_a_page_and_no_row",),
    ),
    Hole(
        16,
        "a rule that is bound to a number is still good for its name",
        "oauth_bridge/people/rules.py",
        "Q(kind=AllowRule.Kind.LOGIN, github_id__isnull=True, name=",
        "Q(kind=AllowRule.Kind.LOGIN, name=",
        (f"{MAY_SIGN_IN}::test_a_recycled_login_inherits_nothing",),
    ),
    Hole(
        16,
        "who was switched off comes back by signing in",
        "oauth_bridge/github/pipeline.py",
        "    if known is not None and not known.is_active:",
        "    if not github_id:",
        (f"{MAY_SIGN_IN}::test_a_person_who_was_switched_off_cannot_come_back_by_signing_in",),
    ),
)

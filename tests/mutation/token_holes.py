"""Holes in codes, tokens, clients, revocation and the record."""

from tests.mutation.hole import Hole

CODES, REFRESH = "tests/flows/test_codes.py", "tests/flows/test_refresh.py"
REVOCATION, RACES = "tests/flows/test_revocation.py", "tests/races/test_one_server.py"
TOKENS = "tests/security/test_advisories_tokens.py"

HOLES = (
    Hole(
        6,
        "any verifier will do",
        "oauth_bridge/codes.py",
        "    if not pkce.verifies(request.code_verifier, grant.code_challenge):",
        "    if not request.code_verifier:",
        (
            f"{CODES}::test_a_wrong_verifier_opens_nothing_and_burns_nothing",
            f"{TOKENS}::test_cve_2025_4144_a_code_needs_its_verifier_whatever_the_request_leaves_out",
        ),
    ),
    Hole(
        6,
        "the challenge may be plain",
        "oauth_bridge/protocol/authorization.py",
        'single(parameters, "code_challenge_method") != "S256":',
        'single(parameters, "code_challenge_method") not in {"S256", "plain", None}:',
        (f"{TOKENS}::test_cve_2023_48228_and_cve_2024_23647_pkce_is_not_negotiable",),
    ),
    Hole(
        7,
        "a code is used by whoever comes, however many",
        "oauth_bridge/codes.py",
        'filter(pk=statements.number("grant"), used_at__isnull=True, ',
        'filter(pk=statements.number("grant"), ',
        (f"{RACES}::test_one_code_is_redeemed_once_and_the_winner_lives",),
    ),
    Hole(
        7,
        "a replayed code ends nothing",
        "oauth_bridge/codes.py",
        "    if grant.used_at and grant.used_at < database_clock.at(received_at) and grant.session_id:",
        "    if not grant.used_at:",
        (
            f"{CODES}::test_a_replay_by_its_owner_ends_what_it_made",
            "tests/flows/test_audit.py::test_a_replay_and_the_end_that_follows_are_two_events_of_one_request",
        ),
    ),
    Hole(
        8,
        "a code is good for any client",
        "oauth_bridge/codes.py",
        'filter(code=statements.text("code"), application=statements.number("client"))',
        'filter(code=statements.text("code"))',
        (f"{CODES}::test_the_code_of_one_client_is_worthless_to_another",),
    ),
    Hole(
        8,
        "a code is good with any redirect URI",
        "oauth_bridge/codes.py",
        "    if request.redirect_uri not in expected:",
        "    if not expected:",
        (
            f"{CODES}::test_the_redirect_uri_has_to_be_the_same_again",
            "tests/security/test_advisories_redirects.py::test_cve_2025_4143_the_redirect_uri_is_checked_at_both_endpoints",
        ),
    ),
    Hole(
        9,
        "each caller gets a successor of its own",
        "oauth_bridge/rotation.py",
        'filter(pk=statements.number("token"), revoked__isnull=True)',
        'filter(pk=statements.number("token"))',
        (
            f"{RACES}::test_one_refresh_token_gives_everybody_the_same_pair",
            f"{TOKENS}::test_cve_2026_1035_check_and_use_of_a_refresh_token_are_one_step",
        ),
    ),
    Hole(
        9,
        "the grace never ends",
        "oauth_bridge/rotation.py",
        " or database_clock.now() - row.revoked > _GRACE:",
        ":",
        (f"{REFRESH}::test_an_old_token_after_the_grace_ends_the_session",),
    ),
    Hole(
        9,
        "reuse of a refresh token ends nothing",
        "oauth_bridge/rotation.py",
        "            sessions.end(Session.objects.filter(pk=row.session_id), Session.EndReason.REFRESH_REUSE)\n",
        "",
        (
            f"{REFRESH}::test_an_old_token_after_the_grace_ends_the_session",
            f"{REFRESH}::test_a_token_some_generations_old_ends_the_session",
        ),
    ),
    Hole(
        8,
        "a refresh token is good for any client",
        "oauth_bridge/rotation.py",
        'token_checksum=statements.text("token_checksum"), application=statements.number("client")',
        'token_checksum=statements.text("token_checksum")',
        (f"{REFRESH}::test_another_client_cannot_use_it_or_end_anything",),
    ),
    Hole(
        9,
        "a refresh may widen the scope",
        "oauth_bridge/rotation.py",
        "    kept = [name for name in row.session.scope.split() if name in request.scope.split()]\n",
        "    kept = request.scope.split()\n",
        (f"{REFRESH}::test_scope_is_kept_or_narrowed_and_never_widened",),
    ),
    Hole(
        10,
        "tokens outlive their session",
        "oauth_bridge/verification.py",
        "        session__ended_at__isnull=True,\n",
        "",
        (f"{REVOCATION}::test_either_token_ends_everything_at_once",),
    ),
    Hole(
        10,
        "an end raises no epoch, and rings no bell",
        "oauth_bridge/sessions.py",
        "            audit.sessions_ended(ending, reason, operator=operator)\n            withdraw_rights()\n",
        "            audit.sessions_ended(ending, reason, operator=operator)\n",
        (
            f"{REVOCATION}::test_either_token_ends_everything_at_once",
            "tests/mcpserver/test_bearer.py::test_an_end_in_this_process_bites_at_once",
        ),
    ),
    Hole(
        10,
        "any client may revoke any token",
        "oauth_bridge/views/token.py",
        "filter(token_checksum=presented, application=client)",
        "filter(token_checksum=presented)",
        (
            f"{REVOCATION}::test_another_clients_token_is_not_ended",
            f"{TOKENS}::test_dot_727_one_client_cannot_revoke_for_another",
        ),
    ),
    Hole(
        12,
        "a token for another server is taken",
        "oauth_bridge/verification.py",
        "if row is None or row[2] is None or not is_for_us(row[8]):",
        "if row is None or row[2] is None:",
        (
            "tests/mcpserver/test_bearer.py::test_a_token_for_another_audience_opens_nothing",
            f"{TOKENS}::test_ghsa_95c3_6vvw_4mrq_a_token_of_another_deployment_opens_nothing",
        ),
    ),
    Hole(
        12,
        "any resource may be asked for",
        "oauth_bridge/protocol/resources.py",
        "    return found if found in own(origin) else None",
        "    return found",
        (
            f"{TOKENS}::test_cve_2025_69196_the_resource_is_this_server_and_no_other",
            "tests/oauth_bridge/protocol/test_resources.py::test_nothing_else_is_ours",
        ),
    ),
    Hole(
        13,
        "GitHub's tokens are kept as they come",
        "oauth_bridge/sealing.py",
        "    return _fernet().encrypt(text.encode())",
        "    return text.encode()",
        ("tests/flows/test_github_leg.py::test_github_tokens_are_sealed_at_rest",),
    ),
    Hole(
        17,
        "a client's secret need not be right",
        "oauth_bridge/clients.py",
        "    elif secret is None or not check_password(",
        "    elif secret is None and not check_password(",
        ("tests/flows/test_token_requests.py::test_a_confidential_client_without_its_secret_is_nobody",),
    ),
    Hole(
        25,
        "tokens are issued without a record",
        "oauth_bridge/codes.py",
        "audit.record(audit.Kind.TOKENS_ISSUED, ",
        "dict(kind=audit.Kind.TOKENS_ISSUED, ",
        ("tests/flows/test_audit.py::test_a_sign_in_leaves_its_steps",),
    ),
)

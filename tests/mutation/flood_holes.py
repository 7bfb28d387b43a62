"""Holes in what keeps floods, slow neighbours and bad moments down."""

from tests.mutation.hole import Hole

FLOODS, DOCUMENTS = "tests/flows/test_anonymous_floods.py", "tests/oauth_bridge/documents/"
CREDENTIALS = "tests/oauth_bridge/github/test_credentials.py"

HOLES = (
    Hole(
        9,
        "every process asks GitHub for a new pair at once",
        "oauth_bridge/github/leases.py",
        "as_read(credential).filter(free).update(",
        "as_read(credential).update(",
        (f"{CREDENTIALS}::test_while_another_process_asks_an_old_token_is_used_as_long_as_it_is_good",),
    ),
    Hole(
        10,
        "a blocked host gets in with a code that is under way",
        "oauth_bridge/codes.py",
        "    if hosts.is_blocked(client):",
        "    if client.disabled_at:",
        ("tests/flows/test_client_documents.py::test_a_host_that_is_blocked_while_its_code_is_redeemed_gets_nothing",),
    ),
    Hole(
        10,
        "a rule that expired is noticed at the next refresh alone",
        "oauth_bridge/housekeeping.py",
        "    return people.enforce_rules() if lately.exists() else 0\n",
        "    return lately.count() * 0\n",
        ("tests/oauth_bridge/test_housekeeping.py::test_a_rule_that_has_expired_ends_its_sessions_within_five_minutes",),
    ),
    Hole(
        18,
        "while Redis is away nobody is slowed",
        "oauth_bridge/shared_cache.py",
        "    if not _rest.is_over():\n",
        "    if not _rest.is_over():\n        _OWN.clear()\n",
        ("tests/oauth_bridge/test_shared_cache.py::test_a_lost_cache_locks_nobody_out_and_lifts_no_limit",),
    ),
    Hole(
        18,
        "an address may leave any number of requests",
        "oauth_bridge/pending_bounds.py",
        "    _remove(own, _surplus(own, OF_ADDRESS), now)\n",
        "",
        (f"{FLOODS}::test_one_address_holds_only_so_many_requests",),
    ),
    Hole(
        18,
        "a stranger may fill the record",
        "oauth_bridge/anonymous_events.py",
        " <= IN_FULL:",
        " > 0:",
        (
            f"{FLOODS}::test_refusals_of_nobody_known_are_counted_after_the_first_ones",
            f"{FLOODS}::test_sign_ins_that_fail_at_github_are_counted_after_the_first_ones",
        ),
    ),
    Hole(
        18,
        "who fails in the name of a resource server stops it",
        "oauth_bridge/views/introspection.py",
        "    throttle.check_resource_server(server.name)\n",
        "    throttle.check_client(browser.address(request), server.name)\n",
        ("tests/flows/test_introspection.py::test_who_fails_in_its_name_is_slowed_and_does_not_stop_it",),
    ),
    Hole(
        19,
        "one address may have every place for a fetch",
        "oauth_bridge/documents/slots.py",
        '        (kind, "caller", caller): of_one["caller"],\n',
        "",
        (
            f"{DOCUMENTS}test_slots.py::test_an_address_or_a_domain_crowds_out_itself_alone",
            f"{DOCUMENTS}test_requests.py::test_a_place_is_taken_for_the_caller_of_the_request_and_given_back",
        ),
    ),
    Hole(
        19,
        "a host that cannot be had is tried under every path",
        "oauth_bridge/documents/requests.py",
        "        if isinstance(error, NoAnswer):\n            _remember(host, 1)\n",
        "",
        (f"{DOCUMENTS}test_requests.py::test_a_host_that_cannot_be_had_is_left_alone_whatever_the_path",),
    ),
)

"""Holes at the edge, in what is fetched and read, and in the tools."""

from tests.mutation.hole import Hole

EDGE, MCP = "tests/mcpserver/edge/", "tests/security/test_advisories_mcp.py"
ISOLATION = "tests/security/test_advisories_isolation.py"
FETCH = "tests/oauth_bridge/documents/test_fetch.py"

HOLES = (
    Hole(
        13,
        "two Authorization headers are taken",
        "mcpserver/edge/head.py",
        '        b"authorization",\n',
        "",
        (f"{EDGE}test_head.py::test_a_header_that_decides_something_may_not_be_repeated",),
    ),
    Hole(
        13,
        "the log keeps what looks like a token",
        "mcpserver/logs.py",
        "    return _SECRET.sub(_without_value, text)",
        "    return text",
        ("tests/mcpserver/test_logs.py::test_what_looks_like_a_credential_is_replaced",),
    ),
    Hole(
        18,
        "nobody is ever slowed",
        "oauth_bridge/throttle.py",
        "seconds=2 * seconds) > limit:",
        "seconds=2 * seconds) < 0:",
        (
            "tests/oauth_bridge/test_throttle.py::test_a_rate_holds_for_its_window_and_says_how_long",
            "tests/flows/test_throttles.py::test_authorization_requests_are_slowed",
        ),
    ),
    Hole(
        18,
        "anybody's word for an address is taken",
        "mcpserver/edge/head.py",
        '        b"x-forwarded-for",\n',
        "",
        (f"{EDGE}test_head.py::test_what_a_proxy_would_say_is_not_passed_to_the_app",),
    ),
    Hole(
        19,
        "a document may come from any address",
        "oauth_bridge/documents/fetch.py",
        "        if not all(self.is_allowed(address) for address in addresses):",
        "        if not addresses:",
        (f"{FETCH}::test_no_special_address_is_ever_connected_to",),
    ),
    Hole(
        19,
        "an answer may be as large as it likes",
        "oauth_bridge/documents/fetch.py",
        "        if len(body) > max_bytes:",
        "        if len(body) < 0:",
        (f"{FETCH}::test_a_huge_answer_is_left_off",),
    ),
    Hole(
        20,
        "any Origin may talk to MCP",
        "mcpserver/edge/rules.py",
        '    return Refusal(403, "access_denied", -32600, "requests from this Origin are not allowed")',
        "    return None",
        (
            f"{EDGE}test_rules.py::test_any_other_origin_is_forbidden_at_mcp_and_nowhere_else",
            f"{MCP}::test_cve_2025_66416_and_cve_2025_66414_a_rebound_name_is_not_served",
        ),
    ),
    Hole(
        20,
        "any Host is served",
        "mcpserver/edge/rules.py",
        "    if host in hosts or (",
        "    if host or (",
        (
            f"{EDGE}test_rules.py::test_any_other_host_is_refused_in_production",
            f"{MCP}::test_cve_2025_66416_and_cve_2025_66414_a_rebound_name_is_not_served",
        ),
    ),
    Hole(
        21,
        "a name with an underscore stands for one with a hyphen",
        "mcpserver/edge/head.py",
        '        if b"_" in name:\n            continue\n',
        '        name = name.replace(b"_", b"-")\n',
        (
            f"{EDGE}test_head.py::test_names_with_an_underscore_are_dropped_from_both_views",
            "tests/security/test_advisories_server.py::test_cve_2026_3902_a_name_with_an_underscore_stands_for_no_other",
        ),
    ),
    Hole(
        22,
        "whoever is remembered answers for everybody",
        "mcpserver/bearer.py",
        "        known = self._known.get(checksum)\n",
        "        known = next(iter(self._known.values()), None)\n",
        (f"{ISOLATION}::test_cve_2026_25536_and_cve_2020_35681_every_answer_goes_to_who_asked",),
    ),
    Hole(
        24,
        "numbers may have any number of digits",
        "tools/arithmetic/operands.py",
        "    if before + behind > MAX_DIGITS:",
        "    if before + behind < 0:",
        ("tests/tools/arithmetic/test_operands.py::test_more_than_a_thousand_digits_are_too_many",),
    ),
    Hole(
        23,
        "JSON may be nested without end",
        "wire/strict_json.py",
        " and _depth(value) > max_depth:",
        " and _depth(value) < 0:",
        ("tests/wire/test_strict_json.py::test_what_is_not_json_or_passes_a_bound_is_refused_at_once",),
    ),
    Hole(
        23,
        "a body may have any length",
        "mcpserver/edge/rules.py",
        "    if len(length) > 15 or int(length) > max_body_bytes:",
        "    if len(length) > 15:",
        (f"{EDGE}test_rules.py::test_a_declared_length_is_judged_before_any_body_is_read",),
    ),
)

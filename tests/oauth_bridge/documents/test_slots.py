"""Who is crowded out by whom: a table of what runs already, and of who comes."""

from contextlib import ExitStack

import pytest

from oauth_bridge.documents.slots import OF_ALL, OF_ONE, OF_ONE_KNOWN, Full, Slots

Fetch = tuple[str, str, bool]
ONE_ADDRESS = [(f"{number}.{number}evil.example", "192.0.2.1", False) for number in range(OF_ONE["caller"])]
ONE_HOST = [("evil.example", f"192.0.2.{number}", False) for number in range(OF_ONE["host"])]
ONE_DOMAIN = [(f"{number}.evil.example", f"192.0.2.{number}", False) for number in range(OF_ONE["domain"])]
A_CROWD = [(f"{number}.e{number}.example", f"192.0.2.{number}", False) for number in range(OF_ALL)]
A_KNOWN_HOST = [("claude.ai", f"192.0.2.{number}", True) for number in range(OF_ONE_KNOWN["host"])]


@pytest.mark.parametrize(
    ("running", "comes", "is_let_in"),
    [
        (ONE_ADDRESS, ("good.example", "192.0.2.1", False), False),
        (ONE_ADDRESS, ("good.example", "198.51.100.1", False), True),
        (ONE_ADDRESS, ("claude.ai", "192.0.2.1", True), True),
        (ONE_HOST, ("evil.example", "198.51.100.1", False), False),
        (ONE_HOST, ("good.test", "198.51.100.1", False), True),
        (ONE_HOST[1:], ("evil.example", "198.51.100.1", False), True),
        (ONE_DOMAIN, ("more.evil.example", "198.51.100.1", False), False),
        (ONE_DOMAIN, ("good.test", "198.51.100.1", False), True),
        (A_CROWD, ("good.test", "198.51.100.1", False), False),
        (A_CROWD, ("claude.ai", "198.51.100.1", True), True),
        (A_KNOWN_HOST, ("claude.ai", "198.51.100.1", True), False),
        (A_KNOWN_HOST, ("vscode.dev", "198.51.100.1", True), True),
        (A_KNOWN_HOST, ("good.test", "198.51.100.1", False), True),
    ],
)
def test_an_address_or_a_domain_crowds_out_itself_alone(running: list[Fetch], comes: Fetch, *, is_let_in: bool) -> None:
    slots = Slots()

    def take(host: str, caller: str, is_known: bool) -> None:
        held.enter_context(slots.taken(host, caller, is_known=is_known))

    with ExitStack() as held:
        for one in running:
            take(*one)
        before = len(slots)
        if is_let_in:
            take(*comes)
        else:
            with pytest.raises(Full):
                take(*comes)
            # Who was refused holds nothing.
            assert len(slots) == before
    assert len(slots) == 0

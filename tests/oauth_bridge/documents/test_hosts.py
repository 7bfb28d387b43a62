"""Trust by host: known, unknown, blocked (AS-69)."""

from datetime import UTC, datetime

import pytest

from oauth_bridge.documents import hosts
from oauth_bridge.models import Client, ClientDocument, ClientHost

pytestmark = pytest.mark.django_db
Trust = ClientHost.Trust

CASES = [
    ("claude.ai", Trust.KNOWN),
    ("sub.claude.ai", Trust.UNKNOWN),
    ("claude.ai.other.example", Trust.UNKNOWN),
    ("notclaude.ai", Trust.UNKNOWN),
    ("friend.example", Trust.KNOWN),
    ("sub.friend.example", Trust.UNKNOWN),
    ("chatgpt.com", Trust.UNKNOWN),
    ("evil.example", Trust.BLOCKED),
    ("a.b.evil.example", Trust.BLOCKED),
    ("good.evil.example", Trust.BLOCKED),
    ("notevil.example", Trust.UNKNOWN),
    ("evil.example.org", Trust.UNKNOWN),
]


@pytest.mark.parametrize(("host", "expected"), CASES)
def test_trust_goes_by_the_very_host_and_a_block_by_all_below(host: str, expected: Trust) -> None:
    ClientHost.objects.bulk_create(
        ClientHost(host=name, trust=trust)
        for name, trust in [
            ("friend.example", Trust.KNOWN),
            ("chatgpt.com", Trust.UNKNOWN),
            ("evil.example", Trust.BLOCKED),
            ("good.evil.example", Trust.KNOWN),
        ]
    )
    assert hosts.trust_of(host) == expected


def test_only_a_client_with_a_document_belongs_to_a_host() -> None:
    now = datetime(2026, 10, 1, tzinfo=UTC)
    for number, host in enumerate(["evil.example", "sub.evil.example", "notevil.example"]):
        client = Client.objects.create(client_id=f"https://{host}/{number}", registration_source="cimd")
        ClientDocument.objects.create(client=client, host=host, url=client.client_id, fetched_at=now, fresh_until=now)
    registered = Client.objects.create(client_id="https://evil.example/registered", registration_source="manual")
    ClientHost.objects.create(host="evil.example", trust=Trust.BLOCKED)
    assert [client.document.host for client in hosts.clients_of("evil.example").order_by("pk")] == [
        "evil.example",
        "sub.evil.example",
    ]
    assert [hosts.is_blocked(client) for client in Client.objects.order_by("pk")] == [True, True, False, False]
    assert not hosts.is_blocked(registered)

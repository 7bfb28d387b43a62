"""The cast of a fresh simulator. Each is there to catch a different mistake."""

from types import MappingProxyType

from oauth_bridge.github.simulator.people import Email, Membership, Organization, People, Person

ACME = Organization(
    2001, "acme", "Everything for the discerning road runner", MappingProxyType({"platform": 3001, "design": 3002})
)

CAST = (
    Person(
        1001,
        "alice",
        "Alice Archer",
        (Email("alice@example.com", primary=True, visibility="public"), Email("alice@users.noreply.github.com")),
        bio="Builds small tools and keeps all of them",
        location="Utrecht",
    ),
    Person(
        1002,
        "bob",
        "Bob Baker",
        (Email("bob@example.com", primary=True, visibility="private"), Email("bob@old.example.org", verified=False)),
        location="Leeds",
    ),
    Person(
        1003,
        "carol",
        "Carol Chen",
        (Email("carol@acme.example", primary=True, visibility="public"),),
        bio="Platform team at acme",
        memberships={"acme": Membership(teams=frozenset({"platform"}))},
    ),
    # No name, no public e-mail, no repository; and only invited to acme, which is no membership.
    Person(
        1004,
        "dave",
        emails=(Email("dave@example.net", primary=True, visibility="private"),),
        memberships={"acme": Membership(state="pending")},
    ),
    # Calls herself Alice and claims Alice's address: whoever trusts a name or an unverified e-mail is caught here.
    Person(
        6666,
        "mallory",
        "alice",
        (Email("mallory@example.org", primary=True, visibility="private"), Email("alice@example.com", verified=False)),
    ),
)


def fresh_people() -> People:
    """Return the accounts as they are at every start."""
    return People(CAST, (ACME,))

"""A believable month, made up: people, clients, sessions, calls and failures, so that every chart has something to show.

The same seed gives the same month. Nothing in it can be used: no token, code or secret belongs to any of it.
"""

import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Model

from mcpserver.dashboard import demo_decisions
from oauth_bridge.models import AccessRequest, AllowRule, AuthEvent, Client, ClientDocument, Person, Session
from tools import changes
from tools.models import ToolCall

DAYS = 30
_BATCH = 500
_SESSION_LIFETIME = timedelta(days=30)

_FIRST = (
    "mira",
    "jonas",
    "aiko",
    "felix",
    "nadia",
    "tomas",
    "ines",
    "ravi",
    "lena",
    "omar",
    "sofia",
    "hugo",
    "yara",
    "pavel",
    "clara",
)
_LAST = ("holt", "berg", "sato", "lang", "haddad", "novak", "costa", "iyer", "vogel", "aziz")
# Name, source, address of its document or redirect URI, and how much it is used.
_CLIENTS = (
    ("Claude", Client.RegistrationSource.CIMD, "https://claude.ai/oauth/mcp-oauth-client-metadata", 40),
    ("ChatGPT", Client.RegistrationSource.DCR, "https://chatgpt.com/connector_platform_oauth_redirect", 22),
    ("Visual Studio Code", Client.RegistrationSource.CIMD, "https://vscode.dev/oauth/client-metadata.json", 16),
    ("Cursor", Client.RegistrationSource.DCR, "cursor://anysphere.cursor-mcp/oauth/callback", 14),
    ("MCP Inspector", Client.RegistrationSource.DCR, "http://localhost:6274/oauth/callback", 5),
    ("Notebook Helper", Client.RegistrationSource.CIMD, "https://helper.example.net/client.json", 3),
)
# Name, set, share of the calls, usual duration in ms, failures in 1000.
_TOOLS = (
    ("get_user_info", "account", 30, 130, 8),
    ("get_github_repos", "repositories", 42, 340, 25),
    ("calculate", "arithmetic", 28, 2, 40),
)
_FAILURES = ("tool_error", "invalid_arguments", "permission_missing", "timeout", "fault")
_BROWSERS = ("Firefox on Linux", "Chrome on macOS", "Safari on iPhone", "Edge on Windows")
_LEFT = (Session.EndReason.PERSON, Session.EndReason.CLIENT, Session.EndReason.OPERATOR, Session.EndReason.UPSTREAM)
_SCOPE = "read:user"

M = TypeVar("M", bound=Model)
Kind = AuthEvent.Kind


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is to be."""

    people: int = 60
    sessions: int = 240
    calls: int = 9_000


def is_empty() -> bool:
    """Return whether nobody has used the database yet. The first operator, made at the first start, does not count."""
    used = (Person.objects.filter(github_id__isnull=False), Client.objects, Session.objects, ToolCall.objects)
    return not any(rows.exists() for rows in used)


def fill(size: Size, *, now: datetime, public_url: str, seed: int = 1) -> None:
    """Write the month that ends ``now``, whole or not at all."""
    chance = random.Random(seed)  # noqa: S311  nothing secret: the same seed is to give the same month
    with transaction.atomic():
        people = _people(size.people, chance, now)
        clients = _clients(now)
        sessions = _sessions(size.sessions, people, clients, chance, now, public_url)
        _write(AuthEvent, _events(sessions, clients, chance, now))
        _record(_calls(size.calls, sessions, chance, now))
        AccessRequest.objects.bulk_create(_requests(now))
        demo_decisions.write(people)


def _people(count: int, chance: random.Random, now: datetime) -> list[Person]:
    logins = [f"{first}-{last}" for last in _LAST for first in _FIRST]
    logins += [f"{login}-{number}" for number in range(2, 2 + count // len(logins)) for login in logins]
    people = [
        Person(
            username=f"github:{900_000 + number}",
            github_id=900_000 + number,
            login=login,
            name=login.split("-")[0].title(),
            last_login=now - timedelta(hours=chance.uniform(1, 24 * DAYS)),
            password="!",  # noqa: S106  Django's sign of no password
        )
        for number, login in enumerate(logins[:count])
    ]
    _write(Person, people)
    AllowRule.objects.bulk_create(
        [AllowRule(login=person.login, github_id=person.github_id) for person in people]
        + [
            AllowRule(
                kind=AllowRule.Kind.ORGANIZATION, login="example-labs", organization_id=7_000_001, note="Everybody at work"
            )
        ]
        + [AllowRule(kind=AllowRule.Kind.TEAM, login="example-labs", team="platform", team_id=7_000_002)]
        + [AllowRule(login="guest-of-june", expires_at=now + timedelta(days=9), note="Until the audit is over")]
    )
    return people


def _clients(now: datetime) -> list[Client]:
    made = []
    for number, (name, source, address, _) in enumerate(_CLIENTS):
        is_document = source == Client.RegistrationSource.CIMD
        client = Client.objects.create(
            name=name,
            client_id=address if is_document else f"demo-{number}",
            client_type=Client.CLIENT_PUBLIC,
            authorization_grant_type=Client.GRANT_AUTHORIZATION_CODE,
            redirect_uris=f"{address}/callback" if is_document else address,
            grant_types=["authorization_code", "refresh_token"],
            registration_source=source,
            last_used_at=now - timedelta(minutes=7 * number),
        )
        if is_document:
            ClientDocument.objects.create(
                client=client,
                url=address,
                host=address.split("/")[2],
                body="{}",
                fetched_at=now - timedelta(hours=3),
                fresh_until=now + timedelta(hours=21),
            )
        made.append(client)
    return made


def _sessions(
    count: int, people: list[Person], clients: list[Client], chance: random.Random, now: datetime, public_url: str
) -> list[Session]:
    weights = [weight for *_, weight in _CLIENTS]
    sessions = []
    for _ in range(count):
        begun = _moment(chance, now)
        # Three of ten have ended, some days after they began.
        ended = begun + timedelta(hours=chance.uniform(1, 240)) if chance.random() < 0.3 else None
        is_over = ended is not None and ended < now
        sessions.append(
            Session(
                person=chance.choice(people),
                client=chance.choices(clients, weights)[0],
                scope=_SCOPE,
                resource=f"{public_url}/mcp",
                address=f"198.51.100.{chance.randrange(1, 255)}",
                user_agent=chance.choice(_BROWSERS),
                created_at=begun,
                expires_at=begun + _SESSION_LIFETIME,
                last_used_at=ended if ended and is_over else begun + (now - begun) * chance.random(),
                ended_at=ended if is_over else None,
                end_reason=chance.choice(_LEFT) if is_over else "",
            )
        )
    _write(Session, sessions)
    return sessions


def _events(sessions: list[Session], clients: list[Client], chance: random.Random, now: datetime) -> Iterator[AuthEvent]:
    for session in sessions:
        yield _event(Kind.SIGNED_IN, session.created_at, session=session)
        yield _event(Kind.CONSENT_GIVEN, session.created_at, session=session)
        if session.ended_at:
            yield _event(Kind.SESSION_ENDED, session.ended_at, session=session, detail={"reason": str(session.end_reason)})
    refused = (Kind.SIGN_IN_REFUSED, Kind.CONSENT_REFUSED, Kind.SIGN_IN_FAILED, Kind.CLIENT_REFUSED)
    for number in range(max(12, len(sessions) // 8)):
        client = chance.choice(clients)
        at = _moment(chance, now)
        yield _event(chance.choices(refused, (6, 3, 2, 1))[0], at, client=client, login=f"stranger-{number % 9}")
    yield _event(Kind.REFRESH_REUSED, now - timedelta(days=4, hours=3), session=sessions[0])


def _event(
    kind: AuthEvent.Kind,
    at: datetime,
    *,
    session: Session | None = None,
    client: Client | None = None,
    login: str = "",
    detail: dict[str, str] | None = None,
) -> AuthEvent:
    client = session.client if session else client
    return AuthEvent(
        kind=kind,
        at=at,
        request_id="demonstration",
        address=session.address if session else "203.0.113.9",
        person=session.person if session else None,
        login=session.person.login if session else login,
        client=client,
        client_name=str(client or ""),
        session=session,
        detail=detail or {},
    )


def _calls(count: int, sessions: list[Session], chance: random.Random, now: datetime) -> Iterator[ToolCall]:
    shares = [share for _, _, share, _, _ in _TOOLS]
    ends = [session.ended_at or now for session in sessions]
    # Few people do most of the work, each session the longer the more.
    weights = [
        (end - session.created_at).total_seconds() * chance.random() ** 4 for session, end in zip(sessions, ends, strict=True)
    ]
    for number, session in enumerate(chance.choices(sessions, weights, k=count)):
        name, tool_set, _, usual_ms, failures = chance.choices(_TOOLS, shares)[0]
        has_failed = chance.randrange(1000) < failures
        yield ToolCall(
            at=_working_hour(session.created_at, session.ended_at or now, chance),
            github_id=session.person.github_id or 0,
            login=session.person.login,
            client_id=session.client.client_id,
            client_name=session.client.name,
            session_id=str(session.pk),
            tool=name,
            tool_set=tool_set,
            outcome=chance.choice(_FAILURES) if has_failed else "ok",
            duration_ms=round(usual_ms * math.exp(chance.gauss(0, 0.6))) + 1,
            result_size=chance.randrange(40, 9_000),
            request_id=f"demonstration-{number}",
        )


def _record(calls: Iterable[ToolCall]) -> None:
    """Write calls in the order of their time, with an event for each batch, as the recorder does."""
    ordered = sorted(calls, key=lambda call: call.at)
    for at in range(0, len(ordered), _BATCH):
        batch = ordered[at : at + _BATCH]
        _write(ToolCall, batch)
        changes.calls_recorded.send(sender=None, calls=batch)


def _requests(now: datetime) -> list[AccessRequest]:
    asked = (("petra-lind", "Working on the data team with Mira, may I?", "Claude", 2), ("quentin-roy", "", "Cursor", 26))
    return [
        AccessRequest(
            github_id=950_000 + number,
            login=login,
            message=message,
            client_name=client,
            address="203.0.113.40",
            at=now - timedelta(hours=hours),
        )
        for number, (login, message, client, hours) in enumerate(asked)
    ]


def _moment(chance: random.Random, now: datetime) -> datetime:
    """Return a time of the month: by day more than by night, on working days more than on others, and more of late."""
    while True:
        at = now - timedelta(days=DAYS * chance.random() ** 1.25)
        if chance.random() < _business(at):
            return at


def _working_hour(begin: datetime, end: datetime, chance: random.Random) -> datetime:
    """Return a time between two, likely a busy one."""
    for _ in range(4):
        at = begin + (end - begin) * chance.random()
        if chance.random() < _business(at):
            break
    return at


def _business(at: datetime) -> float:
    return (0.3 if at.weekday() >= 5 else 1.0) * (1.0 if 7 <= at.hour <= 19 else 0.2)


def _write(model: type[M], rows: "Iterator[M] | list[M]") -> None:
    model._default_manager.bulk_create(rows, batch_size=_BATCH)

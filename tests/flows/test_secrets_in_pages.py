"""No page of the dashboard and no file taken from it holds a secret: all are opened after a whole life of a session."""

import json

from django.urls import reverse

from oauth_bridge.models import AccessRequest, AllowRule, Client, Grant, Person, ResourceServer, Session
from oauth_bridge.resource_servers import add
from tests.conftest import Live
from tests.flows.test_secrets import Life
from tests.support.dashboard import PASSWORD, Operator
from tools import changes
from tools.models import ToolCall

LISTS = (
    "", "set-up/", "set-up/steps.json", "doctor/", "tools/", "tools/switches/", "tools/why/", "tools/try/", "audit/",
    "audit/?kind=all", "calls/", "operators/", "password_change/",
)  # fmt: skip
FILES = [
    f"{what}/export.{form}{asked}" for what in ("audit", "calls") for form in ("csv", "jsonl") for asked in ("", "?kind=all")
]
TABLES = ("session", "client", "person", "allowrule", "accessrequest", "clientdocument", "clientdocumentchange", "clienthost")


def pages() -> list[str]:
    """Return every page that there is: of our own, lists, rows with their histories, forms, files."""
    rows = {"session": Session, "client": Client, "person": Person, "allowrule": AllowRule, "accessrequest": AccessRequest}
    found = [*LISTS, *FILES, *(f"oauth_bridge/{table}/" for table in (*TABLES, "resourceserver"))]
    for table, model in {**rows, "resourceserver": ResourceServer}.items():
        found += [
            f"oauth_bridge/{table}/{row.pk}/{page}/" for row in model._default_manager.all() for page in ("change", "history")
        ]
    return [*found, "oauth_bridge/allowrule/add/", "oauth_bridge/clienthost/add/", "oauth_bridge/client/new/"]


def test_no_page_and_no_file_of_the_dashboard_holds_a_secret(live: Live) -> None:
    life = Life(live)
    life.run()
    secrets = life.all_secrets()
    secrets |= {"secret of a service": add("service"), "operator's password": PASSWORD}
    calls = ToolCall.objects.bulk_create([ToolCall(github_id=1, login="alice", tool="calculate", duration_ms=1, result_size=1)])
    changes.calls_recorded.send(sender=None, calls=calls)
    operator = Operator(live)
    secrets |= {f"stored {row.pk}": row.client_secret for row in Client.objects.exclude(client_secret="")}
    secrets |= {f"password {row.pk}": row.password for row in Person.objects.all() if len(row.password) > 20}
    secrets |= {f"grant {row.pk}": row.code for row in Grant.objects.all()}
    secrets |= {f"service {row.pk}": row.secret_checksum for row in ResourceServer.objects.all()}
    found, seen = [], {}
    for page in pages():
        seen[page] = operator.page(page)
        found += [f"{name} in {page}" for name, secret in secrets.items() if secret in seen[page]]
    assert not found
    # Something was looked at: each file has rows, and the pages show what they are about.
    assert json.loads(seen["audit/export.jsonl?kind=all"].splitlines()[0])["kind"]
    assert "calculate" in seen["calls/export.csv"]
    assert life.client.client_id in seen[f"oauth_bridge/client/{Client.objects.get().pk}/change/"]
    assert reverse("admin:calls") in seen["audit/"]

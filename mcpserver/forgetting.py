"""What the tools know of a person, and lose when the person is forgotten."""

from mcpserver import call_audit
from oauth_bridge.models import Person
from oauth_bridge.people.leaving import ALSO_FORGET
from tools.models import ToolRule


def connect() -> None:
    """Be asked whenever somebody is forgotten. Called once, when the project starts."""
    ALSO_FORGET.append(_forget)


def _forget(person: Person) -> None:
    """Delete the records of a person's calls, and the tools' rules about them."""
    if person.github_id is not None:
        call_audit.forget(person.github_id)
        ToolRule.objects.filter(github_id=person.github_id).delete()

"""What a new installation still lacks, step by step. A step is done when the database or the settings say so."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from mcpserver.dashboard import waiting
from oauth_bridge.models import AllowRule, AuthEvent, Session


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``snippet`` is a text to copy, ``link`` where to go on."""

    key: str
    title: str
    is_done: bool
    done: str
    to_do: str
    snippet_name: str = ""
    snippet: str = ""
    link: str = ""
    link_text: str = ""


def steps() -> list[Step]:
    """Return the steps in the order in which they are taken. Four queries."""
    return [_public_url(), _keys(), _github(), _allow_list(), _first_sign_in(), _first_session()]


def _public_url() -> Step:
    is_public = settings.PUBLIC_URL.startswith("https://")
    return Step(
        "address",
        "Give the server its public address",
        is_public,
        f"Clients reach it at {settings.PUBLIC_URL}.",
        "Claude and ChatGPT connect from the internet: they need a name and https. Point the name at this machine, put a proxy "
        "with a certificate in front (docs/deployment.md has one ready), and set PUBLIC_URL. Then start the server again.",
        "Setting",
        "PUBLIC_URL=https://mcp.example.org",
        reverse("admin:doctor"),
        "Ask the connection doctor",
    )


def _keys() -> Step:
    old = waiting.old_seals()
    if old:
        to_do = (
            "Some stored secrets are still under an older key. Seal them again; then take the older key out of ENCRYPTION_KEYS."
        )
        return Step(
            "keys",
            "Keep the keys fresh",
            is_done=False,
            done="",
            to_do=to_do,
            snippet_name="Command",
            snippet="manage.py reseal",
        )
    to_do = "In development the keys are made up and kept in var/. A real installation has keys of its own, kept outside it."
    command = "echo SECRET_KEY=$(openssl rand -base64 48)\necho ENCRYPTION_KEYS=$(openssl rand -hex 32)"
    return Step("keys", "Give it keys of its own", not settings.DEVELOPMENT, "Both keys are set.", to_do, "Commands", command)


def _github() -> Step:
    github = settings.GITHUB_URL
    host = urlsplit(github).hostname or github
    return Step(
        "github",
        "Tell GitHub about this server",
        not settings.GITHUB_SIMULATOR,
        f"People sign in at {host}.",
        "Until then people sign in at a simulator on this machine. Create an OAuth app at GitHub; paste the callback URL "
        "exactly as it stands here. Put its id and secret into GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET.",
        "Authorization callback URL",
        f"{settings.PUBLIC_URL}/callback",
        "https://github.com/settings/applications/new" if settings.GITHUB_SIMULATOR else f"{github}/settings/developers",
        "Open GitHub's form",
    )


def _allow_list() -> Step:
    rules = AllowRule.objects.exclude(expires_at__lte=timezone.now()).count()
    is_done = settings.ALLOW_EVERYONE or rules > 0
    done = "Every GitHub account may sign in (ALLOW_EVERYONE)." if settings.ALLOW_EVERYONE else f"{rules} on the list."
    return Step(
        "people",
        "Say who may sign in",
        is_done,
        done,
        "Nobody can sign in yet. Add people one by one, or a whole organization or team.",
        link=reverse("admin:oauth_bridge_allowrule_add"),
        link_text="Add the first",
    )


def _first_sign_in() -> Step:
    return Step(
        "sign-in",
        "See the first person come in",
        AuthEvent.objects.filter(kind=AuthEvent.Kind.SIGNED_IN).exists(),
        "Sign-in works from end to end.",
        "Sign in yourself, in another window: it shows that GitHub accepts the callback URL and the secret.",
        link=reverse("login"),
        link_text="Sign in",
    )


def _first_session() -> Step:
    return Step(
        "client",
        "Connect the first client",
        Session.objects.exists(),
        "A client is connected.",
        "Add this address to Claude, ChatGPT, VS Code or Cursor as a connector. The start page shows how, for each.",
        "Address for clients",
        f"{settings.PUBLIC_URL}/mcp",
        reverse("home"),
        "How to connect each client",
    )

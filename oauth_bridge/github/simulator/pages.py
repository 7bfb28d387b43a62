"""The simulator's pages: plain HTML, one served style sheet, no script, under a strict policy."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from oauth_bridge.github.simulator.messages import Response
from oauth_bridge.github.simulator.people import Person
from oauth_bridge.github.simulator.state import Attempt

_FOLDER = Path(__file__).parent / "templates"
_FRAME = Template((_FOLDER / "frame.html").read_text(encoding="utf-8"))
_CHOOSE = Template((_FOLDER / "choose.html").read_text(encoding="utf-8"))
_PERSON = Template((_FOLDER / "person.html").read_text(encoding="utf-8"))
_SEND_ON = Template((_FOLDER / "send_on.html").read_text(encoding="utf-8"))
_ERROR = Template((_FOLDER / "error.html").read_text(encoding="utf-8"))
_STYLE = (_FOLDER / "style.css").read_bytes()

STYLE_PATH = "/assets/simulator.css"
ICON_PATH = "/assets/simulator.svg"

_HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

_SCOPE_WORDS = {
    "read:user": "read the profile",
    "user:email": "read e-mail addresses",
    "repo": "read and write all repositories, private ones too",
    "read:org": "read organizations and teams",
}


def choose(attempt: Attempt, *, ticket: str, people: Sequence[Person]) -> Response:
    """Return the page on which somebody says who they are, or cancels."""
    scopes = sorted(attempt.scopes)
    items = [f"<li><code>{escape(scope)}</code> {escape(_SCOPE_WORDS.get(scope, ''))}</li>" for scope in scopes]
    content = _CHOOSE.substitute(
        client_id=escape(attempt.client_id),
        redirect_uri=escape(attempt.redirect_uri),
        destination=escape(urlsplit(attempt.redirect_uri).netloc),
        scopes="\n".join(items) or "<li>public data only</li>",
        ticket=escape(ticket),
        people="\n".join(_button(person) for person in people),
    )
    return _page(200, "Authorize an application", content)


def send_on(url: str) -> Response:
    """Return the page that sends the browser back to the application."""
    content = _SEND_ON.substitute(url=escape(url), destination=escape(urlsplit(url).netloc))
    refresh = f'<meta http-equiv="refresh" content="0; url={escape(url)}">'
    return _page(200, "Back to the application", content, head=refresh)


def error(status: int, message: str) -> Response:
    """Return a page that says what is wrong."""
    return _page(status, "This did not work" if status < 500 else "Broken", _ERROR.substitute(message=escape(message)))


def welcome() -> Response:
    """Return the page at ``/``."""
    text = "Gatehouse signs people in here while it is being developed. There is nothing to see without an application."
    return _page(200, "GitHub simulator", _ERROR.substitute(message=escape(text)))


def style() -> Response:
    """Return the style sheet."""
    return Response(200, {"content-type": "text/css; charset=utf-8", "cache-control": "no-cache"}, _STYLE)


def avatar(person: Person) -> Response:
    """Return a person's picture: an initial on a colour made from the id."""
    return _picture(person.login[:1].upper(), hue=person.id * 47 % 360)


def icon() -> Response:
    """Return the picture for the browser's tab."""
    return _picture("S", hue=36)


def _picture(letter: str, *, hue: int) -> Response:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96" viewBox="0 0 96 96">'
        f'<rect width="96" height="96" fill="hsl({hue} 45% 40%)"/>'
        '<text x="48" y="64" font-family="sans-serif" font-size="48" fill="#fff" text-anchor="middle">'
        f"{escape(letter)}</text></svg>"
    )
    # An SVG opened by itself is a document: it gets no rights at all.
    policy = {"content-security-policy": "default-src 'none'; sandbox", "x-content-type-options": "nosniff"}
    return Response(200, {"content-type": "image/svg+xml", "cache-control": "max-age=3600", **policy}, svg.encode())


def _button(person: Person) -> str:
    return _PERSON.substitute(
        login=escape(person.login),
        id=person.id,
        label=escape(person.login.capitalize()),
        name=escape(person.name or "no name"),
    )


def _page(status: int, title: str, content: str, *, head: str = "") -> Response:
    html = _FRAME.substitute(title=escape(title), style=STYLE_PATH, icon=ICON_PATH, head=head, content=content)
    return Response(status, _HEADERS, html.encode())

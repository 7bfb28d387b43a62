"""URI templates of level 1 (RFC 6570 §1.2): ``github://user/{login}``, and ``{+path}`` at the end. Strings in, answers out.

A URI is matched strictly: every variable is one whole, non-empty segment's part, written without reserved characters, decoded
once. ``..`` and encoded slashes never become a value, so that no author has to think of path traversal. The one exception is
``{+name}`` (level 2) where the template ends: it takes several such segments, with plain slashes between.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

MAX_URI_CHARACTERS = 2048
MAX_VARIABLES = 10

_EXPRESSION = re.compile(r"\{([^{}]*)\}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PATH = "+"
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:")
# RFC 3986 §2 without the braces; a literal may hold what a URI may hold.
_LITERAL = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")
# RFC 3986 §2.2.
_RESERVED = re.compile(r"[:/?#\[\]@!$&'()*+,;=]")
# RFC 6570 §3.2.2: simple expansion leaves unreserved characters and encodes everything else.
_VALUE = r"((?:[A-Za-z0-9\-._~]|%[0-9A-Fa-f]{2})+)"
_PATH_VALUE = rf"({_VALUE[1:-1]}(?:/{_VALUE[1:-1]})*)"
_DOTS = frozenset({".", ".."})


class InvalidTemplate(ValueError):
    """What was declared is neither a URI nor a template of level 1."""


@dataclass(frozen=True, slots=True)
class UriTemplate:
    """A template, ready to match and to expand. Without variables it stands for one URI."""

    text: str
    variables: tuple[str, ...]
    pattern: re.Pattern[str]
    path_variable: str | None = None

    def match(self, uri: str) -> dict[str, str] | None:
        """Return the variables' values, or None when ``uri`` is not of this template.

        The one URI that expands to these values is accepted and no other spelling of it, so that what is compared (a
        subscription, a cache key) and what is read are the same.
        """
        if len(uri) > MAX_URI_CHARACTERS:
            return None
        found = self.pattern.fullmatch(uri)
        if found is None:
            return None
        values: dict[str, str] = {}
        for name, value in zip(self.variables, found.groups(), strict=True):
            # Split before it is decoded: an encoded slash is a part of a name, and refused.
            segments = [_decoded(each) for each in value.split("/")]
            if any(segment is None or _is_unsafe(segment) for segment in segments):
                return None
            values[name] = "/".join(segment for segment in segments if segment is not None)
        return values if self.expand(values) == uri else None

    def expand(self, values: Mapping[str, str]) -> str:
        """Return the URI for these values.

        Raises:
            KeyError: a variable has no value.
        """

        def value_of(found: re.Match[str]) -> str:
            name = found[1].removeprefix(_PATH)
            return quote(values[name], safe="-._~/" if name == self.path_variable else "-._~")

        return _EXPRESSION.sub(value_of, self.text)


def parse(text: str) -> UriTemplate:
    """Return the template.

    Raises:
        InvalidTemplate: no scheme, another level than 1 (but for ``{+name}`` at the end), a variable twice,
            or two variables that run into each other.
    """
    if not _SCHEME.match(text):
        raise InvalidTemplate(f"{text!r} must begin with a scheme in lower case, such as notes:")
    if len(text) > MAX_URI_CHARACTERS:
        raise InvalidTemplate(f"a URI has at most {MAX_URI_CHARACTERS} characters")
    literals = _EXPRESSION.split(text)[::2]
    variables = tuple(_EXPRESSION.findall(text))
    path_variable = None
    if variables and variables[-1].startswith(_PATH) and not literals[-1]:
        path_variable = variables[-1].removeprefix(_PATH)
        variables = (*variables[:-1], path_variable)
    if not all(_LITERAL.fullmatch(literal) for literal in literals):
        raise InvalidTemplate(f"{text!r} holds characters that no URI may hold")
    if not all(_VARIABLE.fullmatch(name) for name in variables):
        raise InvalidTemplate(f"{text!r} must use plain variables alone, such as {{name}} (RFC 6570 level 1)")
    if len(set(variables)) != len(variables) or len(variables) > MAX_VARIABLES:
        raise InvalidTemplate(f"{text!r} must name each variable once, and at most {MAX_VARIABLES}")
    # No value holds one: a URI is then matched in one way or in none, and in time that grows with its length alone.
    if not all(_RESERVED.search(literal) for literal in literals[1:-1]):
        raise InvalidTemplate(f"{text!r} must have a reserved character, such as /, between two variables")
    values = [*(_VALUE for _ in variables[:-1]), _VALUE if path_variable is None else _PATH_VALUE, ""]
    pattern = "".join(re.escape(literal) + value for literal, value in zip(literals, values[-len(literals) :], strict=True))
    return UriTemplate(text, variables, re.compile(pattern, re.ASCII), path_variable)


def _decoded(value: str) -> str | None:
    try:
        return unquote_to_bytes(value).decode()
    except UnicodeDecodeError:
        return None


def _is_unsafe(value: str) -> bool:
    return value in _DOTS or any(character in "/\\" or not character.isprintable() for character in value)

"""URI templates of level 1 (RFC 6570 §1.2), and a path at the end, matched strictly."""

import re

import pytest

from tools.uri_templates import MAX_URI_CHARACTERS, InvalidTemplate, parse

ONE = parse("github://user/{login}")
TWO = parse("notes://{owner}/v1.0/{name}?raw=1")


@pytest.mark.parametrize(
    ("uri", "values"),
    [
        ("github://user/alice", {"login": "alice"}),
        ("github://user/a-l.i_c~e", {"login": "a-l.i_c~e"}),
        ("github://user/al%20ice", {"login": "al ice"}),
        ("github://user/%C3%A9", {"login": "é"}),
        # Decoded once: what looks encoded after that is text.
        ("github://user/%2541", {"login": "%41"}),
        ("github://user/%3Cb%3E", {"login": "<b>"}),
        ("github://user/...", {"login": "..."}),
    ],
)
def test_a_uri_of_the_template_gives_its_values(uri: str, values: dict[str, str]) -> None:
    assert ONE.match(uri) == values
    assert ONE.expand(values) == uri


@pytest.mark.parametrize(
    "uri",
    [
        "github://user/",
        "github://user",
        "github://user/alice/",
        "github://user/alice/repos",
        "GITHUB://user/alice",
        "github://users/alice",
        " github://user/alice",
        "github://user/alice\n",
        "github://user/alice?x=1",
        "github://user/alice#top",
        # Traversal, in every dress.
        "github://user/.",
        "github://user/..",
        "github://user/../admin",
        "github://user/%2e%2e",
        "github://user/%2E%2E",
        "github://user/.%2e",
        "github://user/a%2Fb",
        "github://user/a%2fb",
        "github://user/a%5Cb",
        "github://user/a\\b",
        "github://user/a%00",
        "github://user/a%0Ab",
        # Other spellings of what another URI says already.
        "github://user/%61lice",
        "github://user/%c3%a9",
        "github://user/é",
        "github://user/al ice",
        "github://user/al+ice",
        # Broken encoding.
        "github://user/%",
        "github://user/%4",
        "github://user/%zz",
        "github://user/%ff",
        "github://user/%ED%A0%80",
        "github://user/" + "a" * MAX_URI_CHARACTERS,
        "",
    ],
)
def test_what_is_not_of_the_template_is_not_matched(uri: str) -> None:
    assert ONE.match(uri) is None


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("repo://alice/README.md", "README.md"),
        ("repo://alice/docs/a%20b/c.md", "docs/a b/c.md"),
        ("repo://alice/.github/%2541", ".github/%41"),
        ("repo://alice/", None),
        ("repo://alice//a", None),
        ("repo://alice/a/", None),
        ("repo://alice/a//b", None),
        ("repo://alice/../a", None),
        ("repo://alice/a/..", None),
        ("repo://alice/a/./b", None),
        ("repo://alice/a/%2e%2e/b", None),
        ("repo://alice/a%2Fb", None),
        ("repo://alice/a/%5C", None),
        ("repo://alice/a/%00", None),
        ("repo://alice/a/%ff", None),
        ("repo://alice/a/%62", None),
        ("repo://alice/a?ref=x", None),
    ],
)
def test_a_path_at_the_end_takes_whole_segments(uri: str, path: str | None) -> None:
    template = parse("repo://{owner}/{+path}")
    values = None if path is None else {"owner": "alice", "path": path}
    assert template.match(uri) == values
    assert values is None or template.expand(values) == uri


def test_literals_are_literal_and_values_do_not_run_into_them() -> None:
    assert TWO.match("notes://alice/v1.0/a?raw=1") == {"owner": "alice", "name": "a"}
    assert TWO.match("notes://alice/v1x0/a?raw=1") is None
    assert TWO.match("notes://alice/b/v1.0/a?raw=1") is None


def test_a_template_without_variables_is_one_uri() -> None:
    fixed = parse("test://static-text")
    assert (fixed.variables, fixed.match("test://static-text"), fixed.match("test://static-texts")) == ((), {}, None)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("no-scheme/{a}", "must begin with a scheme"),
        ("HTTP://x/{a}", "must begin with a scheme"),
        ("{scheme}:x", "must begin with a scheme"),
        ("a:{+path}/b", "level 1"),
        ("a:{+path}/{b}", "level 1"),
        ("a:{+a}/{+b}", "level 1"),
        ("a:{b}{+path}", "between two variables"),
        ("a:{path}/{+path}", "each variable once"),
        ("a:{/path}", "level 1"),
        ("a:{name*}", "level 1"),
        ("a:{a,b}", "level 1"),
        ("a:{}", "level 1"),
        ("a:{a}/{a}", "each variable once"),
        ("a:{a}{b}", "between two variables"),
        # A hostile URI could be matched in very many ways.
        ("a:{a}-{b}", "between two variables"),
        ("a:{a}%41{b}", "between two variables"),
        ("a:/{a", "no URI may hold"),
        ("a:/a b", "no URI may hold"),
        ("a:/%zz", "no URI may hold"),
        ("a:" + "x" * MAX_URI_CHARACTERS, "at most 2048"),
        ("a:" + "/".join(f"{{v{number}}}" for number in range(11)), "at most 10"),
    ],
)
def test_what_is_no_template_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(InvalidTemplate, match=re.escape(complaint)):
        parse(text)

"""The style sheets: readable for weak eyes in both colour schemes, and asking nobody else for anything."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "static" / "gatehouse"
CSS = (STATIC / "site.css").read_text(encoding="utf-8")
ROOTS = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
LIGHT, DARK = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", root)) for root in ROOTS)

TEXT = [
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "code"),
    ("quiet", "paper"),
    ("quiet", "card"),
    ("quiet", "code"),
    ("accent", "paper"),
    ("accent", "card"),
    ("accent", "soft"),
    ("accent-hover", "card"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("warn-ink", "warn"),
]
SHAPES = [("edge", "card"), ("edge", "code"), ("accent", "paper"), ("focus", "paper"), ("focus", "card"), ("warn-edge", "card")]


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_has_enough_contrast(scheme):
    """WCAG 2.2 §1.4.3 (AA): 4.5 to 1."""
    ratios = {pair: round(contrast(scheme[pair[0]], scheme[pair[1]]), 2) for pair in TEXT}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_controls_have_enough_contrast(scheme):
    """WCAG 2.2 §1.4.11 (AA): 3 to 1."""
    ratios = {pair: round(contrast(scheme[pair[0]], scheme[pair[1]]), 2) for pair in SHAPES}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 3} == {}


def test_both_schemes_define_the_same_colours():
    assert set(LIGHT) == set(DARK)


@pytest.mark.parametrize("file", sorted(STATIC.glob("*.*")), ids=lambda file: file.name)
def test_no_file_asks_another_server_or_holds_inline_code(file):
    text = file.read_bytes().decode("latin-1").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|@import|url\(\s*[\"']?(?:data:|//)", text)
    if file.suffix == ".svg":
        assert not re.search(r"<style|<script|style=|\son\w+=", text)


@pytest.mark.parametrize("file", ["site.css", "admin.css"])
def test_every_colour_that_is_used_is_defined(file):
    css = (STATIC / file).read_text(encoding="utf-8")
    django = {"hairline-color", "body-quiet-color", "border-color", "body-fg", "link-fg"}
    used = set(re.findall(r"var\(--([\w-]+)\)", css))
    assert used
    assert used <= set(re.findall(r"--([\w-]+):", css)) | django

import re
from pathlib import Path

import pytest

from app import assets

TOKENS = Path(__file__).parents[1] / "app/static/css/tokens.css"
CHARTS = TOKENS.with_name("charts.css")
KINDS = ("lecture", "campaign", "competition", "training", "meeting", "visit", "press", "media", "deadline")
TONES = ("good", "wait", "bad", "quiet")
LIGHTS = ("light-blue", "light-yellow", "light-red", "light-met", "light-grey")

TEXT = [
    *[(ink, ground) for ink in ("ink", "ink2", "ink3") for ground in ("paper", "surface")],
    ("ink", "sunken"), ("ink2", "sunken"), ("brand", "paper"), ("brand", "surface"), ("brand-strong", "surface"),
    ("brand", "brand-soft"), ("ink", "brand-soft"), ("ink2", "brand-soft"), ("on-brand", "brand"),
    ("on-brand", "brand-strong"), ("on-today", "today"), ("today", "paper"), ("today", "surface"),
    *[(name, f"{name}-soft") for name in KINDS + TONES],
    *[("ink", f"{name}-soft") for name in KINDS + TONES],
    *[("surface", name) for name in KINDS],
    *[(name, "surface") for name in KINDS + TONES], ("bad", "paper"),
    *[(name, f"{name}-soft") for name in LIGHTS],
    # On the tiles of a map: axe does not look into drawings.
    *[("ink", f"heat{step}") for step in (0, 1, 2)], *[("on-brand", f"heat{step}") for step in (3, 4)],
]
EDGES = [
    ("edge", "paper"), ("edge", "surface"), ("focus", "paper"), ("focus", "surface"), ("brand", "sunken"),
    *[(bar, ground) for bar in ("bar", "bar-met") for ground in ("surface", "sunken", "band", "bar-soft")],
    *[("bar-least", ground) for ground in ("surface", "sunken", "band")],
    *[("today", ground) for ground in ("surface", "sunken", "band", "bar-soft", "heat0")],
]


def block(selector, sheet=TOKENS):
    css = sheet.read_text()
    start = css.index("{", css.index(selector))
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", css[start:css.index("\n}", start)]))


THEMES = {theme: block(selector) | block(selector, CHARTS)
          for theme, selector in (("light", ":root"), ("dark", "html[data-theme=dark]"))}


def luminance(colour):
    channels = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def faint(pairs, least):
    return [
        (theme, ink, ground, round(contrast(colours[ink], colours[ground]), 2))
        for theme, colours in THEMES.items() for ink, ground in pairs
        if contrast(colours[ink], colours[ground]) < least
    ]


def test_black_on_white_is_twenty_one_to_one():
    assert round(contrast("#000000", "#ffffff"), 2) == 21


def test_every_text_can_be_read_on_its_ground():
    assert faint(TEXT, 4.5) == []


def test_every_edge_of_a_box_can_be_seen():
    assert faint(EDGES, 3) == []


def test_dark_by_the_system_and_dark_by_choice_are_the_same_colours():
    assert block("html:not([data-theme])") | block("html:not([data-theme])", CHARTS) == THEMES["dark"]


@pytest.mark.parametrize("feature", ["@layer", ":has(", "color-mix", "oklch", "@import", "url("])
def test_no_stylesheet_needs_what_old_browsers_lack_or_fetches_anything(feature):
    sheets = TOKENS.parent.glob("*.css")

    assert [sheet.name for sheet in sheets if feature in sheet.read_text()] == []


def test_what_a_first_visit_fetches_stays_small():
    css = len(assets.stylesheet(TOKENS.parents[1]))
    base = (TOKENS.parents[2] / "templates" / "base.html").read_text()
    fetched = re.findall(r"asset\('([a-z]+\.(?:js|css))'\)", base)
    scripts = sum((TOKENS.parents[1] / name).stat().st_size for name in fetched if name.endswith(".js"))

    assert sorted(fetched) == ["app.css", "app.js", "theme.js"]
    assert (css <= 40_000, scripts <= 10_000) == (True, True)


@pytest.mark.parametrize("sheet", [TOKENS, CHARTS])
def test_paper_stays_white_whatever_the_reader_chose(sheet):
    css = sheet.read_text()

    assert [css[:css.index(dark)].rstrip().endswith(rule) for dark, rule in (
        ("html[data-theme=dark] {", "@media screen {"),
        ("html:not([data-theme]) {", "@media screen and (prefers-color-scheme: dark) {"),
    )] == [True, True]


def test_every_token_of_the_charts_has_a_dark_twin():
    assert sorted(block(":root", CHARTS)) == sorted(block("html[data-theme=dark]", CHARTS))

"""What a newcomer is told must be so."""

from __future__ import annotations

import re

import config

README = (config.TOP / "README.md").read_text(encoding="utf-8")
PAPERS = [config.TOP / "README.md", config.TOP / "CONTRIBUTING.md", *sorted((config.TOP / "docs").rglob("*.md"))]


def missing(pattern, *, top=None):
    """What the papers point to and is not there, from the paper's own folder or from `top`."""
    return [f"{paper.relative_to(config.TOP)}: {target}" for paper in PAPERS
            for target in re.findall(pattern, paper.read_text(encoding="utf-8"))
            if not ((top or paper.parent) / target).exists()]


def test_the_readme_names_every_setting_with_its_default():
    told = re.findall(r"^\| `([A-Z_]+)` \| (?:`(.*?)`)? *\|", README, re.MULTILINE)

    assert told == [(setting.name, setting.default) for setting in config.SETTINGS]


def test_every_link_in_the_papers_leads_somewhere():
    assert missing(r"\]\((?!https?:)([^)#]+)") == []


def test_every_file_the_papers_name_is_where_they_say():
    assert missing(r"`((?:app|calendars|migrations|tests|bench)/[\w./-]+)`", top=config.TOP) == []


def test_every_make_target_the_readme_names_exists():
    makefile = (config.TOP / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))

    assert sorted(set(re.findall(r"^ {4}make ([a-z]+)", README, re.MULTILINE)) - targets) == []

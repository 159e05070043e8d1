"""A short letter to somebody on the staff: what it is about, a list, one button. For the rooms' own letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import current_app, render_template
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import Grant, Person, Role
from app.db import db
from app.outbox.letter import Letter, one_line, place, sealed, subject_of


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing in a letter's list."""

    title: str
    small: str = ""


def spoken(language: str) -> str:
    return "en" if language == "en" else "zh"


def plain(words: str) -> str:
    """Somebody's words on one line, within a sentence of ours."""
    return one_line(words)


def letter(name: str, language: str, subject: str, sentences: Sequence[str], facts: Sequence[Fact],
           act: tuple[str, str], why: str) -> Letter:
    """Call it in the reader's language; `act` is a word and a path of ours."""
    words = {"subject": subject_of(subject), "sentences": sentences, "lines": facts, "more": (),
             "act": act[0], "address": current_app.config["BASE_URL"] + act[1], "why": why,
             "name_here": place("name"), "language_of_letter": spoken(language)}
    return Letter(name=name, language=spoken(language), subject=words["subject"],  # type: ignore[arg-type]
                  text=sealed(render_template("console/review/letters/note.txt", **words)).strip() + "\n",
                  html=sealed(render_template("console/review/letters/note.html", **words)))


def holders(offices: Iterable[int], *roles: Role) -> list[Person]:
    """Those with an address who hold one of `roles` at one of the offices itself, each once; one query."""
    found = db.session.scalars(select(Grant).join(Grant.person).where(
        Grant.organization_id.in_(sorted(set(offices))), Grant.role.in_([role.value for role in roles]),
        Person.active.is_(True), Person.email.is_not(None)).options(joinedload(Grant.person)))
    return sorted({grant.person_id: grant.person for grant in found}.values(), key=lambda one: one.id)

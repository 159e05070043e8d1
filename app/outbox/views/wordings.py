"""An office's own words around the facts of the letters to the public: write, look, try on oneself, keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response
from wtforms import HiddenField, ValidationError

from app.accounts.access import allowed
from app.accounts.places import Organization
from app.accounts.wordings import (
    PLACES,
    LetterWording,
    WordedMeanwhile,
    open_places,
    trying,
    unknown_places,
    wording_of,
)
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.events.models import Event
from app.forms import PlainForm, line, text
from app.legible import number_in
from app.outbox import posting
from app.outbox.letter import Letter, Recipient, shown
from app.outbox.views import kinds
from app.outbox.views.desk import bp
from app.reminders import letters as reminders
from app.signup import letters as signup
from app.signup.models import Enrolment

KEEPERS = ("administrator",)
TRIAL = "outbox.trial"
LANGUAGES = {"zh": _l("中文"), "en": _l("英文")}
Page = tuple[str, int] | Response


def _changed(one: Enrolment, news: signup.News) -> Letter:
    event = one.event
    was = replace(signup.Schedule.of(event.facts(), event.zone), span=event.span.moved_by(timedelta(days=-1)))
    return signup.of_change(event, news, was, one.language)


LETTERS: dict[str, Callable[[Enrolment], Letter]] = {
    signup.CONFIRMATION: lambda one: signup.confirmation(one, now()),
    signup.CHANGED: lambda one: _changed(one, signup.News.MOVED),
    signup.CANCELLED: lambda one: _changed(one, signup.News.CANCELLED),
    reminders.NAME: lambda one: reminders.reminder(one.event, one.language),
    reminders.THANKS: lambda one: reminders.thanks(one.event, one.language),
}


class WordingForm(PlainForm):
    """Left empty, the usual words stand."""

    status = 422
    number = HiddenField()
    subject = line(_l("主题"), 120)
    opening = text(_l("开头"), 600)
    closing = text(_l("结尾"), 600)

    def validate_subject(self, field: Any) -> None:
        self._know_places(field)

    def validate_opening(self, field: Any) -> None:
        self._know_places(field)

    def validate_closing(self, field: Any) -> None:
        self._know_places(field)

    def words(self) -> dict[str, str]:
        return {name: "\n".join((self[name].data or "").splitlines()) for name in ("subject", "opening", "closing")}

    def _know_places(self, field: Any) -> None:
        if unknown := unknown_places(field.data or ""):
            raise ValidationError(_("不认识%(unknown)s。可以用的有：%(places)s。", unknown=_("、").join(unknown),
                                    places=_("、").join(f"{{{{{name}}}}}" for name in PLACES)))
        if halves := open_places(field.data or ""):
            raise ValidationError(_("“%(half)s”的括号不成对，请写成 {{活动名称}} 这样。", half=halves[0]))


@bp.get("/console/admin/wordings")
@allowed(*KEEPERS)
def wordings() -> Response:
    """Of the office chosen, or of the highest that I administer."""
    first = db.session.scalars(Organization.open_under(g.actor.paths).limit(1)).one()
    return redirect(url_for("outbox.office_wordings", id=number_in(request.args, "office") or first.id))


@bp.get("/console/admin/offices/<int:id>/wordings")
@allowed(*KEEPERS)
def office_wordings(id: int) -> str:
    office = _office(id)
    held = {(letter, language): wording_of(office, letter, language) for letter in LETTERS for language in LANGUAGES}
    return render_template(
        "outbox/wordings.html", office=office, held=held, letters=list(LETTERS), languages=LANGUAGES, kinds=kinds,
        offices=db.session.scalars(Organization.open_under(g.actor.paths)).all())


@bp.get("/console/admin/offices/<int:id>/wordings/<letter>/<language>")
@allowed(*KEEPERS)
def wording(id: int, letter: str, language: str) -> Page:
    office, versions = _office(id), _versions(id, letter, language)
    form = WordingForm(obj=versions[0] if versions else None)
    form.number.data = str(versions[0].number if versions else 0)
    return _page(form, office, letter, language)


@bp.post("/console/admin/offices/<int:id>/wordings/<letter>/<language>")
@allowed(*KEEPERS)
def change_wording(id: int, letter: str, language: str) -> Page:
    """Keeps a version, shows how it reads, or sends it to whoever writes it."""
    office, form = _office(id), WordingForm()
    _versions(id, letter, language)
    if not form.validate_on_submit():
        return _page(form, office, letter, language)
    if request.form.get("do") == "look":
        return _page(form, office, letter, language, is_look=True)
    if request.form.get("do") == "try":
        return _try(form, office, letter, language)
    try:
        LetterWording.word(office, letter, language, now(), **form.words(), after=_number(form))
        db.session.commit()
    except WordedMeanwhile as error:
        db.session.rollback()
        form.number.data, form.status = str(error.number), error.status
        form.form_errors.append(error.sentence)
        return _page(form, office, letter, language)
    flash(_("已保存。从下一封信起用。"), "success")
    return redirect(url_for("outbox.wording", id=id, letter=letter, language=language))


def _try(form: WordingForm, office: Organization, letter: str, language: str) -> Page:
    made, person = _made(form, office, letter, language), g.actor.person
    if made is None or not person.email:
        form.form_errors.append(_("没有可试的信：要有人报过名，您的账号也要有邮箱。"))
        return _page(form, office, letter, language)
    posting.post(replace(made[0], name=TRIAL, calendar=b"", calendar_method=""),
                 Recipient(person.email, person.name, {"name": made[1]}), as_of=now(),
                 cause=f"trial:{person.id}:{now():%Y%m%dT%H%M%S}")
    db.session.commit()
    flash(_("已寄到您的邮箱。还没有保存。"), "success")
    return _page(form, office, letter, language, is_look=True, status=200)


def _page(form: WordingForm, office: Organization, letter: str, language: str, *, is_look: bool = False,
          status: int = 0) -> Page:
    made = _made(form, office, letter, language) if not form.errors and not form.form_errors else None
    look = (shown(made[0].subject, {"name": made[1]}), shown(made[0].text, {"name": made[1]})) if made else None
    page = render_template(
        "outbox/wording.html", form=form, office=office, letter=letter, spoken=language, look=look,
        versions=_versions(office.id, letter, language), places=list(PLACES), kinds=kinds, languages=LANGUAGES)
    return page, status or (200 if request.method == "GET" or is_look else form.status)


def _made(form: WordingForm, office: Organization, letter: str, language: str) -> tuple[Letter, str] | None:
    """The letter as the last one enrolled below this office would get it, and his name, masked."""
    one = db.session.scalars(
        select(Enrolment).join(Enrolment.event).join(Event.organization).options(joinedload(Enrolment.event))
        .where(Organization.path.startswith(office.path), Enrolment.erased_at.is_(None))
        .order_by(Enrolment.id.desc()).limit(1)).one_or_none()
    if one is None:
        return None
    draft = LetterWording(organization_id=office.id, letter=letter, language=language, number=_number(form),
                          **form.words())
    name = f"{one.name[:1]}**"
    with db.session.no_autoflush, trying(draft):
        one.language, spoken = language, one.language
        made = LETTERS[letter](one)
        one.language = spoken
    return made, name


def _number(form: WordingForm) -> int:
    return int(form.number.data) if (form.number.data or "").isdecimal() else 0


def _versions(id: int, letter: str, language: str) -> list[LetterWording]:
    if letter not in LETTERS or language not in LANGUAGES:
        raise NotThere(_("没有这种信。"))
    return list(db.session.scalars(LetterWording.of(_office(id), letter, language).limit(20)))


def _office(id: int) -> Organization:
    found = db.session.scalars(Organization.open_under(g.actor.paths).where(Organization.id == id)).one_or_none()
    if found is None:
        raise NotThere(_("没有这个单位，或者它不归您管。"))
    return found

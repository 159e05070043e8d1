"""What offices are written about their returns and about supervision; posted in the transaction of its cause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from flask import current_app, render_template
from flask_babel import force_locale, format_date, get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import Grant, Person, Role
from app.accounts.places import Organization
from app.db import db
from app.events.asking import office_zone
from app.events.letters import Line, plain
from app.events.span import midnight
from app.outbox import posting
from app.outbox.letter import Letter, Recipient, giving_way, one_line, place, sealed, subject_of
from app.reports.returns.deadlines import Stage
from app.reports.returns.month import Month
from app.reports.returns.monthly import MonthlyReturn
from app.reports.slips.slip import SlipCause, SupervisionSlip

DUE, LATE, RETURNED = "reports.return_due", "reports.return_late", "reports.return_returned"
SLIP = "reports.slip"
NAMES = {Stage.DUE: DUE, Stage.LATE: LATE}
LATE_FOR = timedelta(days=30)


def about_return(office: Organization, month: Month) -> str:
    return f"return:{office.id}:{month.word}"


def remind(office: Organization, month: Month, stage: Stage, due_on: date, people: Iterable[Person],
           as_of: datetime) -> int:
    """To each of `people`, once for the office, month and stage, however often it is told."""
    until = midnight(due_on + timedelta(days=1), office_zone().key) if stage is Stage.DUE else as_of + LATE_FOR
    count = 0
    for language, those in _by_language(people):
        count += posting.post_all(
            reminder(office, month, stage, due_on, language), [recipient(one) for one in those],
            cause=f"{about_return(office, month)}:{stage.value}", about=about_return(office, month), as_of=as_of,
            useful_until=until)
    return count


def tell_returned(filed: MonthlyReturn, as_of: datetime) -> None:
    """To the one who filed it."""
    author, office, month = filed.submitted_by, filed.organization, filed.of
    if author is None or not author.email or not author.active:
        return
    with force_locale(spoken(author.language)):
        letter = note(
            RETURNED, author.language,
            _("退回修改：%(office)s%(month)s月报", office=giving_way(plain(office.name)), month=month_words(month)),
            [_("您报的月报被退回，改好以后请再报一次。"), _("原因：") + plain(filed.returned_reason)], [],
            (_("打开月报"), address_of(office, month)), _("您报了这份月报，所以收到这封信。"))
    posting.post(letter, recipient(author), cause=f"{about_return(office, month)}:returned:{filed.version}",
                 about=about_return(office, month), as_of=as_of)


def reminder(office: Organization, month: Month, stage: Stage, due_on: date, language: str) -> Letter:
    with force_locale(spoken(language)):
        name, title, day = plain(office.called(spoken(language))), month_words(month), day_words(due_on)
        if stage is Stage.DUE:
            subject = _("请报月报：%(month)s，%(day)s前", month=title, day=day)
            sentences = [_("“%(office)s”%(month)s的月报还没有报，%(day)s（含当天）以前报都算按时。",
                           office=name, month=title, day=day)]
        else:
            subject = _("月报迟了：%(month)s", month=title)
            sentences = [_("“%(office)s”%(month)s的月报应在%(day)s以前报，现在还没有收到。",
                           office=name, month=title, day=day)]
        sentences.append(_("活动和人数已经替您列好，核对一下，写几句话就能报。"))
        return note(NAMES[stage], language, subject, sentences, [], (_("打开月报"), address_of(office, month)),
                    _("您是这个单位的经办人，所以收到这封信。"))


def tell_of_slip(slip: SupervisionSlip, as_of: datetime) -> int:
    """To the organizers and leaders of the office it is for; how many have an address."""
    people = people_of([slip.organization_id], Role.ORGANIZER, Role.LEADER).get(slip.organization_id, [])
    for language, those in _by_language(people):
        posting.post_all(sent_slip(slip, language), [recipient(one) for one in those], cause=f"slip:{slip.id}:sent",
                         about=f"slip:{slip.id}", as_of=as_of)
    return len(people)


def sent_slip(slip: SupervisionSlip, language: str) -> Letter:
    with force_locale(spoken(language)):
        subject = _("督办：%(cause)s，%(day)s前办结", cause=SlipCause(slip.cause).label, day=day_words(slip.due_on))
        sentences = [_("“%(office)s”发来%(number)s。", office=plain(slip.sender.called(spoken(language))),
                       number=slip.called), plain(slip.words)]
        return note(SLIP, language, subject, sentences, [Line(plain(fact)) for fact in slip.facts],
                    (_("打开督办单"), f"/console/slips/{slip.id}"),
                    _("您是这个单位的经办人或领导，所以收到这封信。"),
                    [_("事情办好、登记进系统，督办单就自己办结，不用另外回复。")])


def note(name: str, language: str, subject: str, sentences: Sequence[str], lines: Sequence[Line],
         act: tuple[str, str], why: str, more: Sequence[str] = ()) -> Letter:
    """A short letter with one button; call it in the reader's language."""
    language = spoken(language)
    words = {"subject": subject_of(subject), "sentences": sentences, "lines": lines, "more": more,
             "act": act[0], "address": current_app.config["BASE_URL"] + act[1], "why": why,
             "name_here": place("name"), "language_of_letter": language}
    return Letter(name=name, language=language, subject=words["subject"],  # type: ignore[arg-type]
                  text=sealed(render_template("console/review/letters/note.txt", **words)).strip() + "\n",
                  html=sealed(render_template("console/review/letters/note.html", **words)))


def people_of(offices: Iterable[int], *roles: Role) -> dict[int, list[Person]]:
    """Those with an address who hold one of `roles` at the office itself, by office; one query."""
    found: dict[int, list[Person]] = {}
    for grant in db.session.scalars(select(Grant).join(Grant.person).where(
            Grant.organization_id.in_(list(offices)), Grant.role.in_([role.value for role in roles]),
            Person.active.is_(True), Person.email.is_not(None)).options(joinedload(Grant.person)).order_by(Grant.id)):
        those = found.setdefault(grant.organization_id, [])
        if grant.person not in those:
            those.append(grant.person)
    return found


def recipient(person: Person) -> Recipient:
    name = one_line(person.name)
    return Recipient(person.email or "", name[:120], {"name": name})


def address_of(office: Organization, month: Month) -> str:
    return f"/console/returns/{month.word}?office={office.id}"


def month_words(month: Month) -> str:
    return _dated(month.first, "y年M月", "MMMM y")


def day_words(day: date) -> str:
    return _dated(day, "M月d日", "d MMMM")


def _dated(value: date, chinese: str, english: str) -> str:
    return format_date(value, english if str(get_locale())[:2] == "en" else chinese)


def spoken(language: str) -> str:
    return "en" if language == "en" else "zh"


def _by_language(people: Iterable[Person]) -> list[tuple[str, list[Person]]]:
    people = list(people)
    return [(language, those) for language in ("zh", "en")
            if (those := [one for one in people if spoken(one.language) == language])]

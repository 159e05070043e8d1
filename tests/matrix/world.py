"""The tree, the people and the things about which every route is asked."""

from __future__ import annotations

import io
import shutil
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from flask.testing import FlaskClient
from flask_security.recoverable import generate_reset_password_token
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app import jobs
from app.accounts.links import SignInLink, hashed
from app.accounts.models import Person, Role
from app.accounts.passkeys import Passkey
from app.accounts.places import Organization
from app.accounts.sessions import COOKIE
from app.clock import local_day, now
from app.db import db
from app.events.approval import PublishingRule, Reviewer
from app.events.counting import add_photos, keep_photos
from app.events.words import EventKind
from app.feeds.following.asking import ask
from app.feeds.following.rhythm import Rhythm
from app.feeds.saved import SavedSlice
from app.feeds.slices import Slice
from app.feeds.tokens import FeedToken, Holding
from app.files import keep_evidence
from app.jobs import JobState
from app.outbox.models import Delivery, address_hash
from app.outbox.unsubscribing import Reader
from app.plans.models import Plan
from app.plans.revisions import PlanRevision
from app.reminders.rules import ReminderRule
from app.reports.returns.figures import MonthFigures
from app.reports.returns.month import Month
from app.reports.returns.monthly import MonthlyReturn
from app.reports.slips.slip import SlipCause, SupervisionSlip
from app.reports.statements.making import WORD
from app.reports.statements.period import Period, PeriodKind
from app.reports.statements.snapshots import Snapshot
from app.reports.statements.statement import statement_of
from app.signup import mailbox
from app.signup.enrolling import enrol
from app.workdays.calendar import Entered
from app.workdays.models import CalendarDay, SchoolTerm, TermKind
from tests.app.plans.keeping import PDF, a_figure, a_milestone, a_programme, an_entry
from tests.factories import a_person, a_plan, a_task, an_event, an_office, figures
from tests.matrix.table import ABOVE, ANONYMOUS, BELOW, OWN, OWNER, SIDEWAYS, WITHOUT_ROLE, Row


class World:
    """A city's office with one above, one below and one beside it, somebody in each role in each, and the
    city's events. Made once; after a request that may have written it is put back."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.things: dict[str, Any] = {}
        self.titles: dict[str, str] = {}
        self.cookies: dict[tuple[Role | str, str], str] = {}
        self.file = Path(app.config["INSTANCE_PATH"]) / "wujin.db"
        self.kept = self.file.with_suffix(".kept")
        with app.app_context():
            offices = _offices()
            self._make_things(offices[OWN], offices[SIDEWAYS])
            people = {(role, place): a_person(f"{role.value}{number}", role, office)
                      for number, (place, office) in enumerate(offices.items()) for role in Role}
            people[WITHOUT_ROLE, ""] = a_person("nobody", Role.LEADER, offices[OWN])  # type: ignore[index]
            people[WITHOUT_ROLE, ""].grants = []  # type: ignore[index]
            links = {cell: _link(person) for cell, person in people.items()}
            self.things["link"] = _link(a_person("Link", Role.LEADER, offices[OWN]))
            self.things["job"] = _job(people[OWNER])
            self.things["report_job"] = _report_job(people[OWNER])
            feed, self.things["feed_token"] = FeedToken.issue(people[OWNER], "我的", [Holding.MINE], now())
            self.things["feed"] = feed.id
            db.session.commit()
            people_ids = {cell: person.id for cell, person in people.items()}
            db.session.remove()
        for cell, token in links.items():
            self.cookies[cell] = self._sign_in(token)
        with app.app_context():
            owner = db.session.get_one(Person, people_ids[OWNER])
            self.things |= {"session": hashed(self.cookies[OWNER])[:16], "passkey": _passkey(owner),
                            "recovery": generate_reset_password_token(owner)}
            db.session.commit()
            db.session.remove()
        with app.app_context(), db.engine.connect() as connection:
            connection.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.let_go()
        shutil.copy(self.file, self.kept)

    @property
    def cells(self) -> list[tuple[Role | str, str]]:
        return [(ANONYMOUS, ""), *self.cookies]

    def ask(self, method: str, endpoint: str, row: Row, cell: tuple[Role | str, str]) -> str:
        """The outcome in the words of `Row.expected`; a refusal that wrote says so."""
        data = {name: str(self.things.get(value, value)) for name, value in row.data.items()}
        before = self._written()
        with self.browser(cell).open(self.address(endpoint, row), method=method, data=data or None) as answer:
            outcome = _told(answer, self.titles.get(row.shows, ""))
        if method != "GET":
            if answer.status_code in (403, 404) and self._written() != before:
                outcome += ", but wrote"
            if answer.status_code not in (403, 404):
                self.restore()
        return outcome

    def address(self, endpoint: str, row: Row) -> str:
        with self.app.test_request_context():
            return url_for(endpoint, **{name: self.things[what] for name, what in row.args.items()})

    def browser(self, cell: tuple[Role | str, str]) -> FlaskClient:
        """Signed in as whoever stands there."""
        browser = self.app.test_client()
        if cell in self.cookies:
            browser.set_cookie(COOKIE, self.cookies[cell])
        return browser

    def restore(self) -> None:
        self.let_go()
        for ending in ("-wal", "-shm"):
            Path(f"{self.file}{ending}").unlink(missing_ok=True)
        shutil.copy(self.kept, self.file)

    def let_go(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def _written(self) -> int:
        connection = sqlite3.connect(self.file)
        try:
            return int(connection.execute("SELECT count(*) FROM audit_row").fetchone()[0])
        finally:
            connection.close()

    def _sign_in(self, token: str) -> str:
        browser = self.app.test_client()
        answer = browser.post(f"/sign-in/{token}")
        assert answer.status_code == 302, answer.text
        return str(browser.get_cookie(COOKIE).value)  # type: ignore[union-attr]

    def _make_things(self, city: Organization, beside: Organization) -> None:
        plan, _earlier = a_plan(now().year), a_plan(now().year - 1)
        following = plan.roll_over(now().year + 1, now())
        db.session.add(following)
        soon, past = now() + timedelta(days=3), now() - timedelta(days=3)
        chen = a_person("Chen", Role.ORGANIZER, city)
        made = {
            "draft": an_event("城市的草稿", organization=city, published=False, starts_at=soon),
            "published": an_event("城市的讲座", organization=city, starts_at=soon, takes_enrolments=True),
            "submitted": an_event("送审的讲座", organization=city, published=False, starts_at=soon),
            "course": an_event("城市的培训班", organization=city, kind=EventKind.TRAINING, starts_at=soon),
            "cancelled": an_event("取消的讲座", organization=city, starts_at=soon),
            "held": an_event("办过的讲座", organization=city, starts_at=past),
            "entered": an_event("补登的讲座", organization=city, starts_at=past, as_of=now()),
            "week": an_event("城市的宣传周", organization=city, kind=EventKind.CAMPAIGN, starts_at=soon, slug="week"),
        }
        made["submitted"].submit(chen, now())
        made["cancelled"].cancel(now())
        for name in ("held", "entered"):
            made[name].record_figures(figures(chen), now(), confirmed=True)
        photos = keep_photos([FileStorage(_picture(), "photo.jpg", content_type="image/jpeg")], now())
        add_photos(made["held"], photos, now())
        enrolment = enrol(made["published"], name="Li", email="li@example.org", as_of=now())
        beside_her = enrol(made["published"], name="Wei", email="wei@example.org", as_of=now())
        self.things |= {"mailbox": mailbox.token_of(enrolment), "mailbox_without": mailbox.token_of(beside_her),
                        "sign_ups": FeedToken.issue_for_sign_ups(enrolment, now())[0].id}
        entry = an_entry("城市的基地", organization=city, as_of=now())
        entry.add_files([keep_evidence(FileStorage(io.BytesIO(PDF), "批复.pdf"), now())], now())
        milestone = a_milestone("城市的节点", organization=city, as_of=now(), year=now().year, code="I2.1")
        milestone.add_files([keep_evidence(FileStorage(io.BytesIO(PDF), "公示.pdf"), now())], now())
        db.session.flush()
        figure = a_figure(as_of=now(), month=now().date().replace(day=1), true_on=now().date(), year=now().year)
        self.things |= {"outside": figure.indicator_id, "figure": figure.id,
                        "programme": a_programme("城市的讲坛").id}
        self.things |= {"milestone": milestone.id, "milestone_file": milestone.files[0].file_id}
        CalendarDay.enter(city.region_code, {date(2027, 1, 5): Entered(False, "市里放假")}, now())
        term = SchoolTerm.planned(city.region_code, TermKind.EXAMS, "期末", date(2027, 1, 5), date(2027, 1, 9), now())
        self.things |= {"region": city.region_code, "day": date(2027, 1, 5).toordinal(), "term": term.id}
        office_rule = ReminderRule.lay_down(
            now(), organization=city, anchor="milestone_due", audience="organizers", lead_amount=5,
            lead_unit="workdays", useful_for=60)
        event_rule = ReminderRule.lay_down(
            now(), event=made["published"], lead_amount=9, lead_unit="days", useful_for=60)
        self.things |= {"office_rule": office_rule.id, "reminder_rule": event_rule.id}
        saved = SavedSlice.save(Slice(), slug="city", title="城市的", title_en="", organization=city, as_of=now())
        self.things |= {"short": saved.slug, "slice": saved.id}
        self.things |= {"entry": entry.id, "register": entry.register_id, "evidence": entry.files[0].file_id}
        self.things |= {name: event.id for name, event in made.items()}
        self.titles |= {name: event.title for name, event in made.items()} | {"city": city.name,
                                                                            "entry": entry.name}
        self.titles["person"] = chen.name
        month = Month.of(now()).previous
        filed = MonthlyReturn.ensure(city, month)
        filed.submit(MonthFigures(), chen, now(), words="", problems="")
        slips = [_slip(city, one) for one in (month.previous, month.previous.previous)]
        slips[0].send(a_person("Gu", Role.REVIEWER, an_office()), now(), words="请报", due_on=local_day(now()))
        rule = PublishingRule.lay_down(city, kind="", level="", reviewer=Reviewer.SELF,
                                       by=a_person("Root", Role.ADMINISTRATOR, an_office()), as_of=now())
        db.session.flush()
        self.things |= {
            "letter": db.session.scalars(select(Delivery.id).where(
                Delivery.about == f"event:{made['published'].id}").limit(1)).one(),
            "letter_name": "signup.confirmation", "zh": "zh", "draft_plan": following.id, "next_year": following.year,
            "rule": rule.id, "person": chen.id, "grant": chen.grants[0].id,
            "version": made["published"].version, "about": f"Event:{made['published'].id}",
            "revision": _revision(plan),
            "slug": "week", "photo": made["held"].photos[0].file_id, "year": now().year, "code": "I2.1",
            "return": filed.id, "return_version": filed.version, "month": month.word,
            "period": str(now().year), "ledger": "ledger", "snapshot": _snapshot(city, chen),
            "month_before": month.previous.word, "slip": slips[0].id, "slip_prepared": slips[1].id, "ending": "csv",
            "soon": f"{local_day(now()) + timedelta(days=7)}",
            "indicator": a_task("I2.1", now().year).indicators[0].id,
            "follower": ask(Slice(), address="li@example.org", rhythm=Rhythm.WEEKLY, hour=8, language="zh",
                            consent_text="同意", as_of=now()).token,
            "stop": Reader(address_hash("li@example.org"), "event:1").token,
            "file": "mark.svg", "ticket": enrolment.token, "city": city.id, "beside": beside.id}


def _offices() -> dict[str, Organization]:
    province = an_office()
    city, beside = (an_office(f"{name}市市场监督管理局", name, parent=province) for name in ("成都", "绵阳"))
    return {OWN: city, ABOVE: province, SIDEWAYS: beside,
            BELOW: an_office("锦江区市场监督管理局", "锦江区", parent=city)}


def _revision(plan: Plan) -> int:
    """Of an import that was undone already."""
    was = {"title": plan.title, "year": plan.year, "categories": [], "tasks": []}
    made = PlanRevision(plan_id=plan.id, made_at=now(), source="计划.xlsx", before=was, after=was, undone_at=now())
    db.session.add(made)
    db.session.flush()
    return made.id


def _slip(city: Organization, month: Month) -> SupervisionSlip:
    made = SupervisionSlip.prepare(organization=city, sender=an_office(), cause=SlipCause.RETURN, as_of=now(),
                                   facts=["还没有报。"], due_on=local_day(now()), month=month.first)
    db.session.flush()
    return made


def _link(person: Any) -> str:
    link, token = SignInLink.issue(person, now())
    db.session.add(link)
    return token


def _job(person: Person) -> int:
    job = jobs.enqueue("staff.sheet", asked_by=f"person:{person.id}", as_of=now(), attachment=b"")
    db.session.flush()
    return job.id


def _report_job(person: Person) -> int:
    """A Word file that was made for somebody."""
    job = jobs.enqueue(WORD, asked_by=f"person:{person.id}", as_of=now(),
                       payload={"statement": {"office": "成都", "label": "2026年"}})
    job.state, job.result, job.ended_at = JobState.DONE.value, "UEs=", now()
    db.session.flush()
    return job.id


def _snapshot(city: Organization, by: Person) -> int:
    plan, period = a_plan(now().year), Period(now().year, PeriodKind.YEAR)
    snapshot = Snapshot.seal(statement_of(plan, city, period, now()), plan=plan, office=city, by=by, as_of=now())
    db.session.flush()
    return snapshot.id


def _passkey(person: Person) -> int:
    key = Passkey(person_id=person.id, name="手机", credential_id="AAAA", public_key=b"", sign_count=0,
                  created_at=now())
    db.session.add(key)
    db.session.flush()
    return key.id


def _picture() -> io.BytesIO:
    held = io.BytesIO()
    Image.new("RGB", (8, 8)).save(held, "JPEG")
    held.seek(0)
    return held


def _told(answer: Any, title: str) -> str:
    if answer.status_code == 302 and answer.location.startswith("/sign-in"):
        return "302 to sign in"
    if title and answer.status_code == 200:
        return f"200, {'shown' if title in answer.text else 'hidden'}"
    return str(answer.status_code)

"""A wrong headcount of a closed event is put right with a reason; both numbers stay where they were reported."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.audit.models import AuditRow
from app.clock import now
from app.db import db
from app.events.lifecycle import WrongState
from app.events.reviewing import of_event
from app.events.submitting import NoReason
from app.reports.statements.period import Period, PeriodKind
from app.reports.statements.snapshots import Snapshot
from app.reports.statements.statement import statement_of
from tests.app.events.approving import Offices
from tests.app.events.filling import events, in_days, kept, mistakes, opened, the_figures
from tests.conftest import AS_OF
from tests.factories import a_person, a_plan, a_task, an_event, an_office, chen, figures, wang

WHY = "签到表复核，多算了一个班"


@pytest.fixture
def desk(app, signed_in):
    return signed_in(chen())


def closed(event, by=None):
    by = by or a_person("Hu", Role.ORGANIZER, event.organization)
    event.record_figures(figures(by, 900), now(), confirmed=True)
    event.close(now())
    db.session.commit()
    return event


@pytest.fixture
def over(app):
    return closed(an_event(starts_at=now() - timedelta(hours=3)))


def told(event):
    row = db.session.scalars(select(AuditRow).where(
        AuditRow.what == "figures_corrected", AuditRow.subject_id == str(event.id))).one()
    before, after = json.loads(row.before), json.loads(row.after)
    return before["attendances"], after["attendances"], after["reason"]


def test_an_organizer_corrects_it_and_says_why(desk, over):
    page = desk.get(f"/console/events/{over.id}/figures").text
    without = desk.post(f"/console/events/{over.id}/figures", data=opened(over) | the_figures(attendances="90"))
    answer = desk.post(f"/console/events/{over.id}/figures", data=opened(over) | the_figures(
        attendances="90", reason=WHY))

    [event] = events()
    assert (kept(page, "attendances"), 'name="reason"' in page) == ("900", True)
    assert (without.status_code, mistakes(without.text), kept(without.text, "attendances")) == (
        422, ["为什么更正：活动已办结，更正人数要写原因。"], "90")
    assert (answer.status_code, event.state, event.figures.attendances, event.is_counted) == (302, "closed", 90, True)
    assert (told(event), [one.text for one in event.comments]) == ((900, 90, WHY), [f"更正人数：{WHY}"])


def test_the_closed_event_leads_to_it(desk, over):
    assert f'href="/console/events/{over.id}/figures"' in desk.get(f"/console/events/{over.id}").text


def test_where_somebody_above_agrees_it_waits_for_him_and_may_be_returned(app, signed_in):
    offices = Offices()
    event = closed(offices.event(starts_at=in_days(-2)), offices.chen)
    browser, reviewer = signed_in(offices.chen), signed_in(offices.he)

    browser.post(f"/console/events/{event.id}/figures", data=opened(event) | the_figures(
        attendances="90", reason=WHY))
    waits = [(one.what, one.event.is_counted) for one in of_event(events()[0])]
    seen = WHY in reviewer.get(f"/console/events/{event.id}").text
    [one] = of_event(events()[0])
    returned = reviewer.post("/console/review/decisions", data={
        "item": [one.key], "decision": "return", "reason": "还是不对"})
    browser.post(f"/console/events/{event.id}/figures", data=opened(event) | the_figures(
        attendances="95", reason="再核"))
    [one] = of_event(events()[0])
    reviewer.post("/console/review/decisions", data={"item": [one.key], "decision": "agree"})

    [event] = events()
    assert (waits, seen, returned.status_code) == ([("figures", False)], True, 302)
    assert (event.state, event.figures.attendances, event.is_counted) == ("closed", 95, True)


def test_the_reviewer_above_corrects_it_at_once(app, signed_in):
    offices = Offices()
    event = closed(offices.event(starts_at=in_days(-2)), offices.chen)

    signed_in(offices.he).post(f"/console/events/{event.id}/figures", data=opened(event) | the_figures(
        attendances="90", reason=WHY))

    assert (events()[0].figures.attendances, events()[0].is_counted) == (90, True)


def test_a_stranger_cannot(app, signed_in, over):
    browser = signed_in(wang())

    answers = [browser.get(f"/console/events/{over.id}/figures").status_code,
               browser.post(f"/console/events/{over.id}/figures", data=opened(over) | the_figures(
                   attendances="1", reason=WHY)).status_code]

    assert (answers, events()[0].figures.attendances) == ([404, 404], 900)


def test_what_was_sealed_keeps_its_number(app):
    planner = a_person("Planner", Role.PLANNER, an_office())
    year = Period(2026, PeriodKind.YEAR)
    event = an_event(tasks=[a_task("I2.1")], starts_at=AS_OF - timedelta(days=20))
    event.record_figures(figures(planner, 900), AS_OF, confirmed=True)
    event.close(AS_OF)
    db.session.flush()
    snapshot = Snapshot.seal(statement_of(a_plan(), an_office(), year, AS_OF), plan=a_plan(), office=an_office(),
                             by=planner, as_of=AS_OF)

    event.correct_figures(figures(planner, 90), planner, AS_OF, WHY, confirmed=True)
    db.session.flush()

    assert snapshot.figures["whole"]["attendances"] == 900
    assert ["本期合计 · 人次", "900", "90"] in snapshot.differences(
        statement_of(a_plan(), an_office(), year, AS_OF))


def test_without_a_reason_or_while_it_is_open_the_event_itself_refuses(app, over):
    by, going_on = chen(), an_event(starts_at=now() - timedelta(hours=3))

    with pytest.raises(NoReason):
        over.correct_figures(figures(by, 90), by, now(), "  ", confirmed=True)
    with pytest.raises(WrongState):
        going_on.correct_figures(figures(by, 90), by, now(), WHY, confirmed=True)
    assert over.figures.attendances == 900


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_no_form_opens_that_could_only_fail(desk, is_cancelled):
    event = an_event(starts_at=in_days(3))
    if is_cancelled:
        event.cancel(now())
    db.session.commit()

    answer = desk.get(f"/console/events/{event.id}/figures")

    assert (answer.status_code, answer.location) == (302, f"/console/events/{event.id}")

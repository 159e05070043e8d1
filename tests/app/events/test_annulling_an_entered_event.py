"""What was entered after the event by mistake is taken back: no figure or page has it, and calendars hear of it."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.audit.models import AuditRow
from app.db import db
from app.events.differences import differences
from app.events.lifecycle import WrongState
from app.events.models import Event
from app.events.reviewing import of_event, to_work_on
from app.events.words import EventKind
from app.plans.models import Plan
from app.reports.counting.tally import tally
from tests.app.events.approving import Offices, letters
from tests.app.events.filling import events, in_days, mistakes, opened, the_figures
from tests.app.feeds.reading import read
from tests.conftest import AS_OF
from tests.factories import a_person, a_plan, a_task, an_event, an_office, chen, figures, wang

A_DAY = timedelta(days=1)
LATER = AS_OF + timedelta(hours=5)


def entered(by=None, **changes):
    """A lecture of the day before yesterday, written down today with its figures."""
    event = an_event("补登的讲座", starts_at=AS_OF - 2 * A_DAY, published=False, tasks=[a_task()], **changes)
    event.record_figures(figures(by or a_person("Hu", Role.ORGANIZER, event.organization)), AS_OF,
                         confirmed=True)
    db.session.commit()
    return event


def done():
    """Events done and attendances of the plan, counted afresh."""
    whole = tally(db.session.scalars(select(Plan)).one(), LATER).whole
    return whole.done, whole.attendances


def test_it_counts_no_more_and_is_nowhere_in_public(app, client):
    event = entered()
    before = done(), client.get(f"/events/{event.id}").status_code

    event.annul(LATER, "登记了两次")
    db.session.commit()

    assert (before, done()) == (((1, 80), 200), (0, 0))
    assert [client.get(f"/events/{event.id}{ending}").status_code for ending in ("", ".ics")] == [410, 410]
    assert "补登的讲座" not in client.get(f"/?view=list&on={event.span.starts_on}").text


def test_calendars_that_have_it_are_told_that_it_is_off(app, client):
    event = entered()
    [was] = read(client)

    event.annul(LATER, "登记了两次")
    db.session.commit()

    [gone] = read(client, on=LATER)
    assert (gone.uid, gone.summary, gone.status, gone.sequence > was.sequence) == (
        was.uid, "【已取消】补登的讲座", "CANCELLED", True)
    assert "登记了两次" not in client.get("/calendar.ics").text


def test_the_audit_keeps_why_and_what_it_said(app):
    event = entered()

    for _ in range(2):
        event.annul(LATER, "登记了两次")
        db.session.commit()

    [row] = db.session.scalars(select(AuditRow).where(AuditRow.what == "annulled"))
    after = json.loads(row.after)
    assert (after["reason"], after["attendances"], json.loads(row.before)["state"]) == ("登记了两次", 80, "held")


def test_what_was_announced_beforehand_is_not_undone_like_this(app):
    event = an_event(starts_at=AS_OF + A_DAY)
    event.record_figures(figures(chen()), AS_OF + 2 * A_DAY, confirmed=True)

    with pytest.raises(WrongState):
        event.annul(AS_OF + 3 * A_DAY, "登记了两次")


def test_days_of_a_class_go_with_it_and_items_of_a_campaign_hold_it(app):
    course, week = entered(kind=EventKind.TRAINING), entered(kind=EventKind.CAMPAIGN, by=chen())
    day, item = (an_event(title, starts_at=AS_OF - 2 * A_DAY, published=False) for title in ("第一天", "一场"))
    course.add_part(day, AS_OF)
    week.add_part(item, AS_OF)
    db.session.commit()

    course.annul(LATER, "没有这回事")
    with pytest.raises(WrongState):
        week.annul(LATER, "没有这回事")

    assert [one.deleted_at is not None for one in (course, day, week, item)] == [True, True, False, False]


# ---------------------------------------------------------------- on the page


@pytest.fixture
def desk(app, signed_in):
    a_plan()
    return signed_in(chen())


def enter(desk):
    desk.post("/console/events/held", data=the_figures() | {
        "title": "知识产权进社区", "kind": "lecture", "tasks": ["C1.1"], "regions": ["510100"],
        "held_on": f"{in_days(-40):%Y-%m-%d}", "location": "玉林社区"})
    return events()[-1]


def test_an_organizer_takes_it_back_with_a_reason(desk):
    event = enter(desk)
    address = f"/console/events/{event.id}"
    offered = f'href="{address}/annulment"' in desk.get(address).text

    without = desk.post(f"{address}/annulment", data=opened(event))
    answer = desk.post(f"{address}/annulment", data=opened(event) | {"reason": "重复登记"})

    assert (offered, without.status_code, mistakes(without.text)) == (
        True, 422, ["原因：请写明为什么撤销，例如“重复登记”。"])
    assert (answer.location, desk.get(address).status_code) == ("/console/events?when=past", 404)
    assert "知识产权进社区" not in desk.get("/console/events?when=past").text.replace("已撤销“知识产权进社区”", "")


def test_a_form_opened_before_a_correction_is_refused_once_and_keeps_the_reason(desk):
    event = enter(desk)
    old = opened(event)
    desk.post(f"/console/events/{event.id}/figures", data=the_figures(attendances="90") | opened(event))

    answer = desk.post(f"/console/events/{event.id}/annulment", data=old | {"reason": "重复登记"})

    assert (answer.status_code, 'value="重复登记"' in answer.text) == (409, True)
    assert [one.deleted_at for one in events()] == [None]


def test_it_is_not_offered_for_what_was_announced(desk):
    event = an_event(organization=an_office(), starts_at=in_days(-1), as_of=in_days(-9))
    event.record_figures(figures(a_person("Hu", Role.ORGANIZER, an_office())), in_days(0, 0), confirmed=True)
    db.session.commit()

    assert "annulment" not in desk.get(f"/console/events/{event.id}").text
    assert desk.get(f"/console/events/{event.id}/annulment").status_code == 409


def test_a_stranger_takes_back_nothing(desk, signed_in):
    event = enter(desk)

    answer = signed_in(wang()).post(f"/console/events/{event.id}/annulment",
                                    data=opened(event) | {"reason": "重复登记"})

    assert (answer.status_code, [one.deleted_at for one in events()]) == (404, [None])


# ---------------------------------------------------------------- of one who must submit


def test_of_one_who_must_submit_it_waits_with_what_is_wanted(app):
    offices = Offices()
    event = entered(organization=offices.county)
    work = to_work_on(event, offices.chen)

    work.annul(LATER, "登记了两次")
    change = work.keep(offices.chen, LATER)
    db.session.commit()

    assert (event.deleted_at, done(), change.reason) == (None, (1, 80), "登记了两次")
    assert [(one.word, one.before, one.after) for one in differences(change)] == [("状态", "已办", "撤销登记")]


def test_once_the_reviewer_agrees_it_is_gone_and_the_author_hears(app):
    offices = Offices()
    event = entered(organization=offices.county)
    work = to_work_on(event, offices.chen)
    work.annul(LATER, "登记了两次")
    work.keep(offices.chen, LATER)
    db.session.commit()

    [waiting] = of_event(event)
    waiting.agree(offices.he, LATER)
    db.session.commit()

    assert (db.session.get(Event, event.id).deleted_at, done()) == (LATER, (0, 0))
    assert [address for _letter, address, _subject in letters()] == ["chen@example.org"]

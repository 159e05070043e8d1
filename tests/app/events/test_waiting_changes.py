from datetime import timedelta

import pytest

from app.db import db
from app.events.differences import differences
from app.events.reviewing import of_event, to_work_on
from app.events.span import Span
from app.events.waiting import Decided, EventChange, Overtaken
from tests.app.events.approving import Offices, feed, letters
from tests.conftest import AS_OF
from tests.factories import a_region, a_task
from tests.letters import enrolled, ledger

LATER = AS_OF + timedelta(hours=5)


@pytest.fixture
def offices(app) -> Offices:
    return Offices()


@pytest.fixture
def event(offices):
    return offices.event(takes_enrolments=True, capacity=40)


def propose(offices, event, **fields) -> EventChange | None:
    work = to_work_on(event, offices.chen)
    work.revise(AS_OF, **fields)
    return work.keep(offices.chen, AS_OF)


def move(offices, event, days=1, **more) -> EventChange | None:
    work = to_work_on(event, offices.chen)
    work.reschedule(event.span.moved_by(timedelta(days=days)), AS_OF, **more)
    return work.keep(offices.chen, AS_OF)


def test_who_may_publish_works_on_the_event_itself(offices, event):
    assert to_work_on(event, offices.he) is event


def test_a_change_waits_and_nothing_of_it_shows(offices, event, client):
    enrolled(event)
    db.session.commit()
    before, page, facts = feed(client), client.get(f"/events/{event.id}").text, event.facts()

    propose(offices, event, title="换了名称", tasks=[a_task()], regions=[a_region("绵阳")])
    move(offices, event, location="另一处", reason="场地检修")
    db.session.commit()

    assert (feed(client), client.get(f"/events/{event.id}").text) == (before, page)
    assert (event.facts(), event.version, event.sequence, ledger()) == (facts, 2, 0, [])


def test_an_approved_change_is_applied_with_its_letters_and_feeds(offices, event, client):
    enrolled(event)
    before, was = feed(client), event.span
    propose(offices, event, title="换了名称")
    move(offices, event, location="另一处", reason="场地检修")
    db.session.commit()

    of_event(event)[0].agree(offices.he, LATER)
    db.session.commit()

    assert (event.title, event.location, event.span, event.reason) == (
        "换了名称", "另一处", was.moved_by(timedelta(days=1)), "场地检修")
    assert feed(client) != before
    assert [(one.letter, one.address) for one in ledger()] == [
        ("events.decided", "chen@example.org"), ("signup.changed", "li@example.org")]
    assert letters()[0][2] == "改动已生效：换了名称"


def test_old_and_new_stand_side_by_side(offices, event):
    propose(offices, event, title="换了名称", capacity=60, tasks=[a_task()])
    change = move(offices, event, location="另一处")

    rows = [(one.word, one.before, one.after) for one in differences(change)]

    assert rows == [
        ("时间", event.span, event.span.moved_by(timedelta(days=1))), ("名称", "知识产权讲座", "换了名称"),
        ("名额", "40", "60"), ("计划任务", "", "I2.1"), ("地点", "天府新区会议中心", "另一处")]


def test_a_change_of_the_same_field_meanwhile_is_not_overwritten(offices, event):
    change = propose(offices, event, title="换了名称", speaker="某讲师")
    event.revise(LATER, title="省里改的名称")

    with pytest.raises(Overtaken, match="这几项又被改过：名称。"):
        change.approve(offices.he, LATER)

    assert (event.title, change.state) == ("省里改的名称", "waiting")


def test_a_change_of_other_fields_meanwhile_does_not_matter(offices, event):
    change = propose(offices, event, title="换了名称")
    event.revise(LATER, speaker="某讲师")

    change.approve(offices.he, LATER)

    assert (event.title, event.speaker, change.state) == ("换了名称", "某讲师", "approved")


def test_the_author_sees_and_amends_what_he_already_wants(offices, event):
    propose(offices, event, title="换了名称", speaker="某讲师")
    seen = to_work_on(event, offices.chen).title

    change = propose(offices, event, title="知识产权讲座")

    assert (seen, list(change.after), change.version) == ("换了名称", ["speaker"], 2)
    assert db.session.scalars(EventChange.of_event(event)).all() == [change]


def test_wanting_nothing_different_any_more_withdraws_the_change(offices, event):
    first = propose(offices, event, title="换了名称")

    propose(offices, event, title="知识产权讲座")

    assert (first.state, EventChange.find_waiting(event)) == ("withdrawn", None)


def test_a_change_is_decided_once(offices, event):
    change = propose(offices, event, title="换了名称")
    change.refuse(offices.he, LATER, "名称不对")

    with pytest.raises(Decided):
        change.approve(offices.he, LATER)

    assert (event.title, change.decided_reason) == ("知识产权讲座", "名称不对")


def test_taking_place_after_all_waits_too(offices, event):
    event.cancel(AS_OF, "讲师生病")
    work = to_work_on(event, offices.chen)
    work.restore(AS_OF)
    change = work.keep(offices.chen, AS_OF)
    waiting = event.state

    change.approve(offices.he, LATER)

    assert (waiting, event.state) == ("cancelled", "published")


def test_a_new_time_for_a_postponed_event_waits_and_then_holds(offices, event):
    event.postpone(AS_OF)
    change = move(offices, event, days=7)
    waiting = (event.state, event.starts_at)
    change.approve(offices.he, LATER)

    assert waiting == ("postponed", AS_OF + timedelta(days=10))
    assert (event.state, event.starts_at) == ("published", AS_OF + timedelta(days=17))


def test_whole_days_and_moments_survive_the_keeping(offices, event):
    days = Span.of_days(event.span.starts_on, event.span.starts_on)
    work = to_work_on(event, offices.chen)
    work.revise(AS_OF, signup_closes_at=AS_OF + timedelta(days=3))
    work.reschedule(days, AS_OF)
    change = work.keep(offices.chen, AS_OF)
    db.session.commit()
    db.session.expire_all()

    change.approve(offices.he, LATER)

    assert (event.span, event.signup_closes_at) == (days, AS_OF + timedelta(days=3))

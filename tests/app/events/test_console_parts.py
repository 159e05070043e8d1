import pytest

from app.db import db
from app.events.span import Span
from app.events.words import EventKind
from tests.app.events.filling import events, in_days, mistakes, typed
from tests.factories import an_event, chen


@pytest.fixture
def desk(app, signed_in):
    return signed_in(chen())


@pytest.fixture
def course(app):
    event = an_event("贯标培训班", kind=EventKind.TRAINING, takes_enrolments=True,
                     span=Span.of_days(in_days(10).date(), in_days(10).date()))
    db.session.commit()
    return event


def the_session(**changes):
    return {"title": "第一课", "starts_at": typed(in_days(10, 9)), "ends_at": typed(in_days(10, 12)),
            "location": "101 教室", "hours": "3.5"} | changes


def test_sessions_carry_their_hours_and_stretch_the_class(desk, course):
    desk.post(f"/console/events/{course.id}/parts", data=the_session())
    desk.post(f"/console/events/{course.id}/parts", data=the_session(
        title="第二课", starts_at=typed(in_days(12, 9)), ends_at=typed(in_days(12, 12))))

    parent, first, second = events()
    assert [(one.part, one.state, one.credit_hours) for one in (first, second)] == [
        ("session", "published", 35), ("session", "published", 35)]
    assert (parent.span.starts_on, parent.span.ends_on) == (in_days(10).date(), in_days(12).date())


def test_a_session_added_to_a_class_announced_is_no_move_of_it(desk, client, course):
    desk.post(f"/console/events/{course.id}/parts", data=the_session())

    parent = events()[0]
    assert (parent.sequence, parent.schedule_version) == (0, 0)
    assert "时间或地点改过" not in client.get(f"/events/{course.id}").text


def test_stages_say_how_many_go_on(desk, app):
    contest = an_event("大学生知识产权竞赛", kind=EventKind.COMPETITION, starts_at=in_days(20), published=False)
    db.session.commit()

    for number, title in ((60, "初赛"), (12, "复赛"), ("", "决赛")):
        desk.post(f"/console/events/{contest.id}/parts", data=the_session(title=title, advance_count=number))

    assert [(one.part, one.state, one.advance_count) for one in events()[1:]] == [
        ("stage", "draft", 60), ("stage", "draft", 12), ("stage", "draft", None)]


def test_a_session_is_changed_by_its_own_form(desk, course):
    desk.post(f"/console/events/{course.id}/parts", data=the_session())
    session = events()[1]

    desk.post(f"/console/events/{session.id}/edit", data=the_session(
        version=str(session.version), title="绪论", hours="4", starts_at=typed(in_days(11, 9)),
        ends_at=typed(in_days(11, 12))))

    parent, changed = events()
    assert (changed.title, changed.credit_hours, changed.starts_at) == ("绪论", 40, in_days(11, 9))
    assert parent.span.starts_on == in_days(11).date()


def test_a_session_discarded_no_longer_stretches_its_class(desk, app):
    course = an_event("贯标培训班", kind=EventKind.TRAINING, published=False,
                      span=Span.of_days(in_days(10).date(), in_days(10).date()))
    db.session.commit()
    desk.post(f"/console/events/{course.id}/parts", data=the_session())
    desk.post(f"/console/events/{course.id}/parts", data=the_session(
        title="第二课", starts_at=typed(in_days(12, 9)), ends_at=typed(in_days(12, 12))))

    second = events()[2].id
    desk.post(f"/console/events/{second}/discarding")

    assert events()[0].span.ends_on == in_days(10).date()
    assert f'href="/console/events/{second}"' not in desk.get(f"/console/events/{course.id}").text


def test_a_stale_form_of_a_session_changes_nothing(desk, course):
    desk.post(f"/console/events/{course.id}/parts", data=the_session())
    session = events()[1]

    answer = desk.post(f"/console/events/{session.id}/edit", data=the_session(version="0", title="绪论"))

    assert (answer.status_code, events()[1].title) == (409, "第一课")


@pytest.mark.parametrize("changes, sentence", [
    ({"ends_at": typed(in_days(10, 8))}, "结束：结束时间要晚于开始时间。"),
    ({"hours": "3.25"}, "学时：学时最多一位小数，例如 3.5。"),
    ({"title": ""}, "名称：请填名称。"),
], ids=["end", "hours", "title"])
def test_bad_input_adds_nothing(desk, course, changes, sentence):
    answer = desk.post(f"/console/events/{course.id}/parts", data=the_session(**changes))

    assert (answer.status_code, mistakes(answer.text), len(events())) == (422, [sentence], 1)


def test_a_visit_is_not_divided(desk, app):
    visit = an_event("走访企业", kind=EventKind.VISIT, starts_at=in_days(3))
    db.session.commit()

    answers = [desk.get(f"/console/events/{visit.id}/parts/new"),
               desk.post(f"/console/events/{visit.id}/parts", data=the_session())]

    assert ([answer.status_code for answer in answers], len(events())) == ([404, 409], 1)


def test_an_issue_of_a_series_has_the_whole_form(desk, app):
    series = an_event("星空讲坛", starts_at=in_days(3), speaker="讲师甲")
    db.session.commit()

    answer = desk.get(f"/console/events/{series.id}/parts/new")

    assert answer.location == f"/console/events/new?parent={series.id}"

import pytest

from app.clock import now
from app.db import db
from app.events.words import EventKind
from app.signup.enrolling import enrol
from tests.app.events.filling import events, in_days, kept, mistakes, the_edit, the_form, typed
from tests.factories import a_plan, a_task, an_event, chen, wang


@pytest.fixture
def desk(app, signed_in):
    a_plan()
    return signed_in(chen())


def test_a_published_event_is_reworded_and_keeps_its_time(desk):
    event = an_event(starts_at=in_days(10), tasks=[a_task("I2.1")])
    db.session.commit()

    answer = desk.post(f"/console/events/{event.id}/edit", data=the_edit(
        event, title="蜀光讲坛", tasks=["E1.2"], starts_at=typed(in_days(3))))

    changed = events()[0]
    assert (answer.status_code, changed.title, changed.starts_at) == (302, "蜀光讲坛", in_days(10))
    assert ([task.code for task in changed.tasks], changed.sequence, changed.schedule_version) == (["E1.2"], 1, 0)


def test_a_draft_is_changed_time_and_all_and_then_published(desk):
    event = an_event(starts_at=in_days(10), published=False)
    db.session.commit()

    desk.post(f"/console/events/{event.id}/edit", data=the_form(
        version=str(event.version), starts_at=typed(in_days(12)), ends_at=typed(in_days(12, 17)), then="publish"))

    changed = events()[0]
    assert (changed.state, changed.starts_at, changed.ends_at) == ("published", in_days(12), in_days(12, 17))


def test_a_stale_form_changes_nothing_and_keeps_what_was_typed(desk):
    event = an_event(starts_at=in_days(10))
    db.session.commit()
    form = the_edit(event, title="我的题目")
    desk.post(f"/console/events/{event.id}/edit", data=the_edit(event, title="别人的题目"))

    answer = desk.post(f"/console/events/{event.id}/edit", data=form)

    assert (answer.status_code, events()[0].title, kept(answer.text, "title")) == (409, "别人的题目", "我的题目")
    assert mistakes(answer.text) == ["这个活动刚被别人改过。您填的内容还在，请核对后再保存一次。"]


def test_a_stale_form_saved_once_more_is_taken(desk):
    event = an_event(starts_at=in_days(10))
    db.session.commit()
    form = the_edit(event, title="我的题目")
    desk.post(f"/console/events/{event.id}/edit", data=the_edit(event, title="别人的题目"))
    again = desk.post(f"/console/events/{event.id}/edit", data=form).text

    answer = desk.post(f"/console/events/{event.id}/edit", data=form | {"version": kept(again, "version")})

    assert (answer.status_code, events()[0].title) == (302, "我的题目")


def test_bad_input_is_shown_again_and_changes_nothing(desk):
    event = an_event(starts_at=in_days(10))
    db.session.commit()

    answer = desk.post(f"/console/events/{event.id}/edit", data=the_edit(
        event, title="新题目", signup_closes_at=typed(in_days(11))))

    assert (answer.status_code, mistakes(answer.text)) == (422, ["报名截止：报名截止不能晚于活动结束。"])
    assert (kept(answer.text, "title"), events()[0].title) == ("新题目", "知识产权讲座")


def test_seats_cannot_fall_below_those_taken(desk):
    event = an_event(starts_at=in_days(10), takes_enrolments=True, capacity=10)
    for name in ("li", "zhao"):
        enrol(event, name=name, email=f"{name}@example.org", as_of=now())
    db.session.commit()

    answer = desk.post(f"/console/events/{event.id}/edit", data=the_edit(event, capacity="1"))

    assert (answer.status_code, mistakes(answer.text)) == (422, ["名额：已经有 2 人报名，名额不能比这少。"])
    assert events()[0].capacity == 10


def test_an_unlimited_sign_up_stays_open_when_the_event_is_reworded(desk):
    event = an_event(starts_at=in_days(10), takes_enrolments=True)
    db.session.commit()
    page = desk.get(f"/console/events/{event.id}/edit").text

    desk.post(f"/console/events/{event.id}/edit", data=the_edit(event, title="蜀光讲坛", takes_enrolments="y"))

    assert 'checked id="takes_enrolments"' in page
    assert events()[0].takes_enrolments is True


def test_a_cancelled_event_is_not_reworded(desk, as_of):
    event = an_event(starts_at=in_days(10))
    event.cancel(as_of)
    db.session.commit()

    answer = desk.post(f"/console/events/{event.id}/edit", data=the_edit(event, title="照办"))

    assert (answer.status_code, events()[0].title) == (409, "知识产权讲座")


ADDRESSES = ["", "/edit", "/preview", "/schedule", "/postponement", "/cancellation", "/figures", "/parts/new"]
NOUNS = ["edit", "publication", "unpublication", "schedule", "postponement", "cancellation", "restoration", "figures",
         "closing", "discarding", "parts", "contacts"]


@pytest.mark.parametrize("published", [True, False], ids=["published", "draft"])
def test_a_stranger_finds_nothing_of_an_event(app, signed_in, published):
    event = an_event("成都的讲座", starts_at=in_days(10), published=published, kind=EventKind.TRAINING)
    stranger = signed_in(wang())
    before = event.facts()

    seen = {address: stranger.get(f"/console/events/{event.id}{address}") for address in ADDRESSES}
    done = {noun: stranger.post(f"/console/events/{event.id}/{noun}", data=the_form()) for noun in NOUNS}

    assert {address: answer.status_code for address, answer in seen.items()} == dict.fromkeys(ADDRESSES, 404)
    assert {noun: answer.status_code for noun, answer in done.items()} == dict.fromkeys(NOUNS, 404)
    assert ["成都的讲座" in answer.text for answer in seen.values()] == [False] * len(ADDRESSES)
    assert events()[0].facts() == before


def test_the_lists_of_a_stranger_leave_it_out(app, signed_in):
    an_event("成都的讲座", starts_at=in_days(3))
    an_event("成都的草稿", starts_at=in_days(3), published=False)
    stranger = signed_in(wang())

    pages = [stranger.get(address).text for address in ("/console/", "/console/events", "/console/events?when=all")]

    assert ["成都的" in page for page in pages] == [False, False, False]



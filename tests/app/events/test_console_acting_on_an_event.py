import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from app.audit.models import AuditRow
from app.clock import now
from app.db import db
from app.events.models import Event
from app.files import folder
from app.outbox.models import Delivery
from app.reminders.models import Occurrence
from app.signup.enrolling import enrol
from tests.app.events.filling import events, in_days, kept, mistakes, opened, the_figures, typed
from tests.factories import an_event, chen


@pytest.fixture
def desk(app, signed_in):
    return signed_in(chen())


@pytest.fixture
def lecture(app):
    """In ten days, with Li by e-mail and Zhao by telephone on the list."""
    event = an_event(starts_at=in_days(10), takes_enrolments=True, capacity=40)
    enrol(event, name="Li", email="li@example.org", as_of=now())
    enrol(event, name="Zhao", mobile="13800001234", as_of=now())
    db.session.commit()
    return event


def letters_of_change() -> list[str]:
    return list(db.session.scalars(select(Delivery.address).where(Delivery.letter.in_(
        ("signup.changed", "signup.cancelled")))))


def test_moving_says_how_many_will_be_told_and_tells_them(desk, lecture):
    page = desk.get(f"/console/events/{lecture.id}/schedule").text

    answer = desk.post(f"/console/events/{lecture.id}/schedule", data=opened(lecture) | {
        "starts_at": typed(in_days(11)), "ends_at": typed(in_days(11, 16)), "location": "二楼", "reason": "场地检修"})

    moved = events()[0]
    assert "已有 2 人报名，其中 1 人会收到通知信。另外 1 人只留了手机号，请电话告知。" in page
    assert (answer.status_code, moved.starts_at, moved.location) == (302, in_days(11), "二楼")
    assert (moved.sequence, letters_of_change()) == (1, ["li@example.org"])


def test_a_minor_move_writes_to_nobody(desk, lecture):
    desk.post(f"/console/events/{lecture.id}/schedule", data=opened(lecture) | {
        "starts_at": typed(in_days(10)), "ends_at": typed(in_days(10, 16)),
        "location": "天府新区会议中心 201 室", "quiet": "y"})

    assert (events()[0].location, letters_of_change()) == ("天府新区会议中心 201 室", [])


def test_a_deadline_that_would_fall_behind_the_new_end_is_refused(desk, lecture):
    answer = desk.post(f"/console/events/{lecture.id}/schedule", data=opened(lecture) | {
        "starts_at": typed(in_days(5)), "ends_at": typed(in_days(5, 16)), "signup_closes_at": typed(in_days(9))})

    assert (answer.status_code, mistakes(answer.text)) == (422, ["报名截止：报名截止不能晚于活动结束。"])
    assert events()[0].starts_at == lecture.starts_at


def test_an_end_before_its_start_is_told_at_its_field_with_a_deadline_too(desk, lecture):
    answer = desk.post(f"/console/events/{lecture.id}/schedule", data=opened(lecture) | {
        "starts_at": typed(in_days(12)), "ends_at": typed(in_days(11)), "signup_closes_at": typed(in_days(9)),
        "reason": "换时间"})

    assert (answer.status_code, mistakes(answer.text)) == (422, ["结束：结束时间要晚于开始时间。"])
    assert 'value="换时间"' in answer.text


def test_an_end_before_its_start_moves_nothing(desk, lecture):
    answer = desk.post(f"/console/events/{lecture.id}/schedule", data=opened(lecture) | {
        "starts_at": typed(in_days(12)), "ends_at": typed(in_days(11)), "reason": "换时间"})

    assert (answer.status_code, mistakes(answer.text)) == (422, ["结束：结束时间要晚于开始时间。"])
    assert 'value="换时间"' in answer.text


STALE = ["这个活动刚被别人改过。您填的内容还在，请核对后再保存一次。"]


def test_a_stale_move_undoes_nobody_elses_until_pressed_again(desk, lecture):
    typed_in = {"starts_at": typed(in_days(12)), "ends_at": typed(in_days(12, 16)), "location": "三楼"}
    old = kept(desk.get(f"/console/events/{lecture.id}/schedule").text, "version")
    desk.post(f"/console/events/{lecture.id}/schedule", data=opened(lecture) | {
        "starts_at": typed(in_days(11)), "ends_at": typed(in_days(11, 16)), "location": "二楼"})

    refused = desk.post(f"/console/events/{lecture.id}/schedule", data=typed_in | {"version": old})
    left = events()[0].location
    again = desk.post(f"/console/events/{lecture.id}/schedule", data=typed_in | {
        "version": kept(refused.text, "version")})

    assert (refused.status_code, mistakes(refused.text), kept(refused.text, "location")) == (409, STALE, "三楼")
    assert (left, again.status_code, events()[0].location) == ("二楼", 302, "三楼")


@pytest.mark.parametrize("noun", ["cancellation", "postponement"])
@pytest.mark.parametrize("version", [{"version": "0"}, {}], ids=["old", "none"])
def test_a_reason_typed_over_an_older_version_is_kept_and_nothing_is_done(desk, lecture, noun, version):
    answer = desk.post(f"/console/events/{lecture.id}/{noun}", data=version | {"reason": "停电"})

    assert (answer.status_code, mistakes(answer.text), kept(answer.text, "reason")) == (409, STALE, "停电")
    assert (events()[0].state, opened(lecture)) == ("published", {"version": kept(answer.text, "version")})


def test_stale_figures_correct_nothing_and_leave_no_photo(desk, over):
    old = opened(over)
    desk.post(f"/console/events/{over.id}/figures", data=old | the_figures())

    answer = desk.post(f"/console/events/{over.id}/figures", data=old | the_figures(
        attendances="81", photos=[a_photo()]))

    assert (answer.status_code, mistakes(answer.text), kept(answer.text, "attendances")) == (409, STALE, "81")
    assert (events()[0].figures.attendances, events()[0].photos, list(folder().glob("*"))) == (86, [], [])


def test_cancelling_says_how_many_will_be_told_and_why_it_does_not_take_place(desk, client, lecture):
    page = desk.get(f"/console/events/{lecture.id}/cancellation").text

    desk.post(f"/console/events/{lecture.id}/cancellation", data=opened(lecture) | {"reason": "讲师生病"})

    cancelled = events()[0]
    assert "已有 2 人报名，其中 1 人会收到通知信。" in page
    assert (cancelled.state, cancelled.reason, letters_of_change()) == ("cancelled", "讲师生病", ["li@example.org"])
    assert "讲师生病" in client.get(f"/events/{lecture.id}").text


def test_a_reason_with_a_line_break_is_refused_and_kept(desk, lecture):
    answer = desk.post(f"/console/events/{lecture.id}/cancellation", data=opened(lecture) | {
        "reason": "停电\r\nBcc: x@example.org"})

    assert (answer.status_code, events()[0].state, letters_of_change()) == (422, "published", [])
    assert mistakes(answer.text) == ["原因：这里只能填一行，不能换行。"]


@pytest.mark.parametrize("noun, state", [
    ("postponement", "postponed"), ("unpublication", "draft"), ("cancellation", "cancelled")])
def test_an_action_pressed_twice_is_done_once(desk, lecture, noun, state):
    form = opened(lecture)

    answers = [desk.post(f"/console/events/{lecture.id}/{noun}", data=form).status_code for _ in range(2)]

    assert (answers, events()[0].state, events()[0].sequence) == ([302, 302], state, 1)


def test_a_cancelled_event_is_restored_and_a_postponed_one_gets_its_new_time(desk, lecture):
    desk.post(f"/console/events/{lecture.id}/cancellation", data=opened(lecture))
    desk.post(f"/console/events/{lecture.id}/restoration")
    restored = events()[0].state
    desk.post(f"/console/events/{lecture.id}/postponement", data=opened(lecture) | {"reason": "待定"})
    desk.post(f"/console/events/{lecture.id}/schedule", data=opened(lecture) | {
        "starts_at": typed(in_days(30)), "ends_at": typed(in_days(30, 16)), "location": "二楼"})

    assert (restored, events()[0].state, events()[0].starts_at) == ("published", "published", in_days(30))


def test_what_the_state_forbids_is_answered_with_a_sentence(desk, app):
    draft = an_event(published=False, starts_at=in_days(5))
    db.session.commit()

    answers = [desk.post(f"/console/events/{draft.id}/{noun}", data=opened(draft))
               for noun in ("cancellation", "restoration", "closing")]

    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert ["活动现在是“草稿”，不能这样做。" in answer.text for answer in answers] == [True, True, True]
    assert events()[0].state == "draft"


def test_a_full_event_is_not_called_open_and_taking_it_back_says_who_is_told(desk, app):
    event = an_event(starts_at=in_days(10), takes_enrolments=True, capacity=1)
    open_page = desk.get(f"/console/events/{event.id}").text
    enrol(event, name="Li", email="li@example.org", as_of=now())
    db.session.commit()

    full_page = desk.get(f"/console/events/{event.id}").text

    assert ["报名开着" in page for page in (open_page, full_page)] == [True, False]
    assert ["已满" in full_page, "已报名的人会收到通知" in full_page] == [True, True]


def test_a_draft_is_discarded(desk, app):
    draft = an_event(published=False, starts_at=in_days(5))
    db.session.commit()

    answer = desk.post(f"/console/events/{draft.id}/discarding")

    assert (answer.location, desk.get(f"/console/events/{draft.id}").status_code) == ("/console/events", 404)


def a_photo(colour: str = "navy") -> tuple[io.BytesIO, str]:
    picture, exif = Image.new("RGB", (80, 60), colour), Image.Exif()
    exif[0x8825] = {1: "N", 2: (30.0, 39.0, 0.0)}  # where it was taken
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return io.BytesIO(out.getvalue()), "现场.jpg"


@pytest.fixture
def over(app):
    """Ended an hour ago."""
    event = an_event(starts_at=now() - timedelta(hours=3), published=True)
    db.session.commit()
    return event


def test_heads_and_photos_are_entered_and_the_photos_say_no_place(desk, client, over):
    answer = desk.post(f"/console/events/{over.id}/figures", data=opened(over) | the_figures(
        photos=[a_photo(), a_photo("maroon")]))

    held = events()[0]
    assert (answer.status_code, held.state, held.figures.attendances, held.figures.people) == (302, "held", 86, 80)
    assert held.figures_confirmed_at is not None
    tags = []
    for photo in held.photos:
        with client.get(f"/events/{held.id}/photos/{photo.file_id}") as shown:
            tags.append(len(Image.open(io.BytesIO(shown.data)).getexif()))
    assert tags == [0, 0]


def test_the_same_photo_sent_again_is_kept_once(desk, over):
    for _again in range(2):
        desk.post(f"/console/events/{over.id}/figures", data=opened(over) | the_figures(
            photos=[a_photo(), a_photo()]))

    assert (len(events()[0].photos), len(list(folder().glob("*")))) == (1, 1)


def test_figures_are_corrected_freely_until_the_event_is_closed(desk, over):
    desk.post(f"/console/events/{over.id}/figures", data=opened(over) | the_figures())
    desk.post(f"/console/events/{over.id}/figures", data=opened(over) | the_figures(attendances="90"))
    corrected = events()[0].figures.attendances
    desk.post(f"/console/events/{over.id}/closing")
    answer = desk.post(f"/console/events/{over.id}/figures", data=opened(over) | the_figures(
        attendances="9", people=""))

    assert (corrected, answer.status_code, events()[0].state) == (90, 422, "closed")
    assert events()[0].figures.attendances == 90


@pytest.mark.parametrize("changes, sentence", [
    ({"attendances": ""}, "人次：请填到场人次，没有人来填 0。"),
    ({"attendances": "-1", "people": ""}, "人次：人次要在 0 到 1000 万之间。"),
    ({"people": "87"}, "人数：人数不会比人次多。"),
    ({"media_url": "ftp://example.org"}, "报道链接：网址要以 http:// 或 https:// 开头，中间没有空格。"),
    ({"photos": [(io.BytesIO(b"<svg onload=alert(1)>"), "x.jpg")]},
     "“x.jpg”不是能读的照片，请用 JPG、PNG 或 WebP。"),
], ids=lambda value: next(iter(value)) if isinstance(value, dict) else "")
def test_bad_figures_get_a_sentence_and_hold_nothing(desk, over, changes, sentence):
    answer = desk.post(f"/console/events/{over.id}/figures", data=opened(over) | the_figures(**changes))

    assert (answer.status_code, mistakes(answer.text), events()[0].state) == (422, [sentence], "published")
    assert "讲了商标注册，提问很多。" in answer.text


def test_one_unreadable_photo_leaves_none_behind(desk, over):
    desk.post(f"/console/events/{over.id}/figures", data=opened(over) | the_figures(
        photos=[a_photo(), (io.BytesIO(b"no picture"), "x.jpg")]))

    assert (list(folder().glob("*")) if folder().exists() else [], events()[0].photos) == ([], [])


def test_figures_before_the_start_are_refused(desk, lecture):
    answer = desk.post(f"/console/events/{lecture.id}/figures", data=opened(lecture) | the_figures())

    assert (answer.status_code, mistakes(answer.text)) == (409, ["活动还没有开始，不能登记人数。"])
    assert events()[0].state == "published"


def test_contacts_are_masked_until_asked_for_and_the_asking_is_recorded(desk, lecture):
    page = desk.get(f"/console/events/{lecture.id}").text
    full = desk.post(f"/console/events/{lecture.id}/contacts").text

    assert ["138****1234" in page, "13800001234" in page, "li@example.org" in page] == [True, False, False]
    assert ["13800001234" in full, "li@example.org" in full] == [True, True]
    assert [row.what for row in db.session.scalars(select(AuditRow).where(
        AuditRow.what == "contacts_shown", AuditRow.subject_id == str(lecture.id)))] == ["contacts_shown"]


def test_a_draft_made_public_dates_its_reminders_and_an_event_held_does_not(desk, app, over):
    draft = an_event(published=False, starts_at=in_days(5), takes_enrolments=True)
    db.session.commit()

    desk.post(f"/console/events/{draft.id}/publication")
    desk.post(f"/console/events/{over.id}/figures", data=opened(over) | the_figures())

    waiting = db.session.scalars(select(Occurrence.event_id).where(Occurrence.state == "open")).all()
    assert set(waiting) == {draft.id}
    assert db.session.get(Event, draft.id).state == "published"

from datetime import UTC, date, datetime, timedelta

from app.events.entry import entry_of
from app.events.words import EventKind
from calendars.entry import Status
from tests.conftest import AS_OF
from tests.factories import a_task, an_event

URL = "http://wujin.test"


def test_an_entry_carries_the_identity_and_the_versions_of_its_row(app):
    event = an_event("蜀光讲坛第一期", title_en="Shuguang Forum 1")

    entry = entry_of(event, "en", URL)

    assert (entry.uid, entry.sequence, entry.stamp, entry.created, entry.summary, entry.status) == (
        event.ical_uid, event.sequence, AS_OF, AS_OF, "Shuguang Forum 1", Status.CONFIRMED)
    assert entry.url == f"http://wujin.test/events/{event.id}"


def test_a_cancelled_event_says_so_in_its_title_and_leaves_time_free(app):
    event = an_event("讲座", title_en="Lecture")
    event.cancel(AS_OF, "暴雨")

    entries = [entry_of(event, language, URL) for language in ("zh", "en")]

    assert [(one.summary, one.status, one.is_free) for one in entries] == [
        ("【已取消】讲座", Status.CANCELLED, True), ("[Cancelled] Lecture", Status.CANCELLED, True)]
    assert entries[0].description.splitlines()[0] == "原因：暴雨"


def test_a_postponed_event_keeps_its_old_time_as_a_maybe(app):
    event = an_event("讲座")
    event.postpone(AS_OF)

    entry = entry_of(event, "zh", URL)

    assert (entry.summary, entry.status, entry.is_transparent, entry.starts) == (
        "【延期】讲座", Status.TENTATIVE, True, event.starts_at)


def test_a_moved_event_says_when_it_was_to_be_before_and_only_while_that_is_of_use(app):
    event = an_event("讲座", reason="")
    before = entry_of(event, "zh", URL).description
    event.reschedule(event.span.moved_by(timedelta(days=7, hours=1)), AS_OF, reason="场馆维修")
    moved = entry_of(event, "zh", URL).description.splitlines()[:2]
    event.reschedule(event.span.moved_by(timedelta(days=1)), AS_OF)
    again = entry_of(event, "zh", URL).description.splitlines()[0]
    event.cancel(AS_OF)

    assert moved == ["原定时间：2026-03-12 09:00", "原因：场馆维修"]
    assert (again, "原定时间" in before, "原定时间" in entry_of(event, "zh", URL).description) == (
        "原定时间：2026-03-19 10:00", False, False)


def test_a_moved_week_tells_the_day_on_which_it_was_to_begin(app):
    week = an_event("宣传周", kind=EventKind.CAMPAIGN)
    week.reschedule(week.span.moved_by(timedelta(days=7)), AS_OF)

    assert entry_of(week, "zh", URL).description.splitlines()[0] == "原定时间：2026-03-12"


def test_an_event_taken_back_to_a_draft_is_a_tombstone_and_a_first_draft_is_not(app):
    taken_back, draft = an_event("讲座"), an_event("草稿", published=False)
    taken_back.unpublish(AS_OF)

    assert entry_of(taken_back, "zh", URL).status is Status.CANCELLED
    assert entry_of(draft, "zh", URL).status is Status.TENTATIVE


def test_a_class_spans_whole_days_and_its_sessions_name_it_as_parent(app):
    training = an_event("培训班", kind=EventKind.TRAINING, starts_at=datetime(2026, 5, 12, 1, tzinfo=UTC), hours=31,
                        tasks=[a_task()])
    session = an_event("第一课", starts_at=datetime(2026, 5, 12, 1, tzinfo=UTC), published=False)
    training.add_part(session, AS_OF)

    whole, one = entry_of(training, "zh", URL), entry_of(session, "zh", URL)

    assert (whole.starts, whole.is_transparent) == (date(2026, 5, 12), True)
    assert (one.starts, one.is_transparent, one.related_to) == (session.starts_at, False, (training.ical_uid,))
    assert one.categories[0] == "进单位"


def test_the_link_to_join_is_for_those_enrolled_where_one_enrols_first(app):
    open_one = an_event("公开课", online_url="https://meeting.example.com/1", location="")
    closed_one = an_event("内部课", online_url="https://meeting.example.com/2", location="", takes_enrolments=True)

    entries = [entry_of(open_one, "zh", URL), entry_of(closed_one, "zh", URL),
               entry_of(closed_one, "zh", URL, for_enrolled=True)]

    assert [(one.location, one.conference) for one in entries] == [
        ("https://meeting.example.com/1", "https://meeting.example.com/1"), ("线上", ""),
        ("https://meeting.example.com/2", "https://meeting.example.com/2")]
    assert ["meeting.example.com" in one.description for one in entries] == [True, False, True]


def test_a_place_is_told_with_its_city_once(app):
    plain, told = an_event("甲", location="会议中心"), an_event("乙", location="成都市图书馆")

    assert [entry_of(one, "zh", URL).location for one in (plain, told)] == ["成都市 会议中心", "成都市图书馆"]


def test_an_all_day_event_is_told_in_days_and_leaves_time_free(app):
    event = an_event("媒体报道", kind=EventKind.MEDIA, is_all_day=True,
                     starts_at=datetime(2026, 4, 19, 16, tzinfo=UTC), hours=24)
    event.span = event.span.of_days(date(2026, 4, 20), date(2026, 4, 21))

    entry = entry_of(event, "zh", URL)

    assert (entry.starts, entry.ends, entry.is_transparent) == (date(2026, 4, 20), date(2026, 4, 21), True)
    assert event.ends_at - event.starts_at == timedelta(days=2)

from datetime import timedelta

import icalendar

from app.db import Change, db, note
from app.events.words import EventKind
from app.signup import letters
from app.signup.models import Enrolment
from tests.app.feeds.reading import fetch, read, titles
from tests.conftest import AS_OF
from tests.factories import a_plan, a_task, an_event, an_office, chen, figures

LATER = AS_OF + timedelta(minutes=5)


def test_a_draft_never_appears(app, client):
    an_event("机密讲座", published=False)

    assert read(client) == []


def test_a_published_event_appears_with_its_identity(app, client):
    event = an_event("蜀光讲坛第一期")

    assert [(one.uid, one.sequence, one.summary, one.starts, one.ends, one.status) for one in read(client)] == [
        (event.ical_uid, 0, "蜀光讲坛第一期", event.starts_at, event.ends_at, "CONFIRMED")]


def test_a_moved_event_keeps_its_uid_and_raises_its_sequence(app, client):
    event = an_event()
    db.session.commit()
    event.reschedule(event.span.moved_by(timedelta(days=1)), LATER)

    assert [(one.uid, one.sequence, one.starts) for one in read(client)] == [
        (event.ical_uid, 1, AS_OF + timedelta(days=11))]


def test_a_cancelled_event_stays_in_the_feed_and_says_so(app, client):
    event = an_event("讲座")
    db.session.commit()
    event.cancel(LATER, "暴雨")

    assert [(one.summary, one.status, one.transp, one.sequence) for one in read(client)] == [
        ("【已取消】讲座", "CANCELLED", "TRANSPARENT", 1)]


def test_an_event_that_takes_place_after_all_is_on_again(app, client):
    event = an_event("讲座")
    db.session.commit()
    event.cancel(LATER)
    db.session.commit()
    event.restore(LATER)

    assert [(one.summary, one.status, one.transp, one.sequence) for one in read(client)] == [
        ("讲座", "CONFIRMED", "OPAQUE", 2)]


def test_a_postponed_event_is_a_maybe_at_its_old_time(app, client):
    event = an_event("讲座")
    event.postpone(LATER)

    assert [(one.summary, one.status, one.starts) for one in read(client)] == [
        ("【延期】讲座", "TENTATIVE", event.starts_at)]


def test_an_unpublished_event_leaves_a_tombstone(app, client):
    event = an_event("讲座")
    db.session.commit()
    event.unpublish(LATER)

    assert [(one.uid, one.summary, one.status, one.sequence, one.starts) for one in read(client)] == [
        (event.ical_uid, "【已取消】讲座", "CANCELLED", 1, event.starts_at)]


def test_a_tombstone_is_called_in_the_language_of_the_feed(app, client):
    event = an_event("讲座", title_en="Lecture")
    event.postpone(LATER)
    db.session.commit()
    event.unpublish(LATER)

    assert titles(client, "/calendar.ics?lang=en") == ["[Cancelled] Lecture"]


def test_a_tombstone_tells_nothing_of_the_draft_it_became(app, client):
    event = an_event("公开的讲座", tasks=[a_task("I2.1")])
    db.session.commit()
    event.unpublish(LATER)
    event.revise(LATER, title="机密的讲座", location="密室", tasks=[a_task("E1.1")], kind="meeting")
    event.reschedule(event.span.moved_by(timedelta(days=3)), LATER)
    db.session.commit()

    feed = fetch(client).data.decode()
    assert [word for word in ("机密", "密室", "会议,") if word in feed.replace("\r\n ", "")] == []
    assert [one.starts for one in read(client)] == [AS_OF + timedelta(days=10)]
    assert titles(client, "/calendar.ics?q=机密") == []
    assert titles(client, "/calendar.ics?kind=meeting") == []
    assert titles(client, "/calendar.ics?task=E1.1") == []
    assert titles(client, "/calendar.ics?task=I2.1&kind=lecture&q=公开") == ["【已取消】公开的讲座"]
    assert titles(client, "/calendar.ics?not.task=I2.1") == []


def test_a_tombstone_leaves_when_its_time_is_up(app, client):
    event = an_event()
    db.session.commit()
    event.unpublish(LATER)

    last_day = event.stays_until - timedelta(days=1)
    assert [len(read(client, on=day)) for day in (last_day, last_day + timedelta(days=2))] == [1, 0]


def test_a_discarded_event_keeps_its_tombstone(app, client):
    event = an_event("讲座")
    db.session.commit()
    event.unpublish(LATER)
    event.discard(LATER)

    assert titles(client) == ["【已取消】讲座"]


def test_what_was_published_and_taken_back_at_once_leaves_nothing(app, client):
    event = an_event()
    event.unpublish(LATER)

    assert read(client) == []


def test_an_event_published_again_is_newer_than_its_tombstone(app, client):
    event = an_event("讲座")
    db.session.commit()
    event.unpublish(LATER)
    db.session.commit()
    buried = read(client)[0].sequence
    event.publish(LATER)

    assert [(one.summary, one.sequence > buried) for one in read(client)] == [("讲座", True)]


def test_a_cancelled_event_leaves_feed_and_list_on_the_same_day(app, client):
    event = an_event("讲座")
    event.cancel(LATER)
    last_day = event.stays_until

    seen = []
    for day in (last_day - timedelta(days=1), last_day + timedelta(days=1)):
        page = fetch(client, "/?view=list&on=2026-03-01", on=day).text
        seen.append((len(read(client, on=day)), f"/events/{event.id}\"" in page))
    assert seen == [(1, True), (0, False)]


def test_an_event_moved_to_another_task_leaves_the_first_ones_feed(app, client):
    event = an_event("讲座", tasks=[a_task("I2.1")])
    db.session.commit()
    event.revise(LATER, tasks=[a_task("E1.1")])

    assert [titles(client, f"/calendar.ics?task={code}") for code in ("I2.1", "E1.1")] == [[], ["讲座"]]


def test_a_renamed_task_raises_the_sequence_of_what_shows_it(app, client):
    task = a_task("I2.1")
    event, other = an_event("讲座", tasks=[task]), an_event("别的")
    db.session.commit()
    task.title = "新名字"
    note(Change(task, "renamed", LATER))
    db.session.commit()

    shown = {one.uid: one for one in read(client)}
    assert (shown[event.ical_uid].sequence, "新名字" in shown[event.ical_uid].categories) == (1, True)
    assert (shown[other.ical_uid].sequence, event.schedule_version) == (0, 0)


def test_a_renamed_organization_raises_the_sequence_of_what_shows_it(app, client):
    event, office = an_event("讲座"), an_office()
    db.session.commit()
    office.name = "省知识产权服务中心"
    note(Change(office, "renamed", LATER))

    shown = read(client)
    assert [(one.sequence, one.description.splitlines()[0]) for one in shown] == [(1, "主办：省知识产权服务中心")]
    assert event.sequence == 1


def test_the_sessions_of_a_class_are_entries_under_it(app, client):
    parent = an_event("培训班", kind=EventKind.TRAINING)
    db.session.commit()
    parent.add_part(an_event("第一课", kind=EventKind.TRAINING, published=False), LATER)

    entries = {one.summary: one for one in read(client)}
    assert entries["培训班 · 第一课"].parent == parent.ical_uid
    assert (entries["培训班"].transp, str(entries["培训班"].starts)) == ("TRANSPARENT", "2026-03-12")
    assert entries["培训班"].sequence == 1


def test_a_class_that_moves_with_its_lessons_raises_each_sequence_by_one(app, client):
    parent = an_event("培训班", kind=EventKind.TRAINING)
    for day in range(5):
        parent.add_part(an_event(f"第{day}课", kind=EventKind.TRAINING, published=False,
                                 starts_at=AS_OF + timedelta(days=10 + day)), AS_OF)
    db.session.commit()
    before = {one.uid: one.sequence for one in read(client)}

    parent.reschedule(parent.span.moved_by(timedelta(days=2)), LATER)
    db.session.commit()

    assert {one.uid: one.sequence - before[one.uid] for one in read(client)} == dict.fromkeys(before, 1)


def test_a_saved_change_raises_once_a_draft_too_and_what_was_only_just_made_stays_at_nought(app, client):
    event = an_event("讲座", published=False)
    event.revise(AS_OF, title="讲座一")
    db.session.commit()
    steps = []
    for verb in (lambda: None, lambda: event.publish(LATER), lambda: event.unpublish(LATER),
                 lambda: event.revise(LATER, title="讲座二"), lambda: event.publish(LATER),
                 lambda: (event.revise(LATER, title="讲座三"), event.cancel(LATER))):
        verb()
        db.session.commit()
        steps.append(event.sequence)

    assert steps == [0, 1, 2, 3, 4, 5]


def test_a_minor_edit_elsewhere_leaves_an_entry_as_it_was(app, client):
    an_event("讲座")
    before = read(client)
    an_event("草稿", published=False).revise(LATER, title="还是草稿")

    assert read(client) == before


def test_an_event_held_afterwards_stands_in_the_feed(app, client):
    person = chen()
    event = an_event("补录的讲座", published=False, starts_at=AS_OF - timedelta(days=60))
    event.record_figures(figures(person), AS_OF, confirmed=True)

    assert titles(client) == ["补录的讲座"]


def test_what_is_outside_the_window_is_left_out_until_asked_for(app, client):
    an_event("旧讲座", starts_at=AS_OF - timedelta(days=500))

    assert (titles(client), titles(client, "/calendar.ics?since=2024-01-01")) == ([], ["旧讲座"])


def test_letters_and_single_files_and_feeds_tell_one_version(app, client):
    event = an_event("讲座", takes_enrolments=True)
    db.session.commit()
    event.reschedule(event.span.moved_by(timedelta(days=1)), LATER)
    db.session.commit()
    enrolment = Enrolment(event=event, name="Li", email="li@example.org", language="zh")
    enrolment.seal()

    mailed = icalendar.Calendar.from_ical(letters.confirmation(enrolment, LATER).calendar).walk("VEVENT")[0]
    versions = [(one.uid, one.sequence, one.starts, one.ends)
                for one in (*read(client), *read(client, f"/events/{event.id}.ics"))]
    versions.append((str(mailed["UID"]), mailed["SEQUENCE"], mailed["DTSTART"].dt, mailed["DTEND"].dt))
    assert versions == [(event.ical_uid, 1, event.starts_at, event.ends_at)] * 3


def test_what_moves_an_event_between_slices_is_seen_though_it_reads_the_same(app, client):
    event = an_event(title_en="Patents")
    assert titles(client, "/calendar.ics?q=Trademarks") == []

    event.revise(LATER, title_en="Trademarks", quiet=True)

    assert titles(client, "/calendar.ics?q=Trademarks&lang=zh") == ["知识产权讲座"]
    assert titles(client, "/calendar.ics?q=Trademarks") == ["知识产权讲座"]


def test_what_only_comes_in_another_order_is_no_change(app, client):
    a_plan()
    event = an_event(tasks=[a_task("S1.1"), a_task("E1.1")])
    db.session.commit()
    before = fetch(client, "/calendar.ics")
    db.session.expire_all()

    note(Change(event.organization, "renamed", LATER))
    db.session.commit()

    assert fetch(client, "/calendar.ics").data == before.data
    assert event.sequence == 0

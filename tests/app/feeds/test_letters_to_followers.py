"""Followers are told what is new since their last letter: once, in one letter, for all that they follow."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.db import db
from app.events.words import EventKind
from app.feeds.following import digest
from app.feeds.following.follower import Follower
from app.feeds.following.rhythm import Rhythm
from app.outbox import sending
from app.reminders import due
from tests.app.feeds.test_following_by_mail import confirmed
from tests.conftest import AS_OF
from tests.factories import an_event
from tests.letters import ledger, words_of
from tests.sink import RunningSink

NINE = AS_OF + timedelta(days=1, minutes=5)  # Tuesday 09:05 in Chengdu
NEXT_MONDAY = AS_OF + timedelta(days=7, minutes=5)
SOON = AS_OF + timedelta(minutes=20)


def digests():
    return [one for one in ledger() if one.letter == "feeds.digest"]


def subjects():
    return [(one.address, words_of(one).subject) for one in digests()]


def published(title="讲座甲", kind=EventKind.LECTURE, at=AS_OF + timedelta(minutes=1), **more):
    event = an_event(title, kind=kind, published=False, **more)
    event.publish(at)
    db.session.commit()
    return event


def rung(as_of):
    count = digest.ring(as_of)
    db.session.commit()
    return count


def test_a_day_makes_one_letter_of_all_slices_and_nothing_is_told_twice(either_app):
    confirmed("kind=lecture", "kind=meeting", "region=成都")
    published("讲座甲")
    published("会议乙", EventKind.MEETING)
    published("培训丙", EventKind.TRAINING)

    counts = [rung(NINE), rung(NINE), rung(NINE + timedelta(days=1))]

    assert (counts, subjects()) == ([1, 0, 0], [("li@example.org", "新活动 3 场")])
    told = words_of(digests()[0]).text
    assert [told.count(title) for title in ("讲座甲", "会议乙", "培训丙")] == [1, 1, 1]


def test_an_empty_letter_is_not_sent_and_what_others_follow_is_not_told(app):
    confirmed("kind=lecture")
    published("会议乙", EventKind.MEETING)
    published("早先的", at=AS_OF - timedelta(hours=1))

    assert (rung(NINE), digests()) == (0, [])


def test_the_week_waits_for_monday(app):
    confirmed(rhythm=Rhythm.WEEKLY)
    published()

    assert [rung(NINE), rung(NEXT_MONDAY - timedelta(minutes=10)), rung(NEXT_MONDAY)] == [0, 0, 1]
    assert digests()[0].useful_until == AS_OF + timedelta(days=14)


def test_moved_cancelled_and_called_off_again_are_told_as_they_stand(either_app):
    moved, gone, back, _fresh = (published(title, at=AS_OF - timedelta(days=3)) for title in ("改", "消", "回", "新"))
    confirmed()
    moved.reschedule(moved.span.moved_by(timedelta(days=1)), AS_OF + timedelta(minutes=1))
    gone.cancel(AS_OF + timedelta(minutes=1))
    back.cancel(AS_OF + timedelta(minutes=1))
    db.session.commit()
    back.restore(AS_OF + timedelta(minutes=2))
    short_lived = published("短命")
    short_lived.cancel(AS_OF + timedelta(minutes=3))
    db.session.commit()

    rung(NINE)

    told = words_of(digests()[0])
    assert subjects() == [("li@example.org", "活动有变化 2 场")]
    assert [("[已改期] 改" in told.text, "原定：" in told.text, "[已取消] 消" in told.text)] == [(True, True, True)]
    assert [title for title in ("回", "短命") if f"] {title}" in told.text] == []


def test_at_once_waits_some_minutes_so_that_three_edits_make_one_letter(either_app):
    confirmed(rhythm=Rhythm.AT_ONCE)
    event = published()
    event.reschedule(event.span.moved_by(timedelta(days=1)), AS_OF + timedelta(minutes=3))
    published("讲座乙", at=AS_OF + timedelta(minutes=4))
    db.session.commit()

    counts = [rung(AS_OF + timedelta(minutes=9)), rung(SOON), rung(SOON + timedelta(minutes=30))]

    assert (counts, subjects()) == ([0, 1, 0], [("li@example.org", "新活动 2 场")])


def test_at_night_nobody_is_woken(app):
    confirmed(rhythm=Rhythm.AT_ONCE)
    late = AS_OF + timedelta(hours=13, minutes=5)  # 22:05
    published(at=late)

    assert [rung(late + timedelta(minutes=20)), rung(AS_OF + timedelta(hours=22, minutes=55)),
            rung(AS_OF + timedelta(hours=23))] == [0, 0, 1]


def test_three_days_of_sleep_make_one_letter(app):
    confirmed()
    for day in range(3):
        published(f"讲座{day}", at=AS_OF + timedelta(days=day, minutes=1))

    assert (rung(NINE + timedelta(days=3)), subjects()) == (1, [("li@example.org", "新活动 3 场")])


def test_a_change_that_commits_a_little_late_is_not_lost(app):
    confirmed()
    published("先", at=AS_OF + timedelta(hours=1))
    first = rung(AS_OF + timedelta(days=1, minutes=1))  # the letter's minute: what is being saved may still come
    published("慢", at=AS_OF + timedelta(days=1) - timedelta(seconds=1))

    assert (first, rung(NINE), subjects()) == (0, 1, [("li@example.org", "新活动 2 场")])


def test_a_stopped_slice_is_left_out_and_a_letter_that_waits_is_stopped(app, client):
    made = confirmed("kind=lecture", "kind=meeting")
    made.reader().stop(made.confirmed[0].scope, AS_OF)
    published("讲座甲")
    published("会议乙", EventKind.MEETING)
    rung(NINE)
    only_one = words_of(digests()[0]).subject
    made.reader().stop(made.confirmed[1].scope, NINE)
    db.session.commit()
    due.tick(NINE)
    db.session.commit()

    with RunningSink() as sink:
        app.config["MAIL_URL"] = sink.url
        sending.deliver(NINE)

    assert (only_one, [one.state for one in digests()]) == ("新活动：会议乙", ["cancelled"])
    assert "feeds.digest" not in [str(one["Subject"]) for one in sink.letters]


@pytest.mark.feeds(37)
def test_a_letter_about_two_slices_has_a_stop_for_each_and_one_click_for_both(app, client):
    made = confirmed("kind=lecture", "kind=meeting")
    published("讲座甲")
    published("会议乙", EventKind.MEETING)
    rung(NINE)
    with RunningSink() as sink:
        app.config["MAIL_URL"] = sink.url
        sending.deliver(NINE)
    mail = next(one for one in sink.letters if one["List-Unsubscribe"])
    words = mail.get_body(("plain",)).get_content()
    page = mail["List-Unsubscribe"].strip("<>").removeprefix("http://wujin.test")
    offered = [scope for scope in (*(one.scope for one in made.confirmed), "following", "all")
               if f'value="{scope}"' in client.get(page).text]
    client.post(page, data={"List-Unsubscribe": "One-Click"})

    assert (len(offered), made.reader().stopped()) == (4, {"following"})
    assert [made.reader(one.scope).token in words for one in made.confirmed] == [True, True]
    assert f"/following/{made.token}" in words


def test_english_readers_are_told_in_english(app):
    made = confirmed("kind=lecture")
    made.change(Rhythm.DAILY, 9, "en", AS_OF)
    published("讲座甲", title_en="A lecture")
    rung(NINE)

    assert (words_of(digests()[0]).language, "A lecture" in words_of(digests()[0]).text) == ("en", True)


def test_as_many_queries_for_thirty_as_for_one(app, count_queries):
    def letters_to(number, day):
        for one in range(number):
            confirmed(address=f"reader{day}.{one}@example.org")
        published(f"讲座{day}", at=AS_OF + timedelta(days=day, minutes=1))
        db.session.expire_all()
        return count_queries(lambda: digest.ring(NINE + timedelta(days=day)))

    rung(NINE)
    one = letters_to(1, 1)
    db.session.execute(text("DELETE FROM follow"))
    db.session.execute(text("DELETE FROM follower"))
    db.session.commit()
    thirty = letters_to(30, 2)

    assert one == thirty
    assert len(digests()) == 31


def test_two_clocks_write_it_once(app):
    confirmed()
    published()
    rung(NINE)
    db.session.execute(text("UPDATE follower SET told_until = asked_at, next_at = asked_at"))
    db.session.commit()

    again = rung(NINE)

    assert (again, len(digests()), db.session.scalars(db.select(Follower)).one().told_until) == (
        0, 1, AS_OF + timedelta(days=1))

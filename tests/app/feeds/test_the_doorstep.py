"""What is answered in front of Flask is what Flask would have answered."""

from __future__ import annotations

import gzip
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Response
from sqlalchemy import event as listening
from sqlalchemy import select, text

from app.accounts.access import public, signed_in
from app.accounts.links import SignInLink
from app.db import db
from app.events.models import Event
from app.feeds import contents, doorstep
from app.feeds.contents import Contents
from app.feeds.line import FRESH
from app.feeds.models import FeedEntry, FeedRevision
from tests.app.feeds.reading import AN_HOUR_ON, fetch
from tests.conftest import AS_OF
from tests.factories import a_plan, an_event, chen

ADDRESS = "/calendar.ics?kind=lecture&alarm=PT1H"


@pytest.fixture
def asked(app):
    """How often Flask was asked."""
    times = []
    app.before_request(lambda: times.append(1) and None)
    return times


def told(answer):
    return answer.status_code, answer.data, [pair for pair in answer.headers.items() if pair[0] != "X-Request-Id"]


@contextmanager
def listened_to(said):
    """Each statement and its values."""
    def hear(connection, cursor, statement, values, context, many):
        said.append((statement, values))

    listening.listen(db.engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        listening.remove(db.engine, "before_cursor_execute", hear)


@pytest.mark.parametrize("sent", [{}, {"Accept-Encoding": "gzip"}])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_second_answer_is_the_first_and_flask_is_not_asked(app, client, asked, sent, method):
    an_event()
    first = told(fetch(client, ADDRESS, **sent))

    with time_machine.travel(AN_HOUR_ON, tick=False):
        second = client.open(ADDRESS, method=method, headers=sent)

    assert told(second) == ((first[0], first[1], first[2]) if method == "GET" else (first[0], b"", first[2]))
    assert len(asked) == 1


@pytest.mark.parametrize("sent", ["{}", "W/{}", '"other", {}', "*"])
def test_nothing_changed_is_said_in_flasks_very_words(make_app, sent):
    app = make_app()
    with app.app_context():
        an_event()
        db.session.commit()
        tag = fetch(app.test_client(), ADDRESS).headers["ETag"]
    words = sent.format(tag)

    known = told(fetch(app.test_client(), ADDRESS, If_None_Match=words))
    other = make_app()

    assert known == told(fetch(other.test_client(), ADDRESS, If_None_Match=words))
    assert known[:2] == (304, b"")


def test_an_older_answers_day_counts_where_no_tag_is_sent(app, client, asked):
    an_event()
    changed = fetch(client, ADDRESS).headers["Last-Modified"]

    assert [fetch(client, ADDRESS, If_Modified_Since=day).status_code for day in (
        changed, "Mon, 01 Jan 2024 00:00:00 GMT", "no day")] == [304, 200, 200]
    assert len(asked) == 1


def test_a_change_is_seen_within_a_millisecond_even_of_another_process(app, client, asked):
    event = an_event()
    tag = fetch(client, ADDRESS).headers["ETag"]

    event.cancel(AS_OF)
    time.sleep(FRESH)
    changed = fetch(client, ADDRESS, If_None_Match=tag)
    with db.engine.connect() as another:
        another.execute(text("UPDATE feed_revision SET revision = revision + 1"))
        another.commit()
    time.sleep(FRESH)
    same = fetch(client, ADDRESS, If_None_Match=changed.headers["ETag"])

    assert (changed.status_code, same.status_code, len(asked)) == (200, 304, 3)


def test_a_new_day_is_asked_for_anew(app, client, asked):
    an_event()
    days = [AN_HOUR_ON, AN_HOUR_ON + timedelta(days=1), AN_HOUR_ON]

    for day in days:
        fetch(client, ADDRESS, on=day)

    assert len(asked) == 3


def test_a_restored_database_makes_every_kept_answer_worthless(app, client, asked):
    an_event()
    tag = fetch(client, ADDRESS).headers["ETag"]

    db.session.scalars(FeedRevision.current()).one().renew_epoch()

    assert fetch(client, ADDRESS, If_None_Match=tag).status_code == 200
    assert len(asked) == 2


@pytest.mark.parametrize(("address", "status"), [("/calendar.ics?color=red", 400), ("/events/999.ics", 404)])
def test_what_is_refused_is_not_kept(app, client, asked, address, status):
    assert [fetch(client, address).status_code for _ in range(2)] == [status, status]
    assert len(asked) == 2


def test_what_is_not_for_everybody_cannot_be_kept(make_app):
    app = make_app()

    def view():
        doorstep.keep(db.session.scalars(FeedRevision.current()).one(), AS_OF, AS_OF + timedelta(days=1))
        return Response(b"", headers={"ETag": '"a"'})

    app.add_url_rule("/all.ics", "all", public(view))
    app.add_url_rule("/mine.ics", "mine", signed_in(lambda: view()))
    with app.app_context():
        person = chen()
        db.session.commit()
        client = app.test_client()
        link, token = SignInLink.issue(person, AS_OF)
        db.session.add(link)
        db.session.commit()
    with time_machine.travel(AS_OF, tick=False):
        client.post(f"/sign-in/{token}")
        assert client.get("/all.ics").status_code == 200
        with pytest.raises(RuntimeError, match="mine is not for everybody"):
            client.get("/mine.ics")


def test_one_change_packs_one_part_again_for_every_slice(app, client):
    a_plan()
    for month in range(1, 9):  # two of them in May
        event = an_event(f"第{month}月", starts_at=AS_OF + timedelta(days=30 * month))
    slices = ("/calendar.ics", ADDRESS, "/calendar.ics?kind=lecture&lang=en")
    shelf = app.extensions["wujin.shelf"]

    def fetched():
        before = set(shelf.names())
        bodies = [gzip.decompress(fetch(client, one, Accept_Encoding="gzip").data) == fetch(client, one).data
                  for one in slices]
        return bodies, len(set(shelf.names()) - before)

    first, again = fetched(), fetched()
    event.cancel(AS_OF)
    after = fetched()

    assert (first, again, after) == (([True] * 3, 21), ([True] * 3, 0), ([True] * 3, 3))


@pytest.mark.parametrize(("crowded", "parts"), [
    (40, 1 + 1),  # each month
    (20, 3 + 1 + 1),  # of March 4-6, 7-9 and 28-31; the month of them; the other month
    (9, 2 + 1 + 1 + 1 + 1)])  # 4 and 5 by days
def test_a_crowded_month_is_packed_by_three_days_and_those_by_days(app, client, monkeypatch, crowded, parts):
    monkeypatch.setattr(contents, "CROWDED", crowded)
    for number, day in enumerate([4] * 6 + [5] * 6 + [7] * 5 + [9] * 4 + [28, 31]):
        an_event(f"讲座{number}", starts_at=datetime(2026, 3, day, 6, tzinfo=UTC))
    an_event("别的月", starts_at=datetime(2026, 5, 1, 6, tzinfo=UTC))

    packed = fetch(client, "/calendar.ics", Accept_Encoding="gzip").data

    assert gzip.decompress(packed) == fetch(client, "/calendar.ics").data
    assert len(app.extensions["wujin.shelf"].names()) == parts


def test_a_restored_calendar_is_packed_again_though_its_revisions_are_those_of_before(app, client):
    an_event("讲座")
    assert b"SUMMARY" in gzip.decompress(fetch(client, "/calendar.ics", Accept_Encoding="gzip").data)

    for entry in db.session.scalars(select(FeedEntry)):
        entry.body = entry.body.replace("讲座".encode(), "另一场讲座".encode())
    db.session.scalars(FeedRevision.current()).one().renew_epoch()
    db.session.commit()

    assert "另一场讲座".encode() in gzip.decompress(fetch(client, "/calendar.ics", Accept_Encoding="gzip").data)


def test_what_a_feed_is_made_of_is_read_from_the_index_alone_and_in_its_order(app):
    said = []
    with listened_to(said):
        Contents.of(Event.public(), [], "zh")
    statement, values = said[-1]
    plan = " ".join(row.detail for row in db.session.connection().exec_driver_sql(
        f"EXPLAIN QUERY PLAN {statement}", values))

    assert "feed_entry USING COVERING INDEX ix_feed_entry_contents" in plan
    assert "TEMP B-TREE" not in plan

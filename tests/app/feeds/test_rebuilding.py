from datetime import timedelta

import pytest

from app.db import db
from app.feeds.entries import Unwritable
from app.feeds.feed import Feed
from app.feeds.models import FeedEntry, FeedRevision
from app.feeds.slices import Slice, Window
from app.look import local
from tests.app.feeds.reading import fetch, titles
from tests.conftest import AS_OF
from tests.factories import a_plan, an_event

LATER = AS_OF + timedelta(minutes=5)


def test_rebuilding_brings_back_what_was_lost_and_keeps_tombstones(app, client):
    gone = an_event("撤回的")
    db.session.commit()
    gone.unpublish(LATER)
    an_event("讲座")
    db.session.commit()
    before = fetch(client)
    db.session.execute(db.delete(FeedEntry).where(FeedEntry.is_tombstone.is_(False)))
    db.session.commit()

    result = app.test_cli_runner().invoke(args=["feeds", "rebuild"])

    after = fetch(client, If_None_Match=before.headers["ETag"])
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "2 events")
    assert (after.status_code, after.data) == (200, before.data)


def test_rebuilding_goes_beyond_one_batch(app, client, monkeypatch):
    monkeypatch.setattr("app.feeds.entries.A_BATCH", 2)
    for number in range(5):
        an_event(f"讲座{number}")
    db.session.commit()
    db.session.execute(db.delete(FeedEntry))
    db.session.commit()

    app.test_cli_runner().invoke(args=["feeds", "rebuild"])

    assert sorted(titles(client)) == [f"讲座{number}" for number in range(5)]


def test_what_a_calendar_cannot_carry_is_refused_with_a_sentence(app):
    event = an_event("讲座")
    db.session.commit()
    event.revise(LATER, title="\x07")

    with pytest.raises(Unwritable, match="日历写不了"):
        db.session.commit()
    db.session.rollback()
    assert event.title == "讲座"


def test_a_transaction_raises_the_revision_once(app):
    before = db.session.scalars(FeedRevision.current()).one().revision
    for number in range(3):
        an_event(f"讲座{number}")
    db.session.commit()

    assert db.session.scalars(FeedRevision.current()).one().revision == before + 1


def test_drafts_raise_no_revision(app):
    db.session.commit()
    before = db.session.scalars(FeedRevision.current()).one().revision
    an_event("草稿", published=False).revise(LATER, title="还是草稿")
    db.session.commit()

    assert db.session.scalars(FeedRevision.current()).one().revision == before


def test_both_databases_carry_the_same(either_app):
    a_plan()
    gone, stays = an_event("撤回的", location="绵阳"), an_event("讲座")
    db.session.commit()
    gone.unpublish(LATER)
    stays.cancel(LATER)
    db.session.commit()

    feed = Feed(Slice((("not.sector", ("E",)), ("region", ("成都",)))), Window.around(local(AS_OF).date()))
    contents = feed.contents("Asia/Shanghai")
    bodies = [body for _part, some in contents.bodies(contents.parts) for body in some]
    assert [body.count("【已取消】".encode()) for body in bodies] == [1, 1]
    assert (contents.count, contents.octets) == (2, sum(map(len, bodies)))
    assert feed.size("Asia/Shanghai") == (1, len(next(body for body in bodies if stays.ical_uid.encode() in body)))

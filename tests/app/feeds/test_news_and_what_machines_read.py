"""The Atom feed of new events, JSON-LD on the event's page, and the card that a chat shows of a page."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image

from app.db import db
from app.events.words import EventKind
from tests.app.feeds.reading import fetch
from tests.conftest import AS_OF
from tests.factories import an_event

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(client, address="/events.atom"):
    return [{name: one.findtext(ATOM + name) for name in ("id", "title", "updated", "summary")}
            for one in ElementTree.fromstring(fetch(client, address).data).iter(f"{ATOM}entry")]


def test_what_was_published_last_comes_first(app, client):
    an_event("先发布的")
    an_event("后发布的", published=False).publish(AS_OF + timedelta(minutes=1))
    an_event("草稿", published=False)

    assert [one["title"] for one in entries(client)] == ["后发布的", "先发布的"]


def test_an_entry_keeps_its_id_and_tells_its_last_public_change(app, client):
    event = an_event("讲座", contact="陈老师 13800000000")
    first, = entries(client)
    db.session.commit()
    event.revise(AS_OF + timedelta(minutes=5), title="改了 <名>")

    second, = entries(client)

    assert (second["id"], second["title"], second["updated"]) == (first["id"], "改了 <名>", "2026-03-02T01:05:00Z")
    assert re.fullmatch("urn:uuid:[0-9a-f-]{36}", first["id"])
    assert "13800000000" not in second["summary"]


def test_news_are_asked_by_slice_and_conditionally(app, client):
    event = an_event("讲座")
    answer = fetch(client, "/events.atom?kind=lecture")
    known = fetch(client, "/events.atom?kind=lecture", If_None_Match=answer.headers["ETag"])
    event.revise(AS_OF, title="改了名")

    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"], known.status_code, known.data) == (
        "application/atom+xml; charset=utf-8", "public, max-age=300", 304, b"")
    assert entries(client, "/events.atom?kind=meeting") == []
    assert fetch(client, "/events.atom?kind=lecture", If_None_Match=answer.headers["ETag"]).status_code == 200


@pytest.mark.parametrize(("query", "sentence"), [
    ("kind=party", "没有“party”这个类型。"), ("colour=red", "没有“colour”这个筛选项。"),
    ("since=9999-01-01", "“since”要在 1971-01-01 和今天之间。")])
def test_news_nobody_understands_get_a_sentence(app, client, query, sentence):
    answer = fetch(client, f"/events.atom?{query}")

    assert (answer.status_code, answer.headers["Content-Type"], answer.text) == (
        400, "text/plain; charset=utf-8", sentence + "\n")


def data_of(page):
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    return json.loads(found[0])


def test_the_events_page_tells_search_engines_what_it_is(app, client):
    event = an_event("讲座", takes_enrolments=True, online_url="https://meeting.example.org/j/1")
    event.postpone(AS_OF)

    data = data_of(fetch(client, f"/events/{event.id}").text)

    assert {name: data[name] for name in ("@type", "name", "startDate", "eventStatus", "eventAttendanceMode")} == {
        "@type": "Event", "name": "讲座", "startDate": "2026-03-12T09:00:00+08:00",
        "eventStatus": "https://schema.org/EventPostponed",
        "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode"}
    assert [one["@type"] for one in data["location"]] == ["Place", "VirtualLocation"]
    assert (data["isAccessibleForFree"], "meeting.example.org" in json.dumps(data)) == (True, False)


def test_no_title_ends_the_data(app, client):
    title = "</script><script>alert(1)</script><!-- & \u2028"
    event = an_event("讲座", description=title)

    page = fetch(client, f"/events/{event.id}").text

    assert data_of(page)["description"] == title
    assert "<script>alert" not in page


@pytest.mark.parametrize("address", [
    "/events/1", "/", "/?view=list&kind=lecture", "/campaigns/week", "/subscribe?kind=lecture"])
def test_a_page_that_is_passed_on_has_a_card(app, client, address):
    an_event('讲座 "一"')
    an_event("宣传周", kind=EventKind.CAMPAIGN, slug="week")

    page = fetch(client, address).text
    picture = re.search('<meta property="og:image" content="http://wujin.test([^"]+)">', page)[1]
    sent = client.get(picture, buffered=True)

    for name in ("og:title", "og:description", "og:url", "og:site_name", "og:image:alt"):
        assert re.search(f'<meta property="{name}" content="[^"]+">', page), name
    assert '<meta name="twitter:card" content="summary_large_image">' in page
    assert (sent.status_code, sent.mimetype, Image.open(BytesIO(sent.data)).size) == (200, "image/png", (1200, 630))
    assert ("application/atom+xml" in page) == (address not in ("/events/1", "/campaigns/week"))

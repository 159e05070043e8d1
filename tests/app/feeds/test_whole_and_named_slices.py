"""Slices of one event, of a whole with its parts, of a programme; and slices with a short address."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from werkzeug.datastructures import MultiDict

from app.db import db
from app.errors import BadInput
from app.events.words import EventKind
from app.feeds.saved import BadSlug, SavedSlice, SlugTaken
from app.feeds.slices import Slice
from app.look import qr
from tests.app.feeds.reading import fetch, titles
from tests.app.plans.keeping import a_programme
from tests.conftest import AS_OF
from tests.factories import a_city_office, an_event, an_office, chen, wang


def a_competition():
    whole = an_event("大赛", kind=EventKind.COMPETITION)
    whole.add_part(an_event("初赛", kind=EventKind.COMPETITION, published=False), AS_OF)
    an_event("别的", starts_at=AS_OF + timedelta(days=12))
    return whole


def saved(query="kind=lecture", slug="lectures", **words):
    return SavedSlice.save(Slice.of(MultiDict([tuple(one.split("=")) for one in query.split("&") if one])), slug=slug,
                           title=words.pop("title", "讲座月"), title_en=words.pop("title_en", "Lectures"),
                           organization=words.pop("organization", None) or an_office(), as_of=AS_OF)


def test_one_event_a_whole_with_its_parts_and_all_but_them(app, client):
    whole = a_competition()

    assert [titles(client, f"/calendar.ics?{name}={whole.id}") for name in ("event", "parent", "not.parent")] == [
        ["大赛"], ["大赛", "大赛 · 初赛"], ["别的"]]


def test_a_draft_is_as_unknown_as_what_is_not_there(app, client):
    draft = an_event(published=False)

    assert fetch(client, f"/calendar.ics?event={draft.id}").text == f"没有“{draft.id}”这个活动。\n"


def test_a_stage_stands_under_the_programme_of_its_competition(app, client):
    whole = a_competition()
    whole.revise(AS_OF, programmes=[a_programme("蜀光讲坛")])

    assert titles(client, "/calendar.ics?programme=蜀光讲坛") == ["大赛", "大赛 · 初赛"]


def test_a_renamed_programme_is_found_by_its_old_name(app, client):
    programme = a_programme("旧名")
    an_event("讲座").revise(AS_OF, programmes=[programme])
    programme.rename(AS_OF, "新名")

    assert [titles(client, f"/calendar.ics?programme={name}") for name in ("旧名", "新名")] == [["讲座"], ["讲座"]]


def test_what_left_a_programme_leaves_its_feed_at_once(app, client):
    event = an_event("讲座")
    event.revise(AS_OF, programmes=[a_programme("蜀光讲坛")])
    before = titles(client, "/calendar.ics?programme=蜀光讲坛")

    event.revise(AS_OF, programmes=[])

    assert (before, titles(client, "/calendar.ics?programme=蜀光讲坛")) == (["讲座"], [])


def test_a_tombstone_stays_in_the_slices_in_which_it_was(app, client):
    whole = a_competition()
    whole.revise(AS_OF, programmes=[a_programme("蜀光讲坛")])
    db.session.commit()
    whole.unpublish(AS_OF)

    for query in (f"event={whole.id}", f"parent={whole.id}", "programme=蜀光讲坛"):
        assert "【已取消】大赛" in titles(client, f"/calendar.ics?{query}")


def test_a_short_addresses_feed_is_its_querys_but_for_source_and_title(app, client):
    an_event("讲座")
    an_event("会", kind=EventKind.MEETING)
    saved()

    def told(address):
        return [line for line in fetch(client, address).text.replace("\r\n ", "").split("\r\n")
                if not line.startswith(("SOURCE", "NAME", "X-WR-CALNAME"))]

    short = fetch(client, "/s/lectures.ics")
    assert told("/s/lectures.ics") == told("/calendar.ics?kind=lecture")
    assert re.findall("^(?:X-WR-CALNAME|SOURCE;VALUE=URI):(.*)\r", short.text, re.M) == [
        "五进 · 讲座月", "http://wujin.test/s/lectures.ics"]
    assert short.headers["Cache-Control"] == "public, max-age=300"
    assert fetch(client, "/s/lectures.ics", If_None_Match=short.headers["ETag"]).status_code == 304


def test_a_short_address_speaks_english_and_rings(app, client):
    an_event("讲座", title_en="Lecture")
    saved()

    answer = fetch(client, "/s/lectures.ics?lang=en&alarm=PT1H")

    for word in ("X-WR-CALNAME:Wujin · Lectures", "SUMMARY:Lecture", "TRIGGER:-PT1H"):
        assert word in answer.text


def test_a_short_address_leads_a_browser_to_where_its_slice_is_subscribed_to(app, client):
    an_event("讲座")
    saved()

    answer = fetch(client, "/s/lectures", Accept="text/html")

    assert (answer.status_code, answer.location) == (302, "/subscribe?kind=lecture&short=lectures")
    assert titles(client, "/s/lectures.ics") == ["讲座"]


@pytest.mark.feeds(26)
@pytest.mark.parametrize(("more", "query"), [("", ""), ("?alarm=PT1H", "?alarm=PT1H")])
def test_its_page_is_named_as_it_is_and_gives_the_short_address_every_way(app, client, more, query):
    an_event("讲座")
    saved()

    page = fetch(client, fetch(client, f"/s/lectures{more}", Accept="text/html").location).text

    webcal = f"webcal://wujin.test/s/lectures.ics{query}"
    assert [word for word in (
        "订阅“讲座月”", f'href="{webcal}"', f'value="http://wujin.test/s/lectures.ics{query}"',
        f'href="https://calendar.google.com/calendar/r?cid={quote(webcal, "")}"') if word not in page] == []
    assert "/calendar.ics" not in page
    assert str(qr(f"http://wujin.test/s/lectures{query}", "本页的二维码")) in page


@pytest.mark.parametrize("query", ["kind=meeting&short=lectures", "kind=lecture&short=nobody", "kind=lecture"])
def test_other_choices_and_other_names_get_the_long_address(app, client, query):
    saved()
    page = fetch(client, f"/subscribe?{query}").text

    assert ("/s/lectures" in page, "/calendar.ics?kind=" in page) == (False, True)


def test_capitals_on_a_poster_lead_to_the_same(app, client):
    an_event("讲座")
    saved()

    assert fetch(client, "/s/Lectures.ics").data == fetch(client, "/s/lectures.ics").data
    assert fetch(client, "/s/LECTURES", Accept="text/html").location == "/subscribe?kind=lecture&short=lectures"


def test_a_deleted_one_is_gone_at_once_for_good_and_nobody_gets_its_address(app, client):
    an_event("讲座")
    made = saved()
    before = fetch(client, "/s/lectures.ics").status_code

    made.delete(AS_OF)

    answer = fetch(client, "/s/lectures.ics")
    assert (before, answer.status_code, answer.headers["Content-Type"], answer.text) == (
        200, 410, "text/plain; charset=utf-8", "这个短地址已经撤下。请到活动日历里重新选，再订阅。\n")
    assert fetch(client, "/s/lectures").status_code == 410
    with pytest.raises(SlugTaken):
        saved()


@pytest.mark.parametrize(("address", "status", "sentence"), [
    ("/s/nobody.ics", 404, "没有这个短地址。请核对是不是抄全了。"),
    ("/s/lectures.ics?kind=meeting", 400, "短地址后面不能再加“kind”。"),
    ("/s/lectures.ics?lang=fr", 400, "“lang”只能是 zh 或 en。"),
    ("/s/lectures.ics?since=9999-01-01", 400, "“since”要在 1971-01-01 和今天之间。")])
def test_what_no_short_address_answers_gets_a_sentence(app, client, address, status, sentence):
    saved()
    answer = fetch(client, address)

    assert (answer.status_code, answer.headers["Content-Type"], answer.text) == (
        status, "text/plain; charset=utf-8", sentence + "\n")


@pytest.mark.parametrize("slug", ["", "a", "-ab", "ab-", "Ab", "成都", "a b", "a/b", "a.ics", "a" * 41, "ab\n"])
def test_a_short_address_is_letters_digits_and_hyphens(app, slug):
    with pytest.raises(BadSlug):
        saved(slug=slug)


def test_only_known_filters_get_a_short_address(app):
    with pytest.raises(BadInput):
        saved("kind=party")
    with pytest.raises(BadInput):
        saved("colour=red")


def test_an_organizer_names_the_slice_on_the_screen_and_takes_it_down(app, client, signed_in):
    browser = signed_in(chen(a_city_office("成都")))
    sent = {"address": "http://wujin.test/?view=list&on=2026-04-01&kind=lecture", "title": "讲座月",
            "slug": "lectures"}
    answer = browser.post("/console/slices", data=sent)
    made = db.session.scalars(db.select(SavedSlice)).one()
    refused = signed_in(wang()).post(f"/console/slices/{made.id}/deletion")

    assert (answer.status_code, made.query, refused.status_code) == (302, "kind=lecture", 404)
    assert browser.post("/console/slices", data=sent).status_code == 422
    browser.post(f"/console/slices/{made.id}/deletion")
    assert fetch(client, "/s/lectures").status_code == 410

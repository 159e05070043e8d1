"""On the subscribe page each filter can be wanted and unwanted, several at once, and the form is the address."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl, urlencode

import pytest

from app.db import db
from app.events.words import EventKind
from app.feeds.choices import every_filter
from app.feeds.filters import FILTERS
from app.feeds.slices import Slice
from tests.app.feeds.reading import fetch, titles
from tests.app.plans.keeping import a_programme
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_plan, a_region, a_task, an_event


@pytest.fixture
def events(app):
    a_plan()
    an_event("甲", tasks=[a_task("I2.1")], programmes=[a_programme("蜀光讲坛")], audience="企业")
    an_event("乙", kind=EventKind.MEETING, starts_at=AS_OF + timedelta(days=11))
    an_event("丙", organization=a_city_office("绵阳"), regions=[a_region("绵阳")],
             starts_at=AS_OF + timedelta(days=12))


def fine_form(page):
    """Fields of the form that has everything, as a browser would see them: name, value, whether it is ticked."""
    form = page[page.index('<details class="card"'):]
    boxes = re.findall(r'<input type="checkbox" name="([^"]+)" value="([^"]*)"( checked)?>', form)
    words = re.findall(r'<input id="(?:want|skip)-\w+" name="([^"]+)"', form)
    return [(name, unescape(value), bool(ticked)) for name, value, ticked in boxes], words


def test_every_filter_is_offered_wanted_and_unwanted(app, client, events):
    boxes, words = fine_form(fetch(client, "/subscribe").text)
    names = {name for name, _value, _ticked in boxes} | set(words)

    assert names == set(FILTERS) | {f"not.{name}" for name in FILTERS}
    assert [one.name for one in every_filter(Slice())] == [
        "region", "kind", "sector", "category", "task", "plan", "programme", "organization", "parent", "event",
        "audience", "q"]


@pytest.mark.parametrize(("wanted", "found"), [
    ([("kind", "lecture"), ("kind", "meeting")], ["甲", "乙", "丙"]),
    ([("kind", "lecture"), ("region", "成都")], ["甲"]),
    ([("not.region", "成都")], ["丙"]), ([("not.programme", "蜀光讲坛"), ("not.kind", "meeting")], ["丙"]),
    ([("organization", "绵阳市市场监督管理局"), ("task", "I2.1")], []), ([("category", "I2")], ["甲"]),
    ([("not.audience", "企业")], ["乙", "丙"]), ([("plan", "2026")], ["甲"]),
])
def test_what_is_ticked_is_what_the_calendar_holds_and_stays_ticked(app, client, events, wanted, found):
    """Sent back unchanged, the form of the page asked for gives the same page again."""
    page = fetch(client, f"/subscribe?{urlencode(wanted)}").text
    boxes, _words = fine_form(page)
    kept = [(name, value) for name, value, ticked in boxes if ticked]
    address = unescape(re.search(r'href="http://wujin\.test(/calendar\.ics[^"]*)"', page)[1])

    assert sorted(kept) == sorted(wanted) == sorted(parse_qsl(address.partition("?")[2]))
    assert titles(client, address) == found


def test_where_several_are_wanted_the_short_form_steps_back(app, client, events):
    """It could say only one of them, and would lose the others."""
    several = fetch(client, f"/subscribe?{urlencode([('region', '成都'), ('region', '绵阳')])}").text

    assert ('id="filter-region"' in several, '<details class="card" open>' in several) == (False, True)
    assert 'id="filter-region"' in fetch(client, f"/subscribe?{urlencode([('region', '成都')])}").text


def test_the_page_costs_the_same_however_much_there_is_to_choose(app, client, count_queries):
    def cost():
        db.session.commit()
        return count_queries(lambda: fetch(client, "/subscribe"))

    a_plan()
    an_event("甲", programmes=[a_programme("蜀光讲坛")])
    cost()
    few = cost()
    for number, city in enumerate(("绵阳", "德阳", "乐山")):
        an_event(city, organization=a_city_office(city), programmes=[a_programme(f"品牌{number}")])

    assert cost() == few

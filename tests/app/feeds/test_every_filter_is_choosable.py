"""On the subscribe page each filter can be wanted and unwanted, several at once, and the form is the address."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
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
    a_programme("蜀光").rename(AS_OF, "蜀光讲坛")
    an_event("甲", tasks=[a_task("I2.1")], programmes=[a_programme("蜀光讲坛")], audience="企业")
    an_event("乙", kind=EventKind.MEETING, starts_at=AS_OF + timedelta(days=11))
    an_event("丙", organization=a_city_office("绵阳"), regions=[a_region("绵阳")],
             starts_at=AS_OF + timedelta(days=12))


class Form(HTMLParser):
    """The form of choices as a browser sees it: `names` of all its fields, and what it `sends` untouched."""

    def __init__(self, page):
        super().__init__()
        self.names, self.sends, self.actions, self._inside, self._list = set(), [], [], False, ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self._inside = given.get("id") == "choose"
        elif tag == "button" and (self._inside or given.get("form") == "choose"):
            self.actions.append(given.get("formaction", ""))
        elif self._inside and tag == "select":
            self._list = given["name"]
            self.names.add(given["name"])
        elif self._inside and tag == "option" and "selected" in given and given["value"]:
            self.sends.append((self._list, given["value"]))
        elif self._inside and tag == "input":
            self.names.add(given["name"])
            if given.get("value") and ("checked" in given or given.get("type") != "checkbox"):
                self.sends.append((given["name"], given["value"]))

    def handle_endtag(self, tag):
        self._inside = self._inside and tag != "form"


def test_every_filter_is_offered_wanted_and_unwanted(app, client, events):
    names = Form(fetch(client, "/subscribe").text).names

    assert names == set(FILTERS) | {f"not.{name}" for name in FILTERS} | {"alarm"}
    assert [one.name for one in every_filter(Slice())] == [
        "region", "kind", "sector", "category", "task", "plan", "programme", "organization", "parent", "event",
        "audience", "q"]


@pytest.mark.parametrize(("wanted", "found"), [
    ([("kind", "lecture"), ("kind", "meeting")], ["甲", "乙", "丙"]),
    ([("kind", "lecture"), ("region", "成都")], ["甲"]),
    ([("not.region", "成都")], ["丙"]), ([("not.programme", "蜀光讲坛"), ("not.kind", "meeting")], ["丙"]),
    ([("organization", "绵阳市市场监督管理局"), ("task", "I2.1")], []), ([("category", "I2")], ["甲"]),
    ([("not.audience", "企业")], ["乙", "丙"]), ([("plan", "2026")], ["甲"]),
    ([("region", "锦江区")], ["甲", "乙"]), ([("programme", "蜀光")], ["甲"]),
    ([("region", "成都"), ("audience", "企业"), ("category", "I2")], ["甲"]),
    ([("region", "成都"), ("region", "绵阳"), ("not.kind", "meeting")], ["甲", "丙"]),
])
def test_what_is_ticked_is_what_the_calendar_holds_and_stays_ticked(app, client, events, wanted, found):
    """Sent back unchanged, the form of the page asked for gives the same page again."""
    page = fetch(client, f"/subscribe?{urlencode(wanted)}").text
    address = unescape(re.search(r'href="http://wujin\.test(/calendar\.ics[^"]*)"', page)[1])

    assert sorted(Form(page).sends) == sorted(wanted) == sorted(parse_qsl(address.partition("?")[2]))
    assert titles(client, address) == found


def test_whatever_is_pressed_carries_every_choice(app, client, events):
    """The buttons above and below, and the one that leads to following by mail, are of one form."""
    form = Form(fetch(client, "/subscribe?region=成都&audience=企业&alarm=PT1H").text)

    assert (sorted(form.sends), set(form.actions)) == (
        [("alarm", "PT1H"), ("audience", "企业"), ("region", "成都")], {"", "/subscribe/email"})
    followed = fetch(client, f"/subscribe/email?{urlencode([*form.sends, ('task', '')])}").text
    assert "用邮件关注“企业 · 成都”" in followed


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

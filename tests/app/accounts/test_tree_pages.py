import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.accounts.places import Organization
from app.accounts.reach import DEEDS
from app.accounts.views.organizations import MANAGERS
from app.clock import now
from app.db import db
from app.events.approval import PublishingRule, Reviewer
from app.events.views.desk import EDITORS
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, a_region, an_event, an_office, wang

TREE = "/console/admin/organizations"


@pytest.fixture
def chengdu(app) -> Organization:
    """With one county below it."""
    city = a_city_office()
    an_office("锦江区市场监督管理局", "锦江区", parent=city)
    return city


@pytest.fixture
def desk(chengdu, signed_in):
    """Li administers Chengdu."""
    return signed_in(a_person("Li", Role.ADMINISTRATOR, chengdu))


def named(name: str) -> Organization:
    return db.session.scalars(select(Organization).where(Organization.name == name)).one()


def county() -> Organization:
    return db.session.scalars(select(Organization).where(Organization.region_code == a_region("锦江区").code)).one()


def test_the_tree_shows_ones_own_branch_alone(desk):
    other = a_city_office("绵阳").name

    page = desk.get(TREE).text

    assert [name in page for name in ("成都市市场监督管理局", "锦江区市场监督管理局", other)] == [True, True, False]


def test_a_search_finds_old_names_and_says_so(desk):
    county().rename("锦江区知识产权局", AS_OF)
    county().go_by(["锦江局"], AS_OF)

    page, by_alias = desk.get(f"{TREE}?q=锦江区市场").text, desk.get(f"{TREE}?q=锦江局").text

    assert "曾用名或别名：锦江区市场监督管理局" in page
    assert "曾用名或别名：锦江局" in by_alias
    assert "找到 0 个单位" in desk.get(f"{TREE}?q=绵阳").text


def test_a_child_is_added_with_its_region(desk, chengdu):
    code = a_region("武侯区").code

    answer = desk.post(f"{TREE}/{chengdu.id}/children", data={
        "name": " 武侯区市场监督管理局 ", "kind": "office", "region": code})

    made = named("武侯区市场监督管理局")
    assert (answer.status_code, made.parent, made.region_code, made.path) == (
        302, chengdu, code, f"{chengdu.path}{made.id}/")


def test_a_taken_name_keeps_the_words_and_says_what_to_do(desk, chengdu):
    answer = desk.post(f"{TREE}/{chengdu.id}/children", data={
        "name": "锦江区市场监督管理局", "name_en": "Jinjiang", "kind": "office", "region": chengdu.region_code})

    assert answer.status_code == 409
    assert "已有叫“锦江区市场监督管理局”的单位" in answer.text
    assert 'value="Jinjiang"' in answer.text
    assert len(db.session.scalars(select(Organization)).all()) == 3


def test_a_region_outside_is_not_offered(desk, chengdu):
    answer = desk.post(f"{TREE}/{chengdu.id}/children", data={
        "name": "绵阳办事处", "kind": "office", "region": a_region("绵阳").code})

    assert (answer.status_code, len(db.session.scalars(select(Organization)).all())) == (422, 3)


def test_a_rename_shows_in_the_history(desk):
    one = county()

    answer = desk.post(f"{TREE}/{one.id}/name", data={"name": "锦江区知识产权局"})
    page = desk.get(f"{TREE}/{one.id}").text

    assert (answer.status_code, one.name) == (302, "锦江区知识产权局")
    assert "<b>锦江区市场监督管理局</b>，属成都市市场监督管理局" in page


def test_aliases_are_set_a_line_each(desk):
    desk.post(f"{TREE}/{county().id}/aliases", data={"aliases": "锦江局\n\n 锦江市监局 \n锦江局"})

    assert county().aliases == ["锦江局", "锦江市监局"]


def test_a_move_needs_both_ends_in_reach(desk, chengdu):
    mianyang, station = a_city_office("绵阳"), an_office("服务站", parent=chengdu, region="成都", kind="unit")

    outside = desk.post(f"{TREE}/{station.id}/parent", data={"target": mianyang.id})
    own_top = desk.post(f"{TREE}/{chengdu.id}/parent", data={"target": county().id})
    inside = desk.post(f"{TREE}/{station.id}/parent", data={"target": county().id})

    assert (outside.status_code, own_top.status_code, inside.status_code) == (422, 404, 302)
    assert (station.parent, chengdu.parent) == (county(), an_office())


def test_a_merger_into_a_strangers_office_is_not_offered(desk, chengdu):
    answer = desk.post(f"{TREE}/{county().id}/merger", data={"target": a_city_office("绵阳").id})

    assert (answer.status_code, county().merged_into) == (422, None)


def test_merged_offices_are_found_by_the_old_name_in_feeds_and_pages(desk, chengdu, client):
    one = county()
    an_event("锦江讲座", organization=one, starts_at=now() + timedelta(days=3))

    desk.post(f"{TREE}/{one.id}/merger", data={"target": chengdu.id})
    feed = client.get("/calendar.ics?organization=锦江区市场监督管理局").text

    assert (one.merged_into, chengdu.aliases) == (chengdu, ["锦江区市场监督管理局"])
    assert "SUMMARY:锦江讲座" in feed
    assert "曾用名或别名：锦江区市场监督管理局" in desk.get(f"{TREE}?q=锦江区市场").text


def test_a_feed_filter_follows_a_rename_a_move_and_a_tombstone(app, client, chengdu):
    one, mianyang = county(), a_city_office("绵阳")
    event = an_event("锦江讲座", organization=one, starts_at=now() + timedelta(days=3))
    db.session.commit()
    event.unpublish(now())
    db.session.commit()

    one.move(mianyang, now())
    one.rename("锦江区知识产权局", now())
    db.session.commit()
    lines = [[line for line in client.get(f"/calendar.ics?organization={word}").text.splitlines()
              if line.startswith("SUMMARY")]
             for word in ("锦江区市场监督管理局", "锦江区知识产权局", mianyang.name, chengdu.name)]

    off = ["SUMMARY:【已取消】锦江讲座"]
    assert lines == [off, off, off, []]


def test_closing_says_what_is_still_open(desk):
    one = county()
    event = an_event(organization=one)

    answer = desk.post(f"{TREE}/{one.id}/closing")
    event.cancel(now())
    closed = desk.post(f"{TREE}/{one.id}/closing")

    assert (answer.status_code, closed.status_code) == (409, 302)
    assert "还有 1 个活动没有办完" in answer.text
    assert one.closed_at is not None
    assert "锦江区市场监督管理局" not in desk.get(TREE).text
    assert "锦江区市场监督管理局" in desk.get(f"{TREE}?closed=1").text


def test_a_stranger_finds_no_office_and_changes_none(chengdu, signed_in):
    stranger = signed_in(a_person("Wang", Role.ADMINISTRATOR, a_city_office("绵阳")))

    answers = [stranger.get(f"{TREE}/{chengdu.id}").status_code,
               stranger.post(f"{TREE}/{chengdu.id}/name", data={"name": "改了"}).status_code,
               stranger.post(f"{TREE}/{county().id}/closing").status_code]

    assert (answers, chengdu.name, county().closed_at) == ([404, 404, 404], "成都市市场监督管理局", None)


def test_reach_is_read_afresh_at_each_request(chengdu, signed_in):
    one = county()
    event = an_event(organization=one)
    browser = signed_in(a_person("Zhao", Role.ORGANIZER, chengdu))
    before = browser.get(f"/console/events/{event.id}/edit").status_code

    one.move(a_city_office("绵阳"), now())
    db.session.commit()

    assert (before, browser.get(f"/console/events/{event.id}/edit").status_code) == (200, 404)
    assert browser.get("/console/").status_code == 200


def test_my_reach_says_what_each_role_is_for(chengdu, signed_in):
    page = signed_in(a_person("Zhao", Role.LEADER, chengdu)).get("/console/me/reach").text

    assert "<b>领导</b>，在成都市市场监督管理局" in page


def test_a_leader_is_told_why_not_and_whom_to_ask_without_a_name(chengdu, signed_in):
    a_person("Geheim", Role.ORGANIZER, chengdu)
    event = an_event(organization=chengdu)

    page = signed_in(a_person("Zhao", Role.LEADER, chengdu)).get(f"/console/me/reach?event={event.id}").text

    assert "这要有“经办人”、“审核人”的角色，您没有。" in page
    assert "成都市市场监督管理局的经办人" in page
    assert "Geheim" not in page


def test_a_neighbour_is_told_how_far_his_role_goes(chengdu, signed_in):
    event = an_event(organization=chengdu)

    page = signed_in(wang()).get(f"/console/me/reach?event={event.id}").text

    assert "您有这个角色，但只管到“绵阳市市场监督管理局”和它的下属，管不到“成都市市场监督管理局”。" in page


def test_where_events_are_reviewed_the_page_names_the_office_that_does(chengdu, signed_in):
    boss = a_person("Boss", Role.ADMINISTRATOR, an_office())
    PublishingRule.lay_down(chengdu, kind="", level="", reviewer=Reviewer.PARENT, by=boss, as_of=AS_OF)
    event = an_event(organization=chengdu, published=False)

    page = signed_in(a_person("Zhao", Role.ORGANIZER, chengdu)).get(f"/console/me/reach?event={event.id}").text

    assert f"这里的活动要送“{an_office().name}”审核" in page


def test_of_a_strangers_draft_not_even_its_being_is_told(chengdu, signed_in):
    draft = an_event("秘密草稿", organization=chengdu, published=False)
    browser = signed_in(wang())

    pages = [browser.get(f"/console/me/reach?event={id}").text for id in (draft.id, 99_999)]
    # A form's token tells the second in which it was made.
    there, nowhere = (re.sub(r'name="csrf_token" value="[^"]*"', "", page) for page in pages)

    assert "没有这个活动或单位" in there
    assert there.replace(f"event={draft.id}", "event=99999") == nowhere


def test_who_holds_no_role_still_sees_the_page_that_says_so(chengdu, signed_in):
    person = a_person("Zhao", Role.LEADER, chengdu)
    person.grants = []
    browser = signed_in(person)

    refused, page = browser.get("/console/"), browser.get("/console/me/reach").text

    assert refused.status_code == 403
    assert '<a href="/console/me/reach">' in refused.text
    assert "您还没有角色" in page


def test_a_refusal_leads_to_the_reason(chengdu, signed_in, client):
    event = an_event(organization=chengdu)

    refused = signed_in(wang()).get(f"/console/events/{event.id}")

    assert refused.status_code == 404
    assert f'<a href="/console/me/reach?event={event.id}">' in refused.text
    assert "/console/me/reach" not in client.get("/console/nowhere").text


def test_the_deeds_explained_are_those_the_routes_ask_for():
    assert DEEDS["edit"] == frozenset(EDITORS)
    assert DEEDS["manage"] == frozenset(MANAGERS)

"""What is sent where nobody reviews would wait for ever: everybody concerned is told, and who has not decided too."""

import pytest
from sqlalchemy import select

from app import checking
from app.accounts.models import Role
from app.accounts.places import Organization
from app.db import db
from app.events.approval import PublishingRule
from app.events.unreviewed import gaps_among
from tests.app.events.approving import Offices, a_rule, an_administrator
from tests.app.events.filling import in_days
from tests.factories import a_city_office, a_person, an_office, wang

MISSING = "“成都市市场监督管理局”和它的上级都没有审核人员，送审以后没有人能审。"
MISSING += "请找“成都市市场监督管理局”的管理员加一位审核人员。"


@pytest.fixture
def offices(app):
    """Chengdu's counties submit to Chengdu, where Ding administers and nobody reviews."""
    made = Offices()
    made.he.active = made.gu.active = False
    made.ding = an_administrator(made.city)
    db.session.commit()
    return made


def test_who_submits_is_told_who_is_missing_and_whom_to_ask(offices, signed_in):
    draft, chen = offices.event(starts_at=in_days(10), published=False), signed_in(offices.chen)

    pages = [chen.get("/console/events/new").text, chen.get("/console/me/reach").text,
             chen.get(f"/console/me/reach?event={draft.id}").text,
             chen.post(f"/console/events/{draft.id}/publication", follow_redirects=True).text]

    assert [page.count(MISSING) for page in pages] == [1, 1, 1, 1]


def test_the_administrator_of_that_office_reads_it_today_and_a_stranger_does_not(offices, signed_in):
    ding, stranger = signed_in(offices.ding), signed_in(wang())
    other = signed_in(an_administrator(a_city_office("绵阳"), "Other"))

    pages = [browser.get(page).text for browser, page in (
        (ding, "/console/"), (ding, "/console/admin/publishing"), (other, "/console/"), (stranger, "/console/"))]

    assert [page.count(MISSING) for page in pages] == [1, 1, 0, 0]


def test_saving_a_rule_warns_of_the_office_in_which_nobody_reviews(app, signed_in):
    city = a_city_office()
    an_office("锦江区市场监督管理局", "锦江区", parent=city)
    boss = signed_in(an_administrator(an_office()))

    page = boss.post("/console/admin/publishing", follow_redirects=True, data={
        "organization": city.id, "level": "county", "kind": "all", "reviewer": "parent"}).text

    assert "请找“省知识产权促进中心”的管理员加一位审核人员。" in page


def test_where_an_office_above_reviews_instead_it_is_named(offices):
    offices.gu.active = True

    [gap] = gaps_among([offices.county])

    assert (gap.office, gap.stand_in, gap.senders) == (offices.city, an_office(), [offices.county])
    assert gap.sentence == "“成都市市场监督管理局”还没有审核人员，送审的由“省知识产权促进中心”的审核人员来审。"


def test_with_a_reviewer_there_is_nothing_to_tell(offices, signed_in):
    offices.he.active = True
    db.session.commit()

    assert gaps_among([offices.county]) == []
    assert "没有审核人员" not in signed_in(offices.ding).get("/console/").text


def test_the_gaps_of_three_offices_cost_as_much_as_those_of_one(offices, count_queries):
    wanted = select(Organization).where(Organization.parent_id == offices.city.id)
    one = count_queries(lambda: gaps_among(db.session.scalars(wanted)))
    for name in ("青羊区", "武侯区"):
        an_office(f"{name}市场监督管理局", name, parent=offices.city)
    db.session.commit()

    assert count_queries(lambda: gaps_among(db.session.scalars(wanted))) == one


def test_the_check_names_the_office_where_things_would_wait(offices):
    before = checking.reviewing(None)
    offices.he.active = True
    db.session.flush()

    assert (before.state.value, "成都市市场监督管理局" in before.sentence) == ("warning", True)
    assert checking.reviewing(None).state.value == "ok"


def test_until_somebody_decides_an_administrator_reads_that_nobody_reviews(app, signed_in):
    a_city_office()
    boss, said = signed_in(an_administrator(an_office())), "现在每个单位都自己发布，没有人审核"

    before = [said in boss.get(page).text for page in ("/console/", "/console/admin/publishing")]
    boss.post("/console/admin/publishing/decision")
    after = [said in boss.get(page).text for page in ("/console/", "/console/admin/publishing")]

    assert (before, after) == ([True, True], [False, False])
    assert [(one.level, one.reviewer) for one in db.session.scalars(select(PublishingRule))] == [("", "self")]


def test_a_city_decides_for_its_counties_alone(app, signed_in):
    an_office("锦江区市场监督管理局", "锦江区", parent=a_city_office())

    signed_in(an_administrator(a_city_office())).post("/console/admin/publishing/decision")

    assert [(one.organization, one.level) for one in db.session.scalars(select(PublishingRule))] == [
        (a_city_office(), "county")]


def test_where_a_rule_holds_nobody_is_asked_to_decide_and_deciding_adds_nothing(offices, signed_in):
    a_rule(an_office(), kind="training")
    db.session.commit()

    signed_in(an_administrator(an_office(), "Boss")).post("/console/admin/publishing/decision")

    assert len(db.session.scalars(select(PublishingRule)).all()) == 2


def test_who_must_submit_reads_that_he_sends_in(offices, signed_in):
    luo = a_person("Luo", Role.ORGANIZER, offices.city)
    place = f"/console/me/reach?organization={offices.county.id}"
    an_own = f"/console/me/reach?organization={offices.city.id}"

    pages = [signed_in(offices.chen).get(place).text, signed_in(luo).get(an_own).text]

    assert [("<b>新建、修改活动并送审" in page, "<b>新建、修改、发布活动" in page) for page in pages] == [
        (True, False), (False, True)]

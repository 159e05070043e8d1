from datetime import timedelta

import pytest

from app.accounts.models import Actor, Role
from app.db import db
from app.events import digest
from app.events.approval import (
    NotForYou,
    PublishingRule,
    Reviewer,
    RuleFromAbove,
    approval_of,
    approvals_by_kind,
    reviewers_of,
)
from app.events.lifecycle import WrongState
from app.events.reviewing import announce, count_heads, of_event, to_work_on, waiting_for
from app.events.words import EventKind
from tests.app.events.approving import Offices, a_rule, an_administrator, letters
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, a_region, an_event, an_office, figures

LATER = AS_OF + timedelta(hours=5)


@pytest.fixture
def offices(app) -> Offices:
    return Offices()


def reviewer(person) -> Actor:
    return Actor.of(person, frozenset({Role.REVIEWER}))


def test_without_a_rule_everybody_publishes_alone(app):
    event = an_event(organization=a_city_office(), published=False)

    assert approval_of(event).reviewing is None


def test_counties_submit_to_their_city_and_the_city_publishes_alone(offices):
    of_county, of_city = (offices.event(published=False), an_event(organization=offices.city, published=False))

    assert (approval_of(of_county).reviewing, approval_of(of_city).reviewing) == (offices.city, None)


def test_a_rule_for_a_kind_comes_before_a_nearer_one_for_all(offices):
    a_rule(an_office(), Reviewer.ROOT, kind="training")

    approvals = approvals_by_kind(offices.county)

    assert approvals[EventKind.TRAINING].reviewing == an_office()
    assert approvals[EventKind.LECTURE].reviewing == offices.city
    assert approvals_by_kind(an_office())[EventKind.TRAINING].reviewing is None


def test_the_nearest_rule_counts_and_frees_one_office(offices):
    a_rule(an_office(), Reviewer.ROOT)
    a_rule(offices.county, Reviewer.SELF, level="county")

    assert approvals_by_kind(offices.county)[EventKind.LECTURE].reviewing is None
    assert approvals_by_kind(a_city_office("绵阳"))[EventKind.LECTURE].reviewing == an_office()


def test_the_rule_of_an_event_is_found_in_one_query(offices, count_queries):
    event = offices.event(published=False)
    assert event.organization.path

    assert count_queries(lambda: approval_of(event)) == 1


def test_only_reviewers_at_or_above_the_reviewing_office_publish(offices):
    approval = approval_of(offices.event(published=False))
    of_county = a_person("Luo", Role.REVIEWER, offices.county)
    organizer_of_city = a_person("Tang", Role.ORGANIZER, offices.city)

    assert [approval.lets(one) for one in (offices.he, offices.gu, offices.chen, of_county, organizer_of_city)] == [
        True, True, False, False, False]


def test_letters_go_to_the_nearest_reviewers(offices):
    assert reviewers_of(offices.city) == [offices.he]
    assert reviewers_of(offices.county) == [offices.he]
    assert reviewers_of(a_city_office("绵阳")) == [offices.gu]


def test_a_draft_is_sent_in_returned_sent_again_and_published(offices):
    event = offices.event(published=False)

    announce(event, offices.chen, AS_OF)
    of_event(event)[0].send_back(offices.he, LATER, "请补地点")
    returned = (event.state, event.returned_reason)
    announce(event, offices.chen, LATER)
    sent_again = (event.state, event.returned_reason)
    of_event(event)[0].agree(offices.he, LATER)
    db.session.commit()

    assert (returned, sent_again, event.state) == (("draft", "请补地点"), ("submitted", ""), "published")
    assert letters() == [
        ("events.decided", "chen@example.org", "退回修改：知识产权讲座"),
        ("events.decided", "chen@example.org", "已发布：知识产权讲座")]


def test_what_is_told_twice_is_done_once(offices):
    event = offices.event(published=False)

    for _ in range(2):
        event.submit(offices.chen, AS_OF)
    submitted = event.version
    for _ in range(2):
        event.return_(LATER, "请补地点")

    assert (submitted, event.version, event.state) == (2, 3, "draft")


def test_nobody_agrees_to_what_is_not_his(offices):
    event = offices.event(published=False)
    announce(event, offices.chen, AS_OF)
    [waiting] = of_event(event)
    of_county = a_person("Luo", Role.REVIEWER, offices.county)

    for person in (offices.chen, of_county):
        with pytest.raises(NotForYou, match="成都市市场监督管理局"):
            waiting.agree(person, LATER)

    assert event.state == "submitted"


def test_a_published_event_is_not_sent_in(offices):
    event = offices.event()

    with pytest.raises(WrongState):
        event.submit(offices.chen, AS_OF)


def test_each_reviewer_sees_what_is_his_and_a_reviewer_of_another_city_nothing(offices):
    other = a_person("Wang", Role.REVIEWER, a_city_office("绵阳"))
    of_county = a_person("Luo", Role.REVIEWER, offices.county)
    announce(offices.event(published=False), offices.chen, AS_OF)

    assert [len(waiting_for(reviewer(one))) for one in (offices.he, offices.gu, other, of_county)] == [1, 1, 0, 0]


def test_the_list_asks_as_often_for_three_as_for_one(offices, count_queries):
    actor = reviewer(offices.he)
    announce(offices.event(published=False), offices.chen, AS_OF)
    db.session.commit()
    db.session.expire_all()
    for_one = count_queries(lambda: [one.event.organization.name for one in waiting_for(actor)])
    for title in ("第二个", "第三个"):
        announce(offices.event(title, published=False), offices.chen, AS_OF)
    db.session.commit()
    db.session.expire_all()

    assert count_queries(lambda: [one.event.organization.name for one in waiting_for(actor)]) == for_one


def test_figures_of_who_may_not_publish_wait_and_count_when_confirmed(offices):
    event = offices.event(starts_at=AS_OF - timedelta(days=1))

    counts = count_heads(event, figures(offices.chen), offices.chen, AS_OF)
    waiting = (event.state, event.figures_confirmed_at, [one.what for one in of_event(event)])
    of_event(event)[0].agree(offices.he, LATER)

    assert (counts, waiting) == (False, ("held", None, ["figures"]))
    assert (event.figures_confirmed_at, of_event(event)) == (LATER, [])


def test_figures_sent_back_wait_no_more_until_entered_anew(offices):
    event = offices.event(starts_at=AS_OF - timedelta(days=1))
    count_heads(event, figures(offices.chen, 8000), offices.chen, AS_OF)

    of_event(event)[0].send_back(offices.he, LATER, "多了一个零")
    returned = (event.returned_reason, of_event(event))
    count_heads(event, figures(offices.chen, 800), offices.chen, LATER)

    assert returned == ("多了一个零", [])
    assert [(one.what, one.event.figures.attendances) for one in of_event(event)] == [("figures", 800)]


def test_an_event_entered_after_it_was_held_is_not_public_before_it_is_confirmed(offices):
    event = offices.event(starts_at=AS_OF - timedelta(days=1), published=False)

    count_heads(event, figures(offices.chen), offices.chen, AS_OF)
    waiting = (event.state, event.is_public)
    of_event(event)[0].agree(offices.he, LATER)

    assert waiting == ("submitted", False)
    assert (event.state, event.figures_confirmed_at, event.held_at) == ("held", LATER, LATER)


def test_an_administrator_rules_those_below_but_not_his_own_office(offices):
    ding = an_administrator(offices.city)

    with pytest.raises(RuleFromAbove, match="由上级单位定"):
        PublishingRule.lay_down(offices.city, kind="", level="", reviewer=Reviewer.SELF, by=ding, as_of=AS_OF)
    rule = PublishingRule.lay_down(
        offices.county, kind="visit", level="", reviewer=Reviewer.SELF, by=ding, as_of=AS_OF)

    assert (rule.reviewer, approvals_by_kind(offices.county)[EventKind.VISIT].reviewing) == ("self", None)


def test_nobody_loosens_what_an_office_above_demands(offices):
    a_rule(an_office(), Reviewer.ROOT, kind="training")
    ding = an_administrator(offices.city)

    with pytest.raises(RuleFromAbove, match="不能放宽"):
        PublishingRule.lay_down(
            offices.county, kind="training", level="", reviewer=Reviewer.PARENT, by=ding, as_of=AS_OF)


def test_a_rule_of_ones_own_is_lifted_and_the_one_above_holds_again(offices):
    a_rule(an_office(), Reviewer.ROOT)
    mine = a_rule(offices.county, Reviewer.ROOT, kind="visit")

    mine.lift(an_administrator(offices.city), AS_OF)
    db.session.flush()

    assert approvals_by_kind(offices.county)[EventKind.VISIT].reviewing == offices.city


def test_a_rule_laid_down_again_is_changed_not_doubled(offices):
    root, ding = an_office(), an_administrator(an_office())

    for word in (Reviewer.PARENT, Reviewer.ROOT):
        PublishingRule.lay_down(root, kind="visit", level="", reviewer=word, by=ding, as_of=AS_OF)

    assert [rule.reviewer for rule in db.session.scalars(PublishingRule.along(root))] == ["root"]


def test_the_whole_way_on_both_databases(either_app):
    offices = Offices()
    event = offices.event(published=False)
    announce(event, offices.chen, AS_OF)
    [new] = waiting_for(reviewer(offices.he))
    new.agree(offices.he, LATER)
    work = to_work_on(event, offices.chen)
    work.revise(LATER, title="换了名称", regions=[a_region("绵阳")])
    work.keep(offices.chen, LATER)
    db.session.commit()

    [change] = waiting_for(reviewer(offices.he))
    change.agree(offices.he, LATER)
    digest.post_daily(LATER)
    db.session.commit()

    assert (event.state, event.title, [one.name for one in event.regions]) == ("published", "换了名称", ["绵阳市"])
    assert [one[2] for one in letters()] == ["已发布：知识产权讲座", "改动已生效：换了名称"]

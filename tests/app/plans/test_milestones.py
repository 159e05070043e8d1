from datetime import date, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from app.accounts.models import Actor, Role
from app.audit.models import AuditRow
from app.db import db
from app.errors import NotThere
from app.plans.indicators import Measure
from app.plans.milestones import AlreadySet, Milestone, NotYet, Reached, Step
from app.reports.counting.tally import tally
from tests.app.plans.keeping import a_milestone
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, a_plan, a_task, an_office

TODAY = date(2026, 3, 2)


def audited():
    db.session.commit()
    return [row.what for row in db.session.scalars(select(AuditRow).where(
        AuditRow.subject_type == "Milestone").order_by(AuditRow.id))]


def titles(wanted):
    return [one.title for one in db.session.scalars(wanted)]


def test_a_milestone_is_reached_on_a_day_that_has_come_and_corrected(app):
    one = a_milestone()

    with pytest.raises(NotYet):
        one.reach(TODAY + timedelta(days=1), AS_OF)
    one.reach(TODAY, AS_OF, note="已报送")
    one.reach(TODAY, AS_OF, note="已报送")
    one.reach(TODAY - timedelta(days=1), AS_OF, note="已报送")

    assert (one.reached_on, one.version, audited()) == (date(2026, 3, 1), 3, ["founded", "reached", "reached"])


def test_what_was_not_reached_after_all_is_said_with_a_reason(app):
    one = a_milestone()
    one.reach(TODAY, AS_OF)

    one.unreach(AS_OF, "材料被退回")
    one.unreach(AS_OF, "材料被退回")

    assert (one.reached_on, audited()) == (None, ["founded", "reached", "unreached"])
    assert '"reason": "材料被退回"' in db.session.scalars(select(AuditRow.after).where(
        AuditRow.what == "unreached")).one()


def test_one_that_was_reached_is_not_taken_away(app):
    one = a_milestone()
    one.reach(TODAY, AS_OF)

    with pytest.raises(Reached):
        one.discard(AS_OF)
    one.unreach(AS_OF, "记错了")
    one.discard(AS_OF)
    one.discard(AS_OF)

    assert (titles(Milestone.of_task(one.task)), audited()[-1]) == ([], "removed")


def test_the_same_milestone_is_set_once(app):
    a_milestone()
    other = a_milestone("评审", step=Step.REVIEW)

    with pytest.raises(AlreadySet):
        a_milestone()
    with pytest.raises(AlreadySet):
        other.correct(AS_OF, title="申报")
    db.session.rollback()
    assert a_milestone(organization=a_city_office()).title == "申报"


def test_a_milestone_without_a_day_is_set_once_too(app):
    task = a_task("S3.1")
    Milestone.planned(task, an_office(), AS_OF, step=Step.PLAQUE)

    with pytest.raises(AlreadySet):
        Milestone.planned(task, an_office(), AS_OF, step=Step.PLAQUE)


def test_what_presses_is_late_or_due_within_a_fortnight(app):
    for title, days in (("过期", -1), ("今天", 0), ("两周", 14), ("十五天", 15)):
        a_milestone(title, due_on=TODAY + timedelta(days=days))
    Milestone.planned(a_task("S3.1"), an_office(), AS_OF, step=Step.OTHER, title="没有日期")
    a_milestone("完成了", due_on=TODAY - timedelta(days=9)).reach(TODAY, AS_OF)
    actor = Actor.of(a_person("Lei", Role.LEADER, an_office()), frozenset(Role))

    found = db.session.scalars(Milestone.pressing(actor, AS_OF)).all()

    assert [(one.title, one.is_late(TODAY), one.is_soon(TODAY)) for one in found] == [
        ("过期", True, False), ("今天", False, True), ("两周", False, True)]


def test_a_county_sees_the_milestones_of_the_offices_above_but_none_beside(app):
    for name, office in (("省", an_office()), ("成都", a_city_office()), ("绵阳", a_city_office("绵阳"))):
        a_milestone(name, organization=office)
    county = an_office("锦江区市场监督管理局", "锦江区", parent=a_city_office())
    actor = Actor.of(a_person("Lei", Role.LEADER, county), frozenset(Role))

    assert (titles(Milestone.seen_by(actor)), titles(Milestone.scoped(actor))) == (["省", "成都"], [])


def test_a_reached_milestone_adds_one_to_its_indicator(app):
    task = a_task("S3.1")
    [indicator] = task.indicators
    indicator.measure = Measure.MILESTONES.value
    one = a_milestone("批复", step=Step.APPROVAL, indicator=indicator)
    before = tally(a_plan(), AS_OF).of(indicator).done

    one.reach(TODAY, AS_OF)
    db.session.flush()

    assert (before, tally(a_plan(), AS_OF).of(indicator).done) == (0, 1)


def test_milestones_stand_in_the_order_of_their_days_those_without_one_last(either_app):
    task = a_task("S3.1")
    for title, due_on in (("乙", date(2026, 5, 1)), ("丙", None), ("甲", date(2026, 4, 1))):
        Milestone.planned(task, an_office(), AS_OF, step=Step.OTHER, title=title, due_on=due_on)

    assert titles(Milestone.of_task(task)) == ["甲", "乙", "丙"]


def test_a_file_that_is_not_there_cannot_be_dropped(app):
    with pytest.raises(NotThere):
        a_milestone().drop_file("nothing", AS_OF)


def test_a_milestone_is_called_the_same_whatever_language_its_planner_speaks(app):
    with force_locale("en"):
        one = Milestone.planned(a_task("S3.1"), an_office(), AS_OF, step=Step.APPROVAL)
        spoken = Step.APPROVAL.label

    assert (one.title, spoken) == ("批复", "Approval")


@pytest.mark.parametrize(("due_on", "reached_on", "days"), [
    (date(2026, 3, 1), date(2026, 3, 1), 0), (date(2026, 3, 1), date(2026, 2, 1), 0),
    (date(2026, 3, 1), date(2026, 3, 13), 12), (None, date(2026, 3, 13), 0), (date(2026, 3, 1), None, 0)])
def test_one_reached_after_its_date_is_late_by_so_many_days(app, due_on, reached_on, days):
    assert Milestone(due_on=due_on, reached_on=reached_on).days_late == days

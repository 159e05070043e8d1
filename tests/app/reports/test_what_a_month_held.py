"""What a return tells of: its office's events, and those of whoever files none."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.db import db
from app.plans.milestones import Milestone
from app.plans.registers import Register, RegisterEntry
from app.reports.returns.figures import MonthFigures, corrections, in_order
from tests.app.reports.filing import APRIL_2, MARCH, Offices, held, now_of
from tests.conftest import AS_OF
from tests.factories import a_region, a_task, an_event, an_office, figures


@pytest.fixture
def offices(app) -> Offices:
    return Offices()


def titles(rows):
    return [one.title for one in rows]


def test_an_office_tells_of_its_own_events_and_of_its_units_but_not_of_a_county_that_files(offices):
    unit = an_office("成都知识产权服务站", "成都", parent=offices.city, kind="unit")
    held(offices.city, offices.he, "市局讲座", day=10)
    held(unit, offices.he, "服务站讲座", day=11)
    held(offices.county, offices.chen, "区局讲座", day=12)

    assert titles(now_of(offices.city).held) == ["市局讲座", "服务站讲座"]
    assert titles(now_of(offices.county).held) == ["区局讲座"]
    assert titles(now_of(offices.province).held) == []


def test_a_closed_office_is_told_by_the_one_above(offices):
    held(offices.pidu, offices.he, "郫都讲座")
    offices.pidu.close(APRIL_2)
    db.session.commit()

    assert titles(now_of(offices.city).held) == ["郫都讲座"]


def test_an_event_belongs_to_the_month_in_which_it_begins_by_the_offices_clocks(offices):
    for hour, title in ((15, "三月最后一刻"), (16, "四月第一刻")):
        event = an_event(title, organization=offices.county, starts_at=datetime(2026, 3, 31, hour, 59, tzinfo=UTC))
        event.record_figures(figures(offices.chen), APRIL_2, confirmed=True)
    db.session.commit()

    assert titles(now_of(offices.county).held) == ["三月最后一刻"]


def test_heads_are_summed_and_who_came_once_counts_as_often_as_he_came(offices):
    held(offices.county, offices.chen, attendances=80)
    held(offices.county, offices.chen, day=11, attendances=120, people=50)

    totals = now_of(offices.county).totals

    assert (totals.events, totals.attendances, totals.people, totals.materials) == (2, 200, 130, 0)


def test_what_has_no_figures_yet_and_what_waits_for_a_reviewer_stand_apart(offices):
    at = datetime(2026, 3, 12, 2, tzinfo=UTC)
    an_event("没有人数", organization=offices.county, starts_at=at)
    waits = an_event("等确认", organization=offices.county, starts_at=at)
    waits.record_figures(figures(offices.chen), APRIL_2, confirmed=False)
    an_event("草稿", organization=offices.county, starts_at=at, published=False)
    an_event("取消的", organization=offices.county, starts_at=at).cancel(AS_OF)
    db.session.commit()

    found = now_of(offices.county)

    assert (titles(found.missing), titles(found.unconfirmed), titles(found.held)) == (["没有人数"], ["等确认"], [])


def test_what_is_still_to_come_in_the_month_is_not_missing(offices):
    an_event(organization=offices.county, starts_at=datetime(2026, 3, 20, 2, tzinfo=UTC))
    db.session.commit()

    assert titles(now_of(offices.county, as_of=datetime(2026, 3, 19, 2, tzinfo=UTC)).missing) == []


def test_an_event_of_another_office_that_names_our_region_beside_others_is_joint(offices):
    both = [offices.county.region, offices.wuhou.region]
    held(offices.wuhou, offices.he, "两区合办", regions=both)
    held(offices.wuhou, offices.he, "只在锦江区办", regions=[offices.county.region])
    held(offices.city, offices.he, "面向全市", regions=[a_region("成都")])

    ours, theirs = now_of(offices.county), now_of(offices.wuhou)

    assert (titles(ours.held), titles(ours.joint)) == ([], ["两区合办"])
    assert (titles(theirs.held), titles(theirs.joint)) == (["两区合办", "只在锦江区办"], [])


def test_nobody_is_the_partner_of_the_whole_province(offices):
    held(offices.city, offices.he, regions=[a_region("四川"), a_region("成都")])

    assert titles(now_of(offices.province).joint) == []


def test_register_changes_and_milestones_of_the_month_are_listed(offices):
    schools = Register(organization=offices.province, name="示范学校名录")
    experts = Register(organization=offices.province, name="讲师名录", is_personal=True)
    made = {"organization": offices.county, "region": offices.county.region, "created_at": AS_OF, "revised_at": AS_OF}
    db.session.add_all([
        RegisterEntry(register=schools, name="盐道街小学", standing="approved", applied_on=date(2026, 2, 27),
                      approved_on=date(2026, 3, 31), **made),
        RegisterEntry(register=schools, name="四月的学校", standing="approved", approved_on=date(2026, 4, 1), **made),
        RegisterEntry(register=experts, name="某老师", standing="applied", applied_on=date(2026, 3, 1), **made),
        Milestone(task=a_task("S1.3"), organization=offices.county, title="公示名单", due_on=date(2026, 4, 1),
                  reached_on=date(2026, 3, 30), created_at=AS_OF, revised_at=AS_OF)])
    db.session.commit()

    found = now_of(offices.county)

    assert [(one.title, one.on, one.what) for one in found.register] == [
        ("示范学校名录：盐道街小学", "2026-03-31", "approved"), ("讲师名录：某*", "2026-03-01", "applied")]
    assert [(one.title, one.on, one.what) for one in found.milestones] == [("公示名单", "2026-03-30", "S1.3")]


def test_figures_written_as_json_and_read_again_are_the_same(offices):
    held(offices.county, offices.chen, tasks=[a_task("I2.1"), a_task("E1.2")], people=70)
    held(offices.wuhou, offices.he, "两区合办", regions=[offices.county.region, offices.wuhou.region])
    found = now_of(offices.county)

    again = MonthFigures.of_json(found.as_json())

    assert (again, again.digest) == (found, found.digest)


def test_the_counts_stand_beside_the_lists(offices):
    held(offices.county, offices.chen, tasks=[a_task("I2.1"), a_task("E1.2")])
    held(offices.county, offices.chen, day=11, tasks=[a_task("I2.1")], attendances=20)

    counts = now_of(offices.county).as_json()["counts"]

    assert counts["totals"]["attendances"] == 100
    assert [(code, heads["events"], heads["attendances"]) for _id, code, heads in counts["by_task"]] == [
        ("E1.2", 1, 80), ("I2.1", 2, 100)]
    assert [(kind, heads["events"]) for kind, heads in counts["by_kind"]] == [("lecture", 2)]
    assert counts["regions"] == ["510104"]


def test_tasks_stand_in_the_plans_order():
    assert sorted(["N1.1", "I2.10", "I2.9", "E1.1", "S1.1"], key=in_order) == [
        "E1.1", "I2.9", "I2.10", "S1.1", "N1.1"]


def test_a_corrected_a_new_and_a_lost_event_differ_from_what_was_filed(offices):
    kept, lost = held(offices.county, offices.chen), held(offices.county, offices.chen, "挪到四月", day=11)
    then = now_of(offices.county)
    kept.record_figures(figures(offices.chen, 95), APRIL_2, confirmed=True)
    lost.starts_at, lost.ends_at = lost.starts_at + timedelta(days=30), lost.ends_at + timedelta(days=30)
    held(offices.county, offices.chen, "补登", day=12)

    found = corrections(then.all, now_of(offices.county).all)

    assert [(one.title, one.changed, one.before is None, one.after is None) for one in found] == [
        ("知识产权讲座", [("attendances", 80, 95)], False, False), ("挪到四月", [], False, True),
        ("补登", [], True, False)]


def test_a_month_is_gathered_in_the_same_number_of_queries_however_much_was_held(offices, count_queries):
    both = [offices.county.region, offices.wuhou.region]
    held(offices.county, offices.chen, tasks=[a_task()])
    held(offices.wuhou, offices.he, regions=both)
    db.session.expire_all()
    few = count_queries(lambda: now_of(offices.county))
    for day in range(11, 16):
        held(offices.county, offices.chen, f"第{day}场", day=day, tasks=[a_task("E1.2"), a_task()])
        held(offices.wuhou, offices.he, f"合办第{day}场", day=day, regions=both)
    db.session.expire_all()

    assert count_queries(lambda: now_of(offices.county)) == few


def test_march_is_named_and_bounded():
    assert (MARCH.word, MARCH.last, MARCH.next.word, MARCH.previous.word) == (
        "2026-03", date(2026, 3, 31), "2026-04", "2026-02")

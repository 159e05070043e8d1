from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from app import create_app, demonstration
from app.accounts.installation import Installation
from app.accounts.models import Actor, Person, Role
from app.accounts.places import Organization, Region
from app.audit.models import AuditRow
from app.audit.views.words import FIELDS, HIDDEN
from app.db import db
from app.demonstration.loading import NotEmpty
from app.demonstration.places import ROOT
from app.demonstration.scripts import ZONE, Script
from app.events.approval import PublishingRule
from app.events.models import Event, EventRegion
from app.events.reviewing import waiting_for
from app.events.span import Span
from app.events.submitting import Comment
from app.files import StoredFile
from app.outbox.models import Attempt, Delivery
from app.outbox.transport import KEPT
from app.plans.milestones import Milestone
from app.plans.models import Plan
from app.plans.outside import OutsideFigure
from app.plans.programmes import Programme
from app.plans.registers import Register, RegisterEntry
from app.reminders.models import Occurrence
from app.reminders.rules import ReminderRule
from app.reports.counting.programmes import programme_tally
from app.reports.counting.tally import tally
from app.reports.outlook.lights import lights
from app.reports.returns.monthly import MonthlyReturn
from app.reports.slips.slip import SupervisionSlip
from app.signup.models import Enrolment
from app.signup.queries import seats_taken
from app.workdays.models import SchoolTerm
from tests.conftest import settings

NOVEMBER = datetime(2026, 11, 23, 4, tzinfo=UTC)
MARCH = datetime(2027, 3, 9, 4, tzinfo=UTC)
NEW_YEAR = datetime(2027, 1, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory, empty_database):
    folder = tmp_path_factory.mktemp("demonstration")
    shutil.copy(empty_database, folder / "wujin.db")
    app = create_app(**settings(folder))
    with app.app_context():
        demonstration.load(NOVEMBER)
        db.session.remove()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def demonstrated(loaded):
    """Loaded once for all tests that only read."""
    yield loaded
    db.session.rollback()


def top(*conditions):
    return select(Event.title).where(Event.part.is_(None), *conditions).order_by(Event.starts_at)


def test_the_demonstration_marks_itself_and_its_people(demonstrated):
    people = demonstration.people()

    assert [one.name for one in people] == [
        "演示组织员", "演示负责人", "演示管理员", "演示审核员（成都）", "演示组织员（郫都区）"]
    assert db.session.scalars(select(Installation.is_demonstration)).all() == [True]
    assert [one.name for one in db.session.scalars(select(Person))
            if "演示" not in one.name or not re.fullmatch(r"demo-[a-z-]+@example\.org", one.email)] == []
    assert [one.name for one in db.session.scalars(select(Enrolment)) if "演示" not in one.name] == []
    assert {one.rpartition("@")[2] for one in db.session.scalars(select(Enrolment.contact))} == {"example.org"}


def test_it_holds_the_plan_as_published_and_the_running_years_made_from_it(demonstrated):
    plans = db.session.scalars(Plan.adopted()).all()

    assert [(plan.year, plan.source_year, len(list(plan.tasks))) for plan in plans] == [
        (2026, 2023, 37), (2023, None, 37)]
    assert [task.code for plan in plans for task in plan.tasks if not task.title_en] == []
    assert [one.code for plan in plans for one in plan.categories if not one.name_en] == []


def test_its_offices_are_the_provinces_eight_departments_and_every_city(demonstrated):
    kinds = dict(db.session.execute(
        select(Region.level + " " + Organization.kind, func.count()).join(Organization.region)
        .group_by(Region.level, Organization.kind)).all())

    assert kinds == {"province office": 1, "province department": 8, "city office": 21, "county office": 7}


def test_there_is_something_in_each_of_the_21_cities_and_of_each_kind(demonstrated):
    cities = {code for code in db.session.scalars(select(EventRegion.region_code)) if code[4:] == "00"}
    kinds = set(db.session.scalars(select(Event.kind)))

    assert len(cities - {"510000"}) == 21
    assert len(kinds) == 8


def test_every_state_can_be_seen(demonstrated):
    count = dict(db.session.execute(
        select(Event.state, func.count()).where(Event.part.is_(None)).group_by(Event.state)).all())

    assert sorted(count) == ["cancelled", "closed", "draft", "held", "postponed", "published", "submitted"]
    assert sum(count.values()) == 66
    assert db.session.scalars(top(Event.state == "held", Event.figures_confirmed_at.is_(None))).all() == [
        "“星空讲坛”：数据知识产权登记入门"]
    assert db.session.scalars(top(Event.state == "published", Event.ends_at < NOVEMBER)).all() == [
        "“星空讲坛”：专利权质押融资怎样办"]


def test_what_is_done_counts_for_its_task(demonstrated):
    plan = db.session.scalars(Plan.of_year(2026)).one()
    counted = tally(plan, NOVEMBER)
    by_code = {task.code: counted.task(task.id) for task in plan.tasks}

    assert (by_code["I2.1"].done, by_code["I2.1"].coming, by_code["I2.1"].attendances) == (1, 1, 210)
    assert (by_code["I2.2"].done, by_code["I2.2"].coming) == (1, 0)


def test_lights_show_in_every_colour_and_the_registers_are_behind_them(demonstrated):
    plan = db.session.scalars(Plan.of_year(2026)).one()
    found = lights(plan, NOVEMBER)
    stand = {task.code: found[task.id].light for task in plan.tasks}
    teachers, schools = (db.session.scalars(select(RegisterEntry).join(RegisterEntry.register).where(
        Register.name == name)).all() for name in ("涉外培训教育师资", "试点示范学校"))

    assert Counter(stand.values()) == {"met": 11, "blue": 5, "yellow": 5, "red": 2, "grey": 14}
    assert [stand[code] for code in ("S1.3", "N2.4", "E3.1", "S2.2")] == ["met", "grey", "yellow", "red"]
    assert (len(teachers), len(schools), {one.region_code[:4] for one in schools if one.region_code[4:] == "00"}) == (
        62, 28, {one.code[:4] for one in db.session.scalars(Region.cities())})
    assert [one.name for one in db.session.scalars(select(RegisterEntry)) if "演示" not in one.name] == []


def test_programmes_group_events_and_a_number_from_elsewhere_is_there_for_each_month(demonstrated):
    figures = programme_tally(2026)
    by_name = {one.name: figures.get(one.id) for one in db.session.scalars(select(Programme))}
    months = db.session.scalars(select(OutsideFigure.amount).order_by(OutsideFigure.month)).all()

    assert [(by_name[name].done, len(by_name[name].cities)) for name in ("星空讲坛", "知识产权宣传周")] == [
        (5, 5), (18, 14)]
    assert (len(months), months == sorted(months), months[-1]) == (10, True, 271_400)


def test_of_the_milestones_some_were_reached_and_two_are_late(demonstrated):
    found = db.session.scalars(select(Milestone)).all()

    assert (len(found), [one.title for one in found if one.is_late(NOVEMBER.date())]) == (
        12, ["职称评审", "科技计划项目知识产权全周期管理办法征求意见"])
    assert [one.title for one in found if one.reached_on and "演示" not in one.note] == []


def test_three_small_papers_are_evidence_and_say_that_they_are_made_up(demonstrated):
    papers = sorted(db.session.scalars(select(StoredFile).where(StoredFile.type == "application/pdf")),
                    key=lambda one: one.name)

    assert [one.name for one in papers] == [
        "普及教育课程指引（演示）.pdf", "省级培训基地认定批复（演示）.pdf", "职称申报材料清单（演示）.pdf"]
    for one in papers:
        data = one.path.read_bytes()
        table = int(data.split(b"startxref\n")[1].split()[0])
        says = "演示材料，不是真实文件".encode("utf-16-be").hex().encode() in data
        assert (data[:5], data[table:table + 4], says) == (b"%PDF-", b"xref", True)


def test_one_class_is_full_and_one_lecture_nearly(demonstrated):
    events = {event.title: event for event in db.session.scalars(select(Event).where(Event.capacity.is_not(None)))}
    seats = seats_taken(event.id for event in events.values())
    left = {title: event.capacity - seats.get(event.id, 0) for title, event in events.items()}

    assert (left["企业国际化人才知识产权能力班"], left["“星空讲坛”：专利侵权风险排查"]) == (0, 3)
    assert min(left.values()) == 0


def test_a_campaign_is_over_and_another_begins_within_thirty_days(demonstrated):
    campaigns = db.session.scalars(select(Event).where(Event.slug.is_not(None)).order_by(Event.starts_at)).all()

    assert [(one.slug, one.state, len(one.parts)) for one in campaigns] == [
        ("ip-week-2026", "closed", 18), ("tianfu-landmarks-2026", "published", 9)]
    assert 0 < (campaigns[1].starts_at - NOVEMBER).days < 30


def test_every_role_has_somebody_and_one_of_them_never_came_and_one_has_gone(demonstrated):
    people = db.session.scalars(select(Person)).all()

    assert {grant.role for one in people for grant in one.grants} == {role.value for role in Role}
    assert [one.name for one in people if one.active and not one.last_signed_in_at] == ["演示组织员（乐至县）"]
    assert [one.name for one in people if not one.active] == ["演示前组织员（郫都区）"]


def test_counties_submit_to_their_city_and_classes_go_to_the_province(demonstrated):
    rules = db.session.scalars(select(PublishingRule).order_by(PublishingRule.id)).all()

    assert [(one.organization.name, one.level, one.kind, one.reviewer) for one in rules] == [
        (ROOT, "county", "", "parent"), (ROOT, "", "training", "root")]


@pytest.mark.parametrize(("email", "waiting"), [
    ("demo-chengdu-reviewer@example.org", [
        ("event", "双流区企业商标注册实务讲座"), ("event", "郫都区知识产权进校园：豆瓣酱里的地理标志"),
        ("change", "郫都实践基地开放日")]),
    ("demo-reviewer@example.org", [
        ("figures", "“星空讲坛”：数据知识产权登记入门"), ("event", "双流区企业商标注册实务讲座"),
        ("event", "成都市知识产权行政执法业务培训班"), ("event", "郫都区知识产权进校园：豆瓣酱里的地理标志"),
        ("change", "郫都实践基地开放日")])])
def test_reviewers_find_something_that_waits_for_them(demonstrated, email, waiting):
    reviewer = db.session.scalars(Person.with_email(email)).one()

    found = waiting_for(Actor.of(reviewer, frozenset({Role.REVIEWER})))

    assert [(one.what, one.event.title) for one in found] == waiting


def test_one_event_was_returned_and_both_sides_spoke_of_others(demonstrated):
    returned = db.session.scalars(select(Event).where(Event.returned_reason != "")).one()
    talk = db.session.execute(select(Event.title, func.count()).join(Comment, Comment.event_id == Event.id)
                              .group_by(Event.title).order_by(Event.title)).all()

    assert (returned.title, returned.state) == ("郫都区公益讲座：直播带货里的知识产权", "draft")
    assert [tuple(row) for row in talk] == [
        ("郫都区公益讲座：直播带货里的知识产权", 2), ("郫都区知识产权进校园：豆瓣酱里的地理标志", 2),
        ("郫都实践基地开放日", 2)]


def test_the_audit_tells_who_of_the_staff_did_it(demonstrated):
    names = {f"person:{one.id}": one.name for one in db.session.scalars(select(Person))}
    actors = set(db.session.scalars(select(AuditRow.actor).where(AuditRow.subject_type == "Event")))
    decided = {names[row.actor] for row in db.session.scalars(
        select(AuditRow).where(AuditRow.what.in_(("returned", "figures_confirmed"))))}

    assert actors - set(names) == set()
    assert decided == {"演示审核员", "演示审核员（成都）"}


def test_nothing_was_done_after_today(demonstrated):
    moments = [moment for event in db.session.scalars(select(Event)) for moment in
               (event.created_at, event.revised_at, event.published_at, event.held_at, event.closed_at) if moment]
    moments += db.session.scalars(select(Enrolment.enrolled_at)).all()
    moments += db.session.scalars(select(AuditRow.at)).all()

    assert max(moments) <= NOVEMBER


def test_a_second_load_is_refused_and_changes_nothing(demonstrated):
    before = db.session.scalar(select(func.count()).select_from(Event))

    with pytest.raises(NotEmpty):
        demonstration.load(NOVEMBER)

    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Event)) == before


@pytest.mark.parametrize("as_of", [NEW_YEAR, MARCH], ids=["new year", "march"])
def test_it_loads_on_any_day_and_the_board_has_something_to_come(app, as_of):
    demonstration.load(as_of)
    db.session.remove()

    coming = db.session.scalars(top(Event.state == "published", Event.starts_at > as_of)).all()
    done = db.session.scalars(top(Event.state.in_(("held", "closed")))).all()

    assert (len(coming) >= 18, len(done) >= 3) == (True, True)


def test_letters_of_the_loading_stay_in_the_outbox(demonstrated):
    states = db.session.execute(select(Delivery.letter, Delivery.state, Delivery.reason, func.count()).group_by(
        Delivery.letter, Delivery.state, Delivery.reason)).all()
    people = db.session.scalar(select(func.count()).select_from(Enrolment))

    assert [tuple(row) for row in states] == [
        # Published after review: a class, and the open day; returned: one.
        ("events.decided", "accepted", KEPT, 3),
        # Events whose figures were entered later than at nine on the next working day, and milestones.
        ("events.figures_due", "accepted", KEPT, 11), ("plans.milestone_due", "accepted", KEPT, 2),
        # A day and an hour before four sessions and one lecture; a day before tomorrow's workshop.
        ("reminders.reminder", "accepted", KEPT, 2 * (4 * 5 + 9) + 10),
        # Sent back to one office, and two offices supervised.
        ("reports.return_returned", "accepted", KEPT, 1), ("reports.slip", "accepted", KEPT, 2),
        ("signup.cancelled", "accepted", KEPT, 6),
        ("signup.changed", "accepted", KEPT, 12 + 4), ("signup.confirmation", "accepted", KEPT, people)]
    assert {one.rpartition("@")[2] for one in db.session.scalars(select(Delivery.address))} == {"example.org"}


def test_each_letter_of_the_past_has_the_one_try_that_kept_it(demonstrated):
    gone = select(Delivery.id, Delivery.sent_at).where(Delivery.state == "accepted").order_by(Delivery.id)
    tries = select(Attempt.delivery_id, Attempt.at).where(Attempt.answer == KEPT).order_by(Attempt.delivery_id)

    assert db.session.execute(tries).all() == db.session.execute(gone).all()


def test_its_schools_have_terms_and_its_staff_rules(demonstrated):
    assert db.session.execute(select(SchoolTerm.kind, func.count()).group_by(SchoolTerm.kind).order_by(
        SchoolTerm.kind)).all() == [("exams", 2), ("term", 2), ("vacation", 1)]
    assert db.session.scalars(select(ReminderRule.anchor).where(ReminderRule.organization_id.is_not(None)).order_by(
        ReminderRule.id)).all() == ["figures_due", "milestone_due", "task_due"]


def test_returns_stand_in_every_state_and_a_slip_is_open_and_one_closed_by_its_fact(demonstrated):
    last = db.session.execute(select(Organization.name, MonthlyReturn.state).join(MonthlyReturn.organization).where(
        MonthlyReturn.month == date(2026, 10, 1))).all()
    sent = db.session.execute(select(Organization.name, SupervisionSlip.state, SupervisionSlip.closing_fact).join(
        SupervisionSlip.organization).where(SupervisionSlip.sent_at.is_not(None)).order_by(SupervisionSlip.id)).all()

    assert sorted({state for _name, state in last}) == ["approved", "returned", "submitted"]
    assert [tuple(row) for row in sent] == [
        ("资阳市乐至县市场监督管理局", "sent", ""), ("成都市郫都区市场监督管理局", "closed", "月报已于11月2日报出。")]


def test_reminders_of_the_past_rang_at_their_hour_and_those_to_come_wait(demonstrated):
    of_state = dict(db.session.execute(select(Occurrence.state, func.count()).group_by(Occurrence.state)).all())

    assert sorted(of_state) == ["cancelled", "done", "expanded", "open"]
    assert db.session.scalar(select(func.min(Occurrence.due_at)).where(Occurrence.state == "open")) > NOVEMBER


def test_a_working_day_is_never_a_weekend_and_a_past_one_moves_back():
    saturday = datetime(2026, 11, 28, 4, tzinfo=UTC).date()
    coming = Script(title="a", when="+0 09:00", hours=2).span(saturday)
    past = Script(title="b", when="-0 09:00", hours=2).span(saturday)
    monday = Script(title="c", when="11-24", days=3, from_monday=True).span(saturday)

    assert (coming.starts_on.isoformat(), past.starts_on.isoformat()) == ("2026-11-30", "2026-11-27")
    assert monday == Span.of_days(monday.starts_on, monday.ends_on, ZONE)
    assert (monday.starts_on.isoformat(), monday.ends_on.isoformat()) == ("2026-11-30", "2026-12-02")


def test_a_date_nobody_can_read_names_its_event():
    with pytest.raises(ValueError, match="谁也读不懂: “sometime” is no date of a script"):
        Script(title="谁也读不懂", when="sometime").span(NOVEMBER.date())


def test_every_field_of_its_audit_has_a_word(loaded):
    regions = set(db.session.scalars(select(Region.code)))
    rows = db.session.execute(select(AuditRow.before, AuditRow.after)).all()
    fields = {field for row in rows for side in row for field in json.loads(side)}

    assert (len(fields) > 40, sorted(fields - set(FIELDS) - HIDDEN - regions)) == (True, [])

"""The planner's pages: a task's words, its numbers, and how a number is split by quarters and among regions."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.audit.models import AuditRow
from app.db import db
from app.plans.indicators import Indicator
from app.plans.models import Task
from tests.app.events.filling import kept, mistakes
from tests.app.plans.keeping import a_milestone, a_register
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, a_plan, a_task, an_office, chen, wang

TASKS, TARGETS = "/console/plan/tasks", "/console/plan/indicators"


@pytest.fixture
def planning(app, signed_in):
    a_plan()
    return signed_in(a_person("Ping", Role.PLANNER, an_office()))


def the_task(of="S1.1", **changes):
    """The form as it was opened."""
    task = a_task(of)
    return {"version": str(task.version), "code": task.code, "category": str(task.category_id),
            "title": task.title, "official_wording": "\n".join(task.clauses), "delivered_by": task.delivered_by,
            "lead_organization": "", "event_kind": ""} | changes


def the_target(**changes):
    return {"wording": "30所左右", "comparison": "about", "minimum": "30", "unit": "所", "counting": "things",
            "per": "total", "period": "year", "basis": "working", "measure": "events", "then": "save"} | changes


def a_target(code="S1.2", **words):
    """Its own one, so that the sample's numbers do not matter."""
    made = Indicator.asked_of(a_task(code), AS_OF, **{
        "wording": "30所", "comparison": "exact", "minimum": 30, "maximum": 30, "unit": "所", "counting": "things",
        "per": "total", "period": "year", "basis": "stated", "measure": "register"} | words)
    db.session.flush()
    return made


def edit(code, more="edit"):
    return f"{TASKS}/{code}/{more}?year=2026"


def audited(what):
    return [row.after for row in db.session.scalars(select(AuditRow).where(AuditRow.what == what))]


def selected(page, name):
    box = re.search(rf'<select[^>]*name="{name}".*?</select>', page.text, re.DOTALL)
    return re.search(r'<option selected value="([^"]*)"', box[0])[1]


# ---------------------------------------------------------------- the task


def test_the_page_of_a_task_leads_its_planner_to_the_editing(planning, signed_in):
    pages = [who.get(f"{TASKS}/S1.1?year=2026").text for who in (planning, signed_in(chen(a_city_office())))]

    assert ["改任务和指标" in page for page in pages] == [True, False]


def test_a_planner_says_a_task_anew(planning):
    lead = a_city_office()

    answer = planning.post(edit("S1.1"), data=the_task(
        title="示范学校", official_wording="一、建示范学校\n二、评示范学校", lead_organization=str(lead.id),
        target_wording="30所左右", audience="中小学", programmes="星空讲坛、蜀光讲坛",
        due_on="2026-11-30", supporting="教育厅"))

    task = a_task("S1.1")
    assert answer.status_code == 302
    assert (task.title, task.clauses, task.lead_organization_id, task.target_wording, task.audience, task.programmes,
            str(task.due_on), task.supporting, task.wording_year) == (
        "示范学校", ["一、建示范学校", "二、评示范学校"], lead.id, "30所左右", "中小学", ["星空讲坛", "蜀光讲坛"],
        "2026-11-30", "教育厅", 2026)
    assert len(audited("renamed")) == 1


def test_a_task_without_a_name_comes_back_with_what_was_typed(planning):
    answer = planning.post(edit("S1.1"), data=the_task(title="", supporting="教育厅"))

    assert (answer.status_code, mistakes(answer.text), kept(answer.text, "supporting")) == (
        422, ["任务：请填任务。"], "教育厅")


def test_a_planner_moves_a_task_to_another_number_and_category_and_the_audit_keeps_both(planning):
    task, other = a_task("S1.1"), a_task("C1.1").category
    answer = planning.post(edit("S1.1"), data=the_task(code="ｃ9.9", category=str(other.id)))

    db.session.expire_all()
    assert (answer.status_code, task.code, task.category_id) == (302, "C9.9", other.id)
    assert "/tasks/C9.9/edit" in answer.location
    assert ['"code": "C9.9"' in after and f'"category": "{other.code} {other.name}"' in after
            for after in audited("renamed")] == [True]


@pytest.mark.parametrize(("changes", "mistake"), [
    ({"code": "S1.2"}, "编号：编号 S1.2 已经是“"), ({"code": ""}, "编号：请填编号。"),
    ({"code": "五/1"}, "编号：编号只能用字母、数字、点和横线，最多 12 个字。"), ({"category": "0"}, "类别：")])
def test_a_number_that_is_taken_or_none_comes_back(planning, changes, mistake):
    answer = planning.post(edit("S1.1"), data=the_task(**changes))

    assert (answer.status_code, [one.startswith(mistake) for one in mistakes(answer.text)]) == (422, [True])
    db.session.expire_all()
    assert a_task("S1.1").code == "S1.1"


def test_the_number_of_a_task_that_left_the_table_stays_its_own(planning):
    a_task("S1.2").withdraw(AS_OF)
    db.session.commit()

    answer = planning.post(edit("S1.1"), data=the_task(code="S1.2"))

    assert (answer.status_code, len(mistakes(answer.text))) == (422, 1)


def test_a_number_of_a_register_says_of_which(planning):
    answer = planning.post(edit("S1.2", "targets/new"), data=the_target(measure="register"))

    assert (answer.status_code, mistakes(answer.text)) == (
        422, ["台账：按台账登记计的，要选是哪一本台账；还没有的，先在“台账登记”里建。"])


def test_a_task_that_somebody_changed_meanwhile_is_not_overwritten(planning):
    form = the_task(supporting="教育厅")
    a_task("S1.1").revise(AS_OF, in_charge="张三")

    refused = planning.post(edit("S1.1"), data=form)
    between = a_task("S1.1").supporting
    again = planning.post(edit("S1.1"), data=form | {"version": kept(refused.text, "version")})

    assert (refused.status_code, kept(refused.text, "supporting"), between) == (409, "教育厅", "")
    assert (again.status_code, a_task("S1.1").supporting) == (302, "教育厅")


# ---------------------------------------------------------------- its numbers


def test_what_the_words_state_is_proposed_and_a_person_confirms_it(planning):
    a_task("S1.2").revise(AS_OF, official_wording="建设培训基地5个|举办若干活动", target_wording="约30所")

    page = planning.get(edit("S1.2"))
    offered = re.findall(r'name="wording" value="([^"]+)"', page.text)
    answer = planning.post(edit("S1.2", "targets"), data={"wording": "约30所"})

    made = [(one.wording, one.comparison, one.minimum, one.basis, one.is_confirmed)
            for one in a_task("S1.2").indicators]
    assert offered[0] == "约30所"
    assert (answer.status_code, made) == (302, [("约30所", "about", 30, "stated", True)])
    assert re.findall(r'name="wording" value="([^"]+)"', planning.get(edit("S1.2")).text) == offered[1:]
    assert len(audited("target_added")) == 1


def test_nothing_chosen_of_what_is_proposed_is_told(planning):
    answer = planning.post(edit("S1.2", "targets"), data={"wording": "没有这样的话"})

    assert (answer.status_code, mistakes(answer.text)) == (422, ["没有选要加的目标，或者任务的文字已经变了。"])


def test_a_planner_adds_a_number_of_a_register(planning):
    register = a_register("示范学校", unit="所")

    answer = planning.post(edit("S1.2", "targets/new"), data=the_target(
        measure="register", register=str(register.id)))

    [made] = a_task("S1.2").indicators
    assert answer.status_code == 302
    assert (made.minimum, made.maximum, made.unit, made.basis, made.register_id, made.is_confirmed) == (
        30, 30, "所", "working", register.id, True)


def test_the_words_fill_in_the_numbers_when_asked_and_nothing_is_kept_yet(planning):
    page = planning.post(edit("S1.2", "targets/new"), data=the_target(
        wording="每市（州）至少2场", minimum="", then="read"))
    unread = planning.post(edit("S1.2", "targets/new"), data=the_target(wording="若干场", then="read"))

    assert page.status_code == 200
    assert [selected(page, name) for name in ("comparison", "per", "measure")] == ["at_least", "city", "events"]
    assert (kept(page.text, "minimum"), kept(page.text, "unit")) == ("2", "场")
    assert (unread.status_code, "读不出一个确定的数" in unread.text) == (422, True)
    assert a_task("S1.2").indicators == []


@pytest.mark.parametrize(("changes", "mistake"), [
    ({"minimum": "三十"}, "目标数：请填整数。"), ({"minimum": ""}, "目标数：请填目标数。"),
    ({"minimum": "0"}, "目标数：目标数至少是 1。"), ({"wording": ""}, "目标的原话：请填目标的原话，例如“30所左右”。"),
    ({"comparison": "range", "maximum": "20"}, "上限：上限要填，而且不小于目标数。"),
    ({"comparison": "range"}, "上限：上限要填，而且不小于目标数。")])
def test_a_number_that_is_none_comes_back_with_the_words(planning, changes, mistake):
    answer = planning.post(edit("S1.2", "targets/new"), data=the_target(name="示范学校", **changes))

    assert (answer.status_code, mistakes(answer.text), kept(answer.text, "name")) == (422, [mistake], "示范学校")
    assert a_task("S1.2").indicators == []


def test_a_planner_corrects_what_a_number_means_and_so_confirms_it(planning):
    found = a_target(is_confirmed=False)
    form = the_target(version=str(found.version), comparison="range", maximum="４０", basis="stated")

    answer = planning.post(f"{TARGETS}/{found.id}/edit", data=form)

    assert answer.status_code == 302
    assert (found.comparison, found.minimum, found.maximum, found.is_confirmed) == ("range", 30, 40, True)


def test_what_is_counted_of_a_list_in_the_text_needs_no_words_of_its_own(planning):
    found = a_target(wording="", basis="counted", measure="events", unit="项")

    answer = planning.post(f"{TARGETS}/{found.id}/edit", data=the_target(
        version=str(found.version), wording="", basis="counted", measure="events", unit="场"))

    assert (answer.status_code, found.unit) == (302, "场")


def test_a_number_that_somebody_changed_meanwhile_is_not_overwritten(planning):
    found = a_target()
    form = the_target(version=str(found.version), minimum="35")
    found.revise(AS_OF, minimum=31)

    answers = [planning.post(f"{TARGETS}/{found.id}/{verb}", data=form)
               for verb in ("edit", "confirming", "retiring")]

    assert ([one.status_code for one in answers], kept(answers[0].text, "minimum")) == ([409] * 3, "35")
    assert found.minimum == 31


def test_a_planner_confirms_a_number_as_it_stands(planning):
    found = a_target(is_confirmed=False)

    planning.post(f"{TARGETS}/{found.id}/confirming", data={"version": str(found.version)})

    assert (found.is_confirmed, len(audited("target_confirmed"))) == (True, 1)


def test_a_number_goes_with_its_split_but_not_when_a_milestone_counts_for_it(planning):
    free, used = a_target(), a_target(wording="5个", measure="milestones")
    free.split({"510100": 3}, AS_OF)
    a_milestone("授牌", code="S1.2", indicator=used)
    db.session.flush()

    answers = [planning.post(f"{TARGETS}/{one.id}/retiring", data={"version": str(one.version)})
               for one in (free, used)]

    assert [one.status_code for one in answers] == [302, 409]
    assert "节点 1 个" in answers[1].text
    assert [one.wording for one in a_task("S1.2").indicators] == ["5个"]


# ---------------------------------------------------------------- the split


def split(browser, found, **form):
    return browser.post(f"{TARGETS}/{found.id}/split", data={"version": str(found.version), "then": "save"} | form)


def told(page):
    return html.unescape(re.search(r'<p class="strong" role="status">([^<]*)</p>', page.text)[1])


def test_there_is_a_box_for_each_of_the_21_cities_and_one_for_the_office_itself(planning):
    page = planning.get(f"{TARGETS}/{a_target().id}/split")

    assert len(re.findall(r'name="of_\d{6}"', page.text)) == 22
    assert told(page) == "合计 0，目标 30，还有 30 没有分。"


def test_a_number_is_split_by_quarters_and_among_cities(planning):
    found = a_target()

    answer = split(planning, found, of_510100="10", of_510300="2", quarter_1="5", quarter_2="", quarter_3="20",
                   quarter_4="30")
    page = planning.get(answer.location)

    assert (answer.status_code, found.quarters) == (302, [5, 5, 20, 30])
    assert {one.region_code: one.amount for one in found.allocations} == {"510100": 10, "510300": 2}
    assert "合计 12，目标 30，还有 18 没有分。" in page.text
    assert audited("target_split") == ['{"510100": 10, "510300": 2}']


def test_an_even_split_tells_what_is_left_over_and_keeps_nothing_yet(planning):
    found = a_target()

    page = split(planning, found, then="even")

    assert (page.status_code, "分不匀，还余 9，请定由谁承担。" in page.text) == (200, True)
    assert (kept(page.text, "of_510100"), told(page)) == ("1", "合计 21，目标 30，还有 9 没有分。")
    assert found.allocations == []


@pytest.mark.parametrize(("words", "chengdu", "sum_told"), [
    ({"wording": "每市至少1场", "per": "city"}, "1", "合计 21，和目标一致。"),
    ({"wording": "每市每季度2场", "per": "city", "minimum": 2, "period": "quarter"}, "8", "合计 168，和目标一致。"),
    ({"wording": "每县至少1场", "per": "county"}, "20", "合计 183，和目标一致。")])
def test_what_is_asked_of_each_place_is_split_at_once_and_kept_only_when_saved(planning, words, chengdu, sum_told):
    found = a_target(**{"comparison": "at_least", "minimum": 1, "maximum": None, "measure": "events"} | words)

    page = planning.get(f"{TARGETS}/{found.id}/split")

    assert (kept(page.text, "of_510100"), told(page), "核对后保存才算" in page.text, found.allocations) == (
        chengdu, sum_told, True, [])


def test_what_every_city_is_to_bring_is_their_number_times_what_is_asked(planning):
    found = a_target(wording="每市至少1场", comparison="at_least", minimum=1, maximum=None, per="city",
                     measure="events")
    split(planning, found, of_510100="1", of_510300="4")

    page = planning.get(f"{TARGETS}/{found.id}").text

    assert "还有 16所没有分下去。" in page


def test_lines_out_of_a_sheet_are_taken_whole_or_not_at_all(planning):
    found = a_target()

    taken = split(planning, found, then="paste", paste="成都市\t１０\n自贡 2所\n绵阳，20", of_510100="1")
    refused = split(planning, found, then="paste", paste="成都 10\n东京 3", of_510100="1")

    assert [kept(taken.text, f"of_{code}") for code in ("510100", "510300", "510700")] == ["10", "2", "20"]
    assert told(taken) == "合计 32，比目标 30 多 2。"
    assert (refused.status_code, kept(refused.text, "of_510100"), "第 2 行“东京 3”看不懂" in refused.text) == (
        422, "1", True)


def test_quarters_that_fall_and_numbers_that_are_none_come_back_with_the_words(planning):
    found = a_target()

    falling = split(planning, found, quarter_1="5", quarter_4="3", of_510100="7")
    unread = split(planning, found, of_510100="七")

    assert (falling.status_code, mistakes(falling.text), kept(falling.text, "of_510100")) == (
        422, ["四个季度末的累计数要一个比一个大，或者相等；不分季度就全部留空。"], "7")
    assert (unread.status_code, mistakes(unread.text), kept(unread.text, "of_510100")) == (
        422, ["成都：请填整数。"], "七")
    assert (found.quarters, found.allocations) == (None, [])


def test_a_split_that_somebody_changed_meanwhile_is_not_overwritten(planning):
    found = a_target()
    version = str(found.version)
    found.split({"510100": 3}, AS_OF)

    answer = split(planning, found, version=version, of_510100="7")

    assert (answer.status_code, kept(answer.text, "of_510100")) == (409, "7")
    assert [one.amount for one in found.allocations] == [3]


# ---------------------------------------------------------------- who may


def test_a_planner_of_a_city_and_a_stranger_get_nowhere(planning, signed_in):
    found = a_target()
    city, stranger = signed_in(a_person("City", Role.PLANNER, a_city_office())), signed_in(wang())
    places = (edit("S1.2"), edit("S1.2", "targets/new"), f"{TARGETS}/{found.id}/edit", f"{TARGETS}/{found.id}/split")
    posts = (*places, edit("S1.2", "targets"), f"{TARGETS}/{found.id}/confirming", f"{TARGETS}/{found.id}/retiring")

    assert [who.get(one).status_code for who in (city, stranger) for one in places] == [404] * 4 + [403] * 4
    assert [who.post(one, data={"version": "1"}).status_code for who in (city, stranger) for one in posts] == (
        [404] * 7 + [403] * 7)
    assert db.session.scalars(select(Indicator.id).where(Indicator.id == found.id)).all() == [found.id]


def test_the_pages_ask_as_often_for_many_numbers_as_for_one(planning, count_queries):
    found = a_target()
    pages = (edit("S1.2"), f"{TARGETS}/{found.id}/split")
    planning.get(pages[0])
    of_one = [count_queries(lambda page=page: planning.get(page)) for page in pages]

    for number in range(3):
        a_target(wording=f"{number + 2}个").split({"510100": 1, "510300": 2}, AS_OF)
    found.split({"510100": 1, "510300": 2, "510400": 3}, AS_OF)
    db.session.commit()

    assert [count_queries(lambda page=page: planning.get(page)) for page in pages] == of_one


def test_a_plan_not_adopted_yet_can_be_edited_by_its_planner(planning):
    draft = a_plan().roll_over(2027, AS_OF)
    db.session.add(draft)
    db.session.commit()
    category = next(task.category_id for task in draft.tasks if task.code == "S1.1")

    answer = planning.post(f"{TASKS}/S1.1/edit?year=2027", data=the_task(
        title="明年的示范学校", category=str(category)))

    assert answer.status_code == 302
    assert db.session.scalars(select(Task.title).where(Task.plan_id == draft.id, Task.code == "S1.1")).one() == (
        "明年的示范学校")

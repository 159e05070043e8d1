"""A changed table shows what is new, changed, renamed, back and gone; a task keeps its id whatever it is called."""

import pytest
from flask_babel import force_locale
from sqlalchemy import event

from app.db import db
from app.plans.sheet.applying import ALL, Applying, NothingToApply
from app.plans.sheet.columns import QUARTERS, Column
from app.plans.sheet.outgoing import plan_sheet
from app.plans.sheet.standing import Standing
from tests.app.plans.typing_a_sheet import a_sheet, against, as_typed, child
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_plan, a_task, an_event, an_office
from tests.sheets import as_csv

FIRST = (("E1.1", "进企业", "宣传", "政策解读讲座", "12场"), ("E1.2", "进企业", "宣传", "星空讲坛专题讲座", "1-2期"),
         ("S1.1", "进学校", "示范", "试点示范学校建设", "30所左右"))


def brought_in(*tasks, year=2026, **options):
    difference = against(a_sheet(*tasks, **options), year)
    Applying(difference, AS_OF, source="表.xlsx", confirmed=ALL).apply()
    db.session.commit()
    return difference


@pytest.fixture
def plan(app):
    return brought_in(*FIRST).standing


def kinds(difference):
    return {one.code: one.kind.value for one in difference.tasks}


def changes(difference):
    return {one.code: [(each.label, each.old, each.new) for each in one.changes] for one in difference.tasks
            if one.changes}


def tasks():
    return {task.code: task for task in Standing.of(an_office(), 2026).tasks.values()}


def test_the_same_table_again_makes_no_difference(plan):
    difference = against(a_sheet(*FIRST))

    assert (difference.is_empty, kinds(difference)) == (True, {"E1.1": "same", "E1.2": "same", "S1.1": "same"})
    with pytest.raises(NothingToApply):
        Applying(difference, AS_OF).apply()


def test_full_width_digits_and_blanks_make_no_difference(plan):
    assert against(a_sheet(("Ｅ1.1", "进企业", "宣 传", "政策解读讲座", "１２场"), *FIRST[1:])).is_empty


def test_what_is_new_changed_renamed_and_gone_is_told(plan):
    difference = against(a_sheet(
        ("E1.1", "进企业", "宣传", "政策解读讲座", "15场"), ("E1.2", "进企业", "宣传", "“星空讲坛”讲座", "1-2期"),
        ("E1.3", "进企业", "宣传", "贯标培训", "")))

    assert kinds(difference) == {"E1.1": "changed", "E1.2": "renamed", "E1.3": "new"}
    assert [task.code for task in difference.gone] == ["S1.1"]
    assert changes(difference) == {
        "E1.1": [("目标", "12场", "15场")], "E1.2": [("任务", "星空讲坛专题讲座", "“星空讲坛”讲座")]}
    assert difference.summary == {"new": 1, "renamed": 1, "back": 0, "changed": 1, "same": 0, "gone": 1}


def test_a_task_found_again_under_another_number_keeps_its_events(plan):
    event = an_event(tasks=[a_task("S1.1")])
    before = {code: task.id for code, task in tasks().items()}

    brought_in(("S2.1", "进学校", "示范", "试点示范学校建设", "30所左右"), ("S1.1", "进学校", "普及", "编写教材", ""),
               *FIRST[:2])

    after = tasks()
    assert (after["S2.1"].id, after["E1.1"].id, after["E1.2"].id) == (before["S1.1"], before["E1.1"], before["E1.2"])
    assert [task.code for task in event.tasks] == ["S2.1"]


def test_a_row_whose_number_contradicts_its_sector_is_left_out_and_its_task_stays(plan):
    before = [(task.code, task.category.code) for task in tasks().values()]

    difference = brought_in(*FIRST[:2], ("S1.1", "进网络", "示范", "试点示范学校建设", "30所左右"),
                            ("E1.3", "进企业", "宣传", "贯标培训", ""))

    assert (kinds(difference), difference.gone) == ({"E1.1": "same", "E1.2": "same", "E1.3": "new"}, [])
    assert sorted((task.code, task.category.code) for task in tasks().values()) == sorted([*before, ("E1.3", "E1")])


def test_two_tasks_may_exchange_their_numbers(plan):
    before = {task.title: task.id for task in tasks().values()}

    brought_in(("E1.2", *FIRST[0][1:]), ("E1.1", *FIRST[1][1:]), FIRST[2])

    assert {task.title: (task.code, task.id) for task in tasks().values()} == {
        "政策解读讲座": ("E1.2", before["政策解读讲座"]), "星空讲坛专题讲座": ("E1.1", before["星空讲坛专题讲座"]),
        "试点示范学校建设": ("S1.1", before["试点示范学校建设"])}


def test_categories_may_exchange_their_numbers_too(app):
    brought_in(("E1.1", "进企业", "宣传", "甲讲座", ""), ("E2.1", "进企业", "培训", "乙培训", ""))

    brought_in(("E2.1", "进企业", "宣传", "甲讲座", ""), ("E1.1", "进企业", "培训", "乙培训", ""))

    assert {(task.category.code, task.category.name, task.code) for task in tasks().values()} == {
        ("E2", "宣传", "E2.1"), ("E1", "培训", "E1.1")}


def test_a_number_given_to_something_else_makes_a_new_task_and_says_so(plan):
    difference = against(a_sheet(*FIRST[:2], ("S1.1", "进学校", "示范", "大学生版权征文", "")))

    one = difference.tasks[2]
    assert (one.kind.value, one.only_by_code.title, [task.title for task in difference.gone]) == (
        "new", "试点示范学校建设", ["试点示范学校建设"])


def test_somebody_may_say_which_task_it_is(plan):
    rows = a_sheet(*FIRST[:2], ("S1.1", "进学校", "示范", "大学生版权征文", ""))
    old = tasks()["S1.1"].id

    as_the_old = against(rows, chosen={4: old})
    as_a_new = against(a_sheet(*FIRST), chosen={4: 0})

    assert (kinds(as_the_old)["S1.1"], as_the_old.gone) == ("renamed", [])
    assert (kinds(as_a_new)["S1.1"], [task.id for task in as_a_new.gone]) == ("new", [old])


def test_what_is_gone_is_withdrawn_and_its_events_stay(plan):
    event = an_event(tasks=[a_task("S1.1")])

    brought_in(*FIRST[:2])

    assert (tasks()["S1.1"].withdrawn_at, [task.code for task in event.tasks]) == (AS_OF, ["S1.1"])
    assert [(one.code, [task.code for task in one.tasks]) for one in a_plan(2026).categories] == [
        ("E1", ["E1.1", "E1.2"]), ("S1", [])]


def test_a_new_task_may_take_the_number_of_one_that_is_gone(plan):
    old = tasks()["S1.1"].id

    brought_in(*FIRST[:2], ("S1.1", "进学校", "示范", "大学生版权征文", ""))

    assert {task.code: (task.id == old, task.title) for task in tasks().values() if task.code.startswith("S")} == {
        "S1.1": (False, "大学生版权征文"), "S1.1-old": (True, "试点示范学校建设")}


def test_what_was_withdrawn_comes_back_under_its_name(plan):
    brought_in(*FIRST[:2])
    old = tasks()["S1.1"].id

    difference = brought_in(*FIRST)

    assert (kinds(difference)["S1.1"], tasks()["S1.1"].id, tasks()["S1.1"].withdrawn_at) == ("back", old, None)


def test_columns_that_the_sheet_does_not_have_stay_as_they_are(plan):
    a_task("E1.1").revise(AS_OF, in_charge="张三", progress_note="已办 3 场")
    db.session.commit()

    brought_in(*((code, title, "李四") for code, _s, _c, title, _t in FIRST), head=("编号", "任务", "责任人"))

    task = tasks()["E1.1"]
    assert (task.in_charge, task.progress_note, task.category.name, task.target_wording) == (
        "李四", "已办 3 场", "宣传", "12场")


def test_an_empty_cell_of_a_column_that_is_there_says_that_there_is_nothing(plan):
    brought_in(("E1.1", "进企业", "宣传", "政策解读讲座", ""), *FIRST[1:])

    assert (tasks()["E1.1"].target_wording, tasks()["E1.1"].indicators) == ("", [])


def test_a_row_with_a_grave_problem_touches_nothing(plan):
    difference = brought_in(("E1.1", "进企业", "宣传", "政策解读讲座", "15场"),
                            ("E1.2", "进工厂", "宣传", "星空讲坛专题讲座", "9期"), FIRST[2])

    assert (sorted(kinds(difference)), difference.gone) == (["E1.1", "S1.1"], [])
    assert (tasks()["E1.2"].target_wording, tasks()["E1.2"].withdrawn_at) == ("1-2期", None)


def test_codes_are_made_by_order_and_kept_the_next_time(app):
    head = ("板块", "类别", "任务")
    first = brought_in(
        ("进企业", "宣传", "甲讲座"), ("进企业", "培训", "乙培训"), ("进单位", "", "丙宣讲"), head=head)

    second = against(a_sheet(("进企业", "宣传", "丁展览"), ("进企业", "宣传", "甲讲座"), ("进企业", "培训", "乙培训"),
                             ("进单位", "", "丙宣讲"), head=head))

    assert [(one.code, one.is_code_made, one.place.name) for one in first.tasks] == [
        ("E1.1", True, "宣传"), ("E2.1", True, "培训"), ("I1.1", True, "进单位")]
    assert [(one.code, one.kind.value) for one in second.tasks] == [
        ("E1.2", "new"), ("E1.1", "same"), ("E2.1", "same"), ("I1.1", "same")]


def test_what_the_office_need_not_name_is_named_the_same_whatever_language_its_planner_speaks(app):
    with force_locale("en"):
        first = brought_in(("进单位", "", "丙宣讲"), head=("板块", "类别", "任务"))

    assert ([one.place.name for one in first.tasks], Standing.of(an_office(), 2026).plan.title) == (
        ["进单位"], "2026年知识产权“五进”推进计划")


def test_a_category_renamed_keeps_its_number(plan):
    difference = against(a_sheet(*((code, sector, "宣传普及" if code[0] == "E" else category, *rest)
                                   for code, sector, category, *rest in FIRST)))

    assert changes(difference) == {code: [("类别", "E1 宣传", "E1 宣传普及")] for code in ("E1.1", "E1.2")}


def test_corrected_numbers_stay_while_the_words_stay(plan):
    indicator = a_task("S1.1").indicators[0]
    indicator.revise(AS_OF, minimum=28)
    db.session.commit()

    assert against(a_sheet(*FIRST)).is_empty


def test_other_words_are_understood_anew_on_the_same_indicator(plan):
    before = tasks()["S1.1"].indicators[0].id

    brought_in(*FIRST[:2], ("S1.1", "进学校", "示范", "试点示范学校建设", "不少于35所，基地1个"))

    assert [(one.id == before, one.wording, one.comparison, one.minimum) for one in tasks()["S1.1"].indicators] == [
        (True, "不少于35所", "at_least", 35), (False, "1个", "exact", 1)]


def test_a_dropped_target_on_which_something_hangs_becomes_the_offices_own(plan):
    indicator = a_task("S1.1").indicators[0]
    indicator.split({a_city_office().region_code: 3}, AS_OF)
    db.session.commit()

    brought_in(*FIRST[:2], ("S1.1", "进学校", "示范", "试点示范学校建设", ""))

    assert [(one.basis, one.minimum, len(one.allocations)) for one in tasks()["S1.1"].indicators] == [
        ("working", 30, 1)]


def test_last_years_target_becomes_official_again_with_this_years_table(app):
    old = a_plan(2025)
    rolled = old.roll_over(2026, AS_OF)
    db.session.add(rolled)
    rolled.adopt(AS_OF)
    db.session.commit()
    carried = next(task for task in rolled.tasks if task.code == "I2.1").indicators[0].id

    difference = against(child(as_csv(as_typed()[0])))
    Applying(difference, AS_OF, confirmed=ALL, is_official=True).apply()
    db.session.commit()

    task = tasks()["I2.1"]
    assert [(one.id, one.basis, one.is_confirmed, one.minimum, one.maximum) for one in task.indicators] == [
        (carried, "stated", True, 1, 2)]
    assert (task.wording_year, difference.gone) == (2026, [])


def test_quarters_in_numbers_are_kept_with_the_target_and_words_become_milestones(app):
    head = ("编号", "板块", "任务", "目标", *(column.head for column in QUARTERS))
    brought_in(("E1.1", "进企业", "讲座", "12场", "3", "3", "3", "3"),
               ("S1.1", "进学校", "示范学校", "30所", "申报", "评审", "公示", "授牌"), head=head)

    standing = Standing.of(an_office(), 2026)
    found = tasks()
    assert found["E1.1"].indicators[0].quarters == [3, 6, 9, 12]
    assert [(one.title, one.due_on.month) for one in standing.milestones[found["S1.1"].id]] == [
        ("申报", 3), ("评审", 6), ("公示", 9), ("授牌", 12)]


def test_who_leads_is_found_among_the_offices_by_any_of_its_names(app):
    office = a_city_office()
    office.aliases = ["成都局"]
    brought_in(("E1.1", "进企业", "讲座", "成都局"), ("E1.2", "进企业", "培训", "谁也不认识的单位"),
               head=("编号", "板块", "任务", "牵头单位"))

    found = tasks()
    assert (found["E1.1"].lead_organization, found["E1.1"].lead_wording) == (office, "成都局")
    assert (found["E1.2"].lead_organization, found["E1.2"].lead_wording) == (None, "谁也不认识的单位")


def test_the_plan_of_the_seed_as_it_leaves_comes_back_without_a_difference(app):
    a_plan(2023)
    a_task("S1.3", 2023).indicators[0].revise(AS_OF, quarters=[0, 10, 20, 30])
    a_task("E1.1", 2023).revise(AS_OF, progress_note="=已办 3 场", lead_organization_id=a_city_office().id)
    db.session.commit()
    sheet = plan_sheet(Standing.of(an_office(), 2023))

    difference = against([["" if cell is None else str(cell) for cell in row] for row in sheet.rows], 2023)

    assert (changes(difference), difference.summary["same"], difference.sheet.problems) == ({}, 37, [])


def test_looking_asks_as_often_for_many_tasks_as_for_few(app, count_queries):
    more = [(f"E1.{n}", "进企业", "宣传", f"任务{n}", "3场") for n in range(3, 60)]
    few, many = a_sheet(*FIRST), a_sheet(*FIRST, *more)
    brought_in(*FIRST)
    db.session.expunge_all()
    of_few = count_queries(lambda: against(few))
    brought_in(*FIRST, *more)
    db.session.expunge_all()

    assert (count_queries(lambda: against(many)), against(many).is_empty) == (of_few, True)


def reads(action):
    """How many times the database is asked; what is written is a row each, of course."""
    seen = []

    def hear(connection, cursor, statement, *rest):
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        action()
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    return len(seen)


def test_applying_reads_as_often_for_many_tasks_as_for_few(app):
    def statements(number, target):
        db.session.commit()
        db.session.expunge_all()
        difference = against(a_sheet(
            *((f"E1.{n}", "进企业", "宣传", f"任务{n}", target) for n in range(1, number + 1))))
        return reads(lambda: Applying(difference, AS_OF, confirmed=ALL).apply())

    brought_in(("S1.1", "进学校", "示范", "另一项", ""))
    few = [statements(2, target) for target in ("3场", "5场", "")]  # made, changed, dropped
    brought_in(("S1.1", "进学校", "示范", "另一项", ""))
    many = [statements(60, target) for target in ("3场", "5场", "")]

    assert many == few


def test_the_columns_say_their_names():
    assert [column.label for column in (Column.TITLE, Column.Q4, Column.ASIDE)] == ["任务", "四季度", "不导入"]


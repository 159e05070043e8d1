"""What stands in the cells of a task sheet: days, sectors, codes, quarters, targets."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.plans.indicators import Measure
from app.plans.models import Sector
from app.plans.sheet.dates import due_day, is_endless
from app.plans.sheet.proposals import proposals_in, proposals_of, with_unit
from app.plans.sheet.quarters import Node, quarters_of
from app.plans.sheet.words import clauses_of, code_in, is_only_a_sector, said, sector_in, short_title, without_ordinal


@pytest.mark.parametrize("words, day", [
    ("2026-12-31", (12, 31)), ("2026年6月30日前", (6, 30)), ("２０２６／６／３０", (6, 30)),
    ("2026-12-31T00:00:00", (12, 31)),
    ("12月31日", (12, 31)), ("12月底", (12, 31)), ("12月底前", (12, 31)), ("6月", (6, 30)), ("2026年6月", (6, 30)),
    ("6月上旬", (6, 10)), ("6月中旬", (6, 20)), ("年底", (12, 31)), ("2026年底前", (12, 31)), ("全年", (12, 31)),
    ("第二季度", (6, 30)), ("3季度末", (9, 30)), ("上半年", (6, 30)), ("4—6月", (6, 30)),
    ("2026年3月至12月", (12, 31)),
    ("4月20日-26日", (4, 26)), ("4月20日—5月3日", (5, 3))])
def test_a_time_limit_is_read_as_the_last_day_it_allows(words, day):
    assert due_day(words, 2026) == date(2026, *day)


def test_next_year_is_the_year_after_the_plans():
    assert due_day("明年1月", 2026) == date(2027, 1, 31)


@pytest.mark.parametrize("words", [
    "", "持续推进", "31", "2026年", "13月", "2月30日", "3月、6月", "按通知要求", "9999999月"])
def test_what_names_no_day_gives_none(words):
    assert due_day(words, 2026) is None


def test_work_without_end_lacks_no_day():
    assert [is_endless(words) for words in ("持续推进", "长期坚持", "六月后")] == [True, True, False]


@given(st.text(alphabet="0123456789年月日季度上下旬底前至-—一二三四１２ 全", max_size=14))
def test_no_words_at_all_make_the_reading_of_days_fail(words):
    day = due_day(words, 2026)

    assert day is None or 2000 <= day.year < 2200


@pytest.mark.parametrize("words, sector", [
    ("进企业", Sector.ENTERPRISES), ("一、进机关单位", Sector.INSTITUTIONS), ("知识产权进校园", Sector.SCHOOLS),
    ("Ｎ", Sector.ONLINE), ("社区", Sector.COMMUNITIES), ("进企业、进学校", None), ("宣传", None), ("", None)])
def test_a_sector_is_known_by_its_words(words, sector):
    assert sector_in(words) is sector


def test_a_line_that_heads_a_sector_is_told_from_a_task_that_names_one():
    assert [is_only_a_sector(words) for words in (
        "一、进企业（8项）", "（三）知识产权进社区", "知识产权进校园活动", "继续开展进企业服务")] == [
        True, True, False, False]


def test_ordinals_go_and_numbers_that_are_part_of_a_name_stay():
    assert [without_ordinal(words) for words in (
        "（一）提升能力", "1.开展讲座", "①甲", "1.1开展", "2026年计划", "十件大事宣传", "3")] == [
        "提升能力", "开展讲座", "甲", "1.1开展", "2026年计划", "十件大事宣传", "3"]


def test_codes_fit_an_address_or_are_none():
    assert [code_in(words) for words in ("Ｅ1.1", " e1-2 ", "一、", "E1/1", "E1.1.1.1.1.1.1")] == [
        "E1.1", "E1-2", "", "", ""]


def test_a_dash_says_nothing_and_our_own_mark_against_formulas_goes():
    assert [said(cell) for cell in ("——", " / ", "无", "'=1+1", "2期")] == ["", "", "", "=1+1", "2期"]


def test_lines_become_clauses_and_a_title_is_the_first_of_them():
    words = "1.举办讲座；扩大影响\n\n2.开展培训"

    assert (clauses_of(words), short_title(words)) == ("1.举办讲座；扩大影响|2.开展培训", "举办讲座")


@pytest.mark.parametrize("cells, numbers", [
    (("3", "6", "9", "12"), (3, 6, 9, 12)), (("3", "3", "3", "3"), (3, 6, 9, 12)),
    (("", "6场", "", "12场"), (0, 6, 6, 12)), (("", "", "12", ""), (0, 0, 12, 12)),
    (("６", "", "６", ""), (6, 6, 12, 12))])
def test_quarters_are_typed_rising_or_one_by_one(cells, numbers):
    assert quarters_of(cells, 12, 12).numbers == numbers


def test_numbers_that_come_to_another_target_are_not_taken():
    assert (quarters_of(("1", "2", "", ""), 12, 12).numbers, quarters_of(("1", "", "", ""), None, None).numbers) == (
        None, None)
    assert quarters_of(("1", "2", "", ""), 12, 12).problem == (
        "四个季度加起来是 3，逐季累计到 2，都不是目标的数，没有记。")


def test_words_of_a_quarter_become_milestones_at_its_end():
    found = quarters_of(("制定方案", "3", "评审\n公示", "—"), None, None)

    assert found.nodes == (Node(1, "制定方案"), Node(2, "3"), Node(3, "评审"), Node(3, "公示"))
    assert found.nodes[3].due_on(2026) == date(2026, 9, 30)


def test_what_is_too_long_for_a_milestones_title_stands_in_its_note():
    node = Node.of(1, "长" * 200)

    assert (len(node.title), node.note) == (160, "长" * 200)


def test_a_bare_number_takes_the_unit_beside_it(app):
    one, = proposals_of(with_unit("30", "所"), "所")

    assert (one.understood.wording, one.understood.unit, one.measure) == ("30所", "所", Measure.REGISTER)
    assert (with_unit("30左右", "所"), proposals_of("30左右", "所")[0].understood.unit) == ("30左右", "所")
    assert with_unit("30所", "30所") == "30所"


def test_a_cell_of_two_targets_gives_two_with_what_each_counts(app):
    schools, bases = proposals_of("试点示范学校30所左右；青少年教育基地1个")

    assert (schools.name, schools.numbers["comparison"], bases.name, bases.lowest) == (
        "试点示范学校", "about", "青少年教育基地", 1)


@pytest.mark.parametrize("cell, measure", [
    ("12期", Measure.EVENTS), ("30人次", Measure.ATTENDANCES), ("100人", Measure.PEOPLE),
    ("突破30万人", Measure.OUTSIDE), ("40学时", Measure.HOURS), ("3个", Measure.REGISTER)])
def test_how_it_is_counted_is_guessed_from_the_unit(app, cell, measure):
    assert proposals_of(cell)[0].measure is measure


def test_what_cannot_be_read_stays_words(app):
    assert [proposals_of(cell) for cell in ("若干", "一批", "适当增加", "", "—")] == [(), (), (), (), ()]


def test_without_a_column_of_targets_the_tasks_own_words_are_read(app):
    one, = proposals_in(["举办1-2期省委党校“蜀光讲坛”|专题宣讲"])

    assert (one.understood.wording, one.name) == ("1-2期", "举办省委党校“蜀光讲坛”")

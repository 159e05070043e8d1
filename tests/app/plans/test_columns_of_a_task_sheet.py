"""The head of a task sheet is found below its title, and each column known by the words that offices use."""

import pytest

from app.plans.sheet.columns import WORDS, Column, ColumnTwice, Layout, NoTaskColumn, find_head, fit
from tests.app.plans.typing_a_sheet import HEAD

C = Column


def guesses(*head, below=()):
    return list(find_head([list(head), *map(list, below)]).guesses)


def test_the_head_is_found_below_titles_and_blank_rows():
    head = find_head([["２０２６年任务分解表"] * 10, [], ["", "", "单位：省中心"], HEAD, ["1", "进企业"]])

    assert (head.at, head.until) == (3, 4)
    assert head.guesses == (C.NUMBER, C.SECTOR, C.CATEGORY, C.TITLE, C.WORDING, C.TARGET, C.LEAD, C.SUPPORTING, C.DUE,
                            C.RESULT)


@pytest.mark.parametrize("rows", [
    [["任务", "季度节点", "季度节点", "完成时限"], ["任务", "一季度", "二季度", "完成时限"]],
    [["任务", "季度节点", "", "完成时限"], ["", "第一季度", "第2季度", ""]]], ids=["merged", "as csv"])
def test_a_head_may_take_two_rows(rows):
    head = find_head([*rows, ["讲座", "1", "2", "年底"]])

    assert (head.guesses, head.until) == ((C.TITLE, C.Q1, C.Q2, C.DUE), 2)


def test_a_task_below_the_head_is_not_taken_for_a_second_row_of_it():
    head = find_head([["任务", ""], ["宣传活动项目", "1期"], ["讲座", "1"]])

    assert head.until == 1


def test_a_word_means_another_thing_beside_a_column_that_says_the_first_for_sure():
    assert guesses("工作任务", "责任单位") == [C.TITLE, C.LEAD]
    assert guesses("工作任务", "具体任务", "牵头单位", "责任单位") == [C.CATEGORY, C.TITLE, C.LEAD, C.SUPPORTING]
    assert guesses("板块", "工作内容", "具体任务", "牵头单位") == [C.SECTOR, C.CATEGORY, C.TITLE, C.LEAD]
    assert guesses("板块", "工作内容", "具体任务", "主要内容") == [C.SECTOR, C.CATEGORY, C.TITLE, C.WORDING]
    assert guesses("板块", "类别", "工作内容", "具体任务") == [C.SECTOR, C.CATEGORY, C.WORDING, C.TITLE]
    assert guesses("工作内容", "具体任务") == [C.WORDING, C.TITLE]
    assert guesses("任务", "指标", "目标值") == [C.TITLE, C.INDICATOR, C.TARGET]


def test_years_brackets_and_what_else_stands_in_a_head_do_not_matter():
    assert guesses("序 号", "“五进”板块", "2026年工作目标", "完成时限（年月日）", "存在问题及建议", "备注") == [
        C.NUMBER, C.SECTOR, C.TARGET, C.DUE, C.PROBLEMS, C.ASIDE]


def test_a_column_of_units_is_told_by_what_stands_in_it():
    assert guesses("任务", "数量", "单位", below=[["讲座", "3", "场"]]) == [C.TITLE, C.TARGET, C.UNIT]
    assert guesses("任务", "单位", below=[["讲座", "省知识产权中心"]]) == [C.TITLE, C.LEAD]


def test_numbers_are_codes_where_they_look_like_codes_however_they_are_headed():
    assert guesses("序号", "任务", below=[["E1.1", "讲座"], ["E1.2", "培训"]]) == [C.CODE, C.TITLE]
    assert guesses("编号", "任务", below=[["1", "讲座"]]) == [C.CODE, C.TITLE]
    assert guesses("序号", "任务", below=[["1", "讲座"]]) == [C.NUMBER, C.TITLE]


def test_every_column_has_a_word_of_its_own_by_which_our_sheet_comes_back():
    heads = [column.head for column in C if column is not C.ASIDE]

    assert [WORDS[head] for head in heads] == [(column,) for column in C if column is not C.ASIDE]


def test_a_sheet_of_something_else_does_not_fit():
    assert (fit([["日期", "天气"], ["今天", "晴"]]), fit([HEAD])) == (0, 10)


def test_a_layout_needs_a_task_and_no_column_twice():
    with pytest.raises(NoTaskColumn):
        Layout(1, (C.SECTOR, C.TARGET))
    with pytest.raises(ColumnTwice, match="目标"):
        Layout(1, (C.TITLE, C.TARGET, C.TARGET))

"""Rows become tasks: what heads several is carried down, a task may take several rows, wrong cells are marked."""

import pytest

from app.plans.indicators import Basis
from app.plans.models import Sector
from app.plans.sheet.columns import Column
from app.plans.sheet.proposals import proposals_of
from app.plans.sheet.rows import NoTask, TooManyTasks
from tests.app.plans.typing_a_sheet import a_sheet, as_typed, child, ranges, read
from tests.sheets import as_csv, as_docx, as_xlsx

HEAD = ("序号", "板块", "类别", "任务", "目标")


def names(sheet):
    return [(task.sector, task.category, task.title) for task in sheet.tasks]


def problems(sheet):
    return [(one.row, one.column, one.sentence.split("。")[0], one.is_grave) for one in sheet.problems]


def test_the_sheet_as_an_office_types_it_reads_alike_from_every_kind_of_file(app):
    rows, merged = as_typed()

    read_from = [read(child(words)) for words in (
        as_xlsx(rows, ranges(merged)), as_docx(rows, merged=merged), as_csv(rows, "gbk"), as_csv(rows, "utf-16"),
        as_csv(rows, "utf-8-sig"))]

    assert [(len(one.tasks), one.problems, one.aside) for one in read_from] == [(37, [], [])] * 5
    assert [one.tasks for one in read_from[1:]] == [read_from[0].tasks] * 4
    assert sum(len(task.targets[Basis.STATED]) for task in read_from[0].tasks) == 10


def test_of_several_worksheets_the_task_sheet_is_taken(app):
    book = as_xlsx(as_typed()[0], before=[("填表说明", ["请各单位认真填写"])])

    assert len(read(child(book)).tasks) == 37


def test_a_blank_sector_or_category_is_that_of_the_row_above(app):
    sheet = read(a_sheet((1, "进企业", "宣传", "甲", ""), (2, "", "", "乙", ""), (3, "", "培训", "丙", ""),
                         (4, "进单位", "", "丁", ""), head=HEAD))

    assert names(sheet) == [
        (Sector.ENTERPRISES, "宣传", "甲"), (Sector.ENTERPRISES, "宣传", "乙"), (Sector.ENTERPRISES, "培训", "丙"),
        (Sector.INSTITUTIONS, "", "丁")]


def test_lines_across_the_sheet_head_a_sector_and_a_category(app):
    across = [["一、进企业"] * 5, ["（一）宣传普及"] * 5, ["1", "", "", "甲", "3场"], ["二、进社区", "", "", "", ""],
              ["（一）便民服务", "", "", "", ""], ["2", "", "", "乙", ""]]

    sheet = read([list(HEAD), *across])

    assert names(sheet) == [(Sector.ENTERPRISES, "宣传普及", "甲"), (Sector.COMMUNITIES, "便民服务", "乙")]


def test_notes_sums_and_headings_nobody_knows_are_no_tasks_and_are_told(app):
    sheet = read([list(HEAD), ["1", "进企业", "", "甲", ""], ["领导小组办公室负责统筹协调"] * 5,
                  ["合计", "", "", "", "3"], ["注：按季度报送", "", "", "", ""]])

    assert [(one.number, one.words[:4]) for one in sheet.aside] == [(3, "领导小组"), (4, "合计"), (5, "注：按季")]
    assert len(sheet.tasks) == 1


def test_a_head_printed_again_on_the_next_page_is_no_task(app):
    assert len(read(a_sheet((1, "进企业", "", "甲", ""), HEAD, (2, "进企业", "", "乙", ""), head=HEAD)).tasks) == 2


@pytest.mark.parametrize("second", [
    ("1", "进学校", "示范", "学校与基地", "青少年基地1个"), ("", "", "", "", "青少年基地1个")],
    ids=["merged cells", "as csv"])
def test_a_task_of_several_rows_is_one_with_several_targets(app, second):
    sheet = read(a_sheet(("1", "进学校", "示范", "学校与基地", "试点学校30所左右"), second, head=HEAD))

    task, = sheet.tasks
    assert (task.rows, task.words_of(Basis.STATED)) == ([2, 3], "试点学校30所左右；青少年基地1个")
    assert [one.lowest for one in task.targets[Basis.STATED]] == [30, 1]


@pytest.mark.parametrize("cell, names", [
    ("新增30所左右、青少年基地1个", [("新增30所左右", ""), ("1个", "青少年基地")]),
    ("试点学校30所左右、青少年基地1个", [("30所左右", "试点学校"), ("1个", "青少年基地")]),
    ("讲座12场，发布案例5个、手册3种。", [("12场", "讲座"), ("5个", "发布案例"), ("3种", "手册")]),
    ("建设30所试点学校、1个青少年基地", [("30所", "建设试点学校"), ("1个", "青少年基地")]),
    ("案例5个、讲座、培训12场", [("5个", "案例"), ("12场", "讲座、培训")]),
    ("讲座3场培训2期", [("3场", "讲座"), ("2期", "培训")]),
    ("讲座、培训12场，案例5个", [("12场", "讲座、培训"), ("5个", "案例")])])
def test_each_target_of_a_cell_is_called_by_the_clause_around_its_own_number(cell, names):
    assert [(one.understood.wording, one.name) for one in proposals_of(cell)] == names


def test_rows_of_one_merged_name_and_numbers_of_their_own_are_tasks_of_their_own(app):
    sheet = read(a_sheet(("1", "进企业", "开展宣传", "举办讲座"), ("2", "进企业", "开展宣传", "编印手册"),
                         head=("序号", "板块", "任务名称", "主要内容")))

    assert [(task.title, task.wording) for task in sheet.tasks] == [
        ("开展宣传", "举办讲座"), ("开展宣传", "编印手册")]


def test_one_column_may_say_both_name_and_wording(app):
    long = "高水平推进“知识产权+蓉欧班列”基地建设，" * 8
    short, other = read(a_sheet(("进企业", "举办讲座"), ("进企业", long + "；其他"), head=("板块", "工作任务"))).tasks

    assert (short.title, short.wording) == ("举办讲座", "举办讲座")
    assert (len(other.title), other.title[-1], other.wording) == (60, "…", long + "；其他")


def test_each_problem_stands_at_its_cell_and_only_grave_ones_keep_a_task_out(app):
    sheet = read([["编号", "板块", "任务", "目标", "完成时限", "责任人", "一季度", "四季度"],
                  ["E1.1", "进企业", "甲", "12场", "看情况再说", "李", "1", "5"],
                  ["E1.2", "进工厂", "乙", "", "", "", "", ""], ["E1.3", "进企业", "", "3场", "", "", "", ""],
                  ["E1.4", "进企业", "丁", "", "2019年1月", "名" * 121, "", ""],
                  ["E1.5", "进企业", "戊", "", "", "", "", ""], ["E1.5", "进企业", "己", "", "", "", "", ""],
                  ["编号/9", "进企业", "庚", "", "", "", "", ""], ["S9.1", "进企业", "辛", "", "", "", "", ""]])

    assert problems(sheet) == [
        (2, Column.DUE, "看不懂这个时限，没有记", False),
        (2, Column.Q1, "四个季度加起来是 6，逐季累计到 5，都不是目标的数，没有记", False),
        (3, Column.SECTOR, "看不出属于“五进”的哪一个，请写进企业、进单位、进社区、进学校或进网络", True),
        (4, Column.TITLE, "没有任务", True),
        (5, Column.DUE, "时限不在 2026 年", False), (5, Column.IN_CHARGE, "太长，最多 120 个字", True),
        (6, Column.CODE, "表里有 2 项任务用了这个编号", True), (7, Column.CODE, "表里有 2 项任务用了这个编号", True),
        (8, Column.CODE, "编号只能用字母、数字、点和横线，最多 12 个字", True),
        (9, Column.CODE, "编号是“进学校”的字母，板块写的是“进企业”", True)]
    assert [task.title for task in sheet.good] == ["甲"]


def test_the_sector_may_be_told_by_the_code_or_the_category_alone(app):
    sheet = read(a_sheet(("E1.1", "宣传", "甲"), ("", "知识产权进学校", "乙"), head=("编号", "类别", "任务")))

    assert [task.sector for task in sheet.tasks] == [Sector.ENTERPRISES, Sector.SCHOOLS]


def test_a_sheet_without_a_task_or_with_too_many_is_refused(app):
    with pytest.raises(NoTask):
        read([list(HEAD), [], ["合计"]])
    with pytest.raises(TooManyTasks):
        read(a_sheet(*((n, "进企业", "", f"任务{n}", "") for n in range(501)), head=HEAD))

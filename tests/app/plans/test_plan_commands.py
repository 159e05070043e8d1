"""`flask plan import` and `export`: any kind of sheet in, the tree printed, the same sheet out and in again."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app.db import db
from app.plans.indicators import Indicator
from app.plans.models import Plan, Task
from tests.app.plans.typing_a_sheet import a_sheet, as_typed, ranges
from tests.factories import SEED, a_plan, an_office
from tests.sheets import as_csv, as_docx, as_xlsx
from tests.test_sheets import OLD

SMALL = (("E1.1", "进企业", "宣传", "政策解读讲座", "12场"), ("S1.1", "进学校", "示范", "示范学校", "若干所"))


@pytest.fixture
def run(app, tmp_path):
    an_office()
    db.session.commit()

    def command(verb, words, *more, name="sheet.csv"):
        file = tmp_path / name
        if words is not None:
            file.write_bytes(words)
        answer = app.test_cli_runner().invoke(args=["plan", verb, str(file), "--year", "2026", *more])
        db.session.rollback()
        return answer

    return command


def count(of=Task):
    return db.session.scalar(select(func.count()).select_from(of))


def test_each_kind_of_sheet_makes_the_same_plan(run, tmp_path):
    rows, merged = as_typed()
    first = run("import", as_xlsx(rows, ranges(merged)), name="a.xlsx")

    others = [run("import", words, name=name) for name, words in (
        ("b.docx", as_docx(rows, merged=merged)), ("c.csv", as_csv(rows, "gbk")))]

    assert (first.exit_code, count(), first.output.count("[新增]")) == (0, 37, 37)
    assert [(one.exit_code, "照旧 37 项" in one.stdout, one.stderr.splitlines()[-1]) for one in others] == [
        (1, True, "Error: 这张表和现在的计划没有差别，不用导入。")] * 2


def test_an_old_workbook_is_imported_too(run):
    answer = run("import", OLD.read_bytes(), name="old.xls")

    assert (answer.exit_code, db.session.scalars(select(Task.title).order_by(Task.position)).all()) == (
        0, ["“星空讲坛”专题讲座", "政策解读", "省委党校“蜀光讲坛”"])


def test_a_dry_run_prints_the_tree_with_what_was_understood_and_keeps_nothing(run):
    answer = run("import", as_csv(a_sheet(*SMALL)), "--dry-run")

    assert answer.stdout.splitlines() == [
        "E 进企业", "  E1 宣传", "    E1.1 政策解读讲座  [新增]", "        12场 → 12 场",
        "S 进学校", "  S1 示范", "    S1.1 示范学校  [新增]", "        若干所 → 读不出数，保留原文",
        "新增 2 项、改名 0 项、恢复 0 项、变动 0 项、照旧 0 项、不在表里了 0 项"]
    assert (answer.exit_code, count(Plan)) == (0, 0)


def test_a_changed_sheet_says_what_changes_and_changes_it(run):
    run("import", as_csv(a_sheet(*SMALL)))

    answer = run("import", as_csv(a_sheet(("E1.1", "进企业", "宣传", "政策解读讲座", "15场"))))

    assert [line.strip() for line in answer.stdout.splitlines()[2:6]] == [
        "E1.1 政策解读讲座  [变动]", "目标：12场 → 15场", "15场 → 15 场", "不在表里了：S1.1 示范学校"]
    assert db.session.scalars(select(Task.code).where(Task.withdrawn_at.is_not(None))).all() == ["S1.1"]


def test_what_was_understood_is_confirmed_only_when_asked(run):
    run("import", as_csv(a_sheet(*SMALL)))
    proposed = db.session.scalars(select(Indicator.is_confirmed)).all()
    run("import", as_csv(a_sheet(("E1.1", "进企业", "宣传", "政策解读讲座", "15场"), SMALL[1])), "--confirm")

    assert (proposed, db.session.scalars(select(Indicator.is_confirmed)).all()) == ([False], [True])


def test_rows_with_problems_stop_it_unless_the_good_ones_are_wanted(run):
    sheet = as_csv(a_sheet(*SMALL, ("E1.2", "进工厂", "", "乙", "")))

    stopped, wanted = run("import", sheet), run("import", sheet, "--good-only")

    assert stopped.stderr.splitlines()[-2:] == [
        "第 4 行 板块：看不出属于“五进”的哪一个，请写进企业、进单位、进社区、进学校或进网络。",
        "Error: rows have problems (above): correct them, or say --good-only"]
    assert (stopped.exit_code, wanted.exit_code, count()) == (1, 0, 2)


@pytest.mark.parametrize("words, sentence", [
    (b"\x89PNG\r\n\x1a\n\x00\x00", "Error: 这是图片，不是表格。可以用 .xlsx、.xls、.csv，或者里面有表格的 .docx。"),
    (b"", "Error: 表格里没有内容。"), ("日期,天气\n今天,晴\n".encode(), "Error: 没有认出“任务”或“主要内容”这一列。"),
    (b"x" * (8 * 1024 * 1024 + 1), "Error: sheet.csv is larger than 8 MB")])
def test_what_is_no_task_sheet_is_refused_in_one_sentence(run, words, sentence):
    answer = run("import", words)

    assert (answer.exit_code, answer.stderr.splitlines()[-1], answer.stdout) == (1, sentence, "")


def test_without_an_office_there_is_nothing_to_import_into(app, tmp_path):
    (tmp_path / "a.csv").write_bytes(as_csv(a_sheet(*SMALL)))

    answer = app.test_cli_runner().invoke(args=["plan", "import", str(tmp_path / "a.csv")])

    assert (answer.exit_code, answer.stderr.splitlines()[-1]) == (1, "Error: there is no office yet")


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.csv"])
def test_what_is_exported_comes_back_without_a_difference(app, run, tmp_path, name):
    a_plan(2026)
    db.session.commit()

    written = run("export", None, name=name)
    again = run("import", None, "--dry-run", name=name)

    assert (written.exit_code, again.exit_code) == (0, 0)
    assert again.stdout.splitlines()[-1] == "新增 0 项、改名 0 项、恢复 0 项、变动 0 项、照旧 37 项、不在表里了 0 项"


@pytest.mark.parametrize("name, sentence", [
    ("plan.pdf", "Error: plan.pdf must end in .xlsx or .csv"), ("plan.csv", "Error: there is no plan of 2026")])
def test_an_export_that_cannot_be_says_why(run, name, sentence):
    answer = run("export", None, name=name)

    assert (answer.exit_code, answer.stderr.splitlines()) == (1, [sentence])


def test_our_own_table_is_printed_with_its_targets(run):
    answer = run("import", SEED.read_bytes())

    assert "        1-2期 → 1期即达标，2期为上限" in answer.stdout.splitlines()
    assert db.session.scalars(select(Plan.adopted_at)).one() <= datetime.now(UTC)

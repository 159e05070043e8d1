"""Sheets that leave hold no formula, whatever somebody typed."""

import io
from datetime import date

import openpyxl
import pytest

from app.exporting import Sheet, as_typed, csv_of, defused, xlsx_of

DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =cmd|' /C calc'!A0", "＝1", "|x", "http://example.org"]


def opened(words):
    return openpyxl.load_workbook(io.BytesIO(words))


def test_in_a_workbook_text_is_text_and_never_a_formula_or_a_link():
    sheet = opened(xlsx_of(Sheet("表", [["词"], *([word] for word in DANGEROUS)]))).active

    assert [(cell.value, cell.data_type, cell.hyperlink) for (cell,) in sheet.iter_rows(min_row=2)] == [
        (word, "s", None) for word in DANGEROUS]


def test_numbers_days_and_nothing_come_as_what_they_are():
    sheet = opened(xlsx_of(Sheet("表", [["甲", "乙", "丙", "丁"], [3, date(2026, 12, 31), None, True]]))).active

    assert (sheet["A2"].value, sheet["A2"].data_type) == (3, "n")
    assert (sheet["B2"].value.date(), sheet["B2"].number_format) == (date(2026, 12, 31), "yyyy-mm-dd")
    assert (sheet["C2"].value, sheet["D2"].value) == (None, True)


def test_the_head_stays_in_view_and_a_sheet_may_be_called_anything():
    book = opened(xlsx_of(Sheet("任务[2026]/表", [["甲"]], head=2, widths=[30]), Sheet("另一张", [])))

    assert (book.sheetnames, book.worksheets[0].freeze_panes) == (["任务 2026  表", "另一张"], "A3")
    assert round(book.worksheets[0].column_dimensions["A"].width) == 31


@pytest.mark.parametrize("word", [*DANGEROUS, "平常的话", "'引号", ""])
def test_our_own_csv_comes_back_as_it_was_typed(word):
    assert as_typed(defused(word)) == word


def test_a_csv_defuses_words_and_leaves_numbers():
    assert csv_of([["=1", 2, "甲"]]).decode("utf-8-sig") == "'=1,2,甲\r\n"


def test_rows_are_as_tall_as_their_words_and_the_title_taller_than_the_head():
    long = "进校园讲解商标与专利的区别，" * 10  # 140 signs: in a column of 20 no more than ten a line
    address = "https://example.org/" + "a" * 100
    sheet = opened(xlsx_of(Sheet("表", [["活动台账"], ["数", "已确认"], [1, long], [address, "短"]],
                                 head=2, widths=[8, 20]))).active

    heights = {row: sheet.row_dimensions[row].height for row in (1, 2, 3, 4)}
    assert heights[3] >= 14 * 15
    assert heights[1] > (heights[2] or 15)
    assert (sheet["A4"].value, sheet["A4"].alignment.wrap_text, heights[4]) == (address, None, None)

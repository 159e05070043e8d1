"""A stranger's sheet is read under caps, or refused in a sentence."""

import io
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from app import limits, sheets
from tests.sheets import as_csv, as_docx, as_xlsx, with_part

ROWS = [["姓名", "单位"], ["李 雷", "锦江区"]]
OLD = Path(__file__).parent / "app" / "plans" / "files" / "small.xls"  # LibreOffice made it of an .xlsx
DTD = '<?xml version="1.0" encoding="{}"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst>&a;</sst>'


def heard(done, total):
    pass


def read(words, **options):
    return sheets.read(words, heard, **options)


@pytest.mark.parametrize("words", [
    as_csv(ROWS), as_csv(ROWS, "utf-8-sig"), as_csv(ROWS, "gb18030"), as_csv(ROWS, "utf-16"),
    as_csv(ROWS, "utf-16-le"), as_csv(ROWS, "utf-16-be", "\t"),
    as_csv(ROWS, separator=";"), as_csv(ROWS, "gbk", "\t"), as_xlsx(ROWS), as_docx(ROWS)],
    ids=["utf-8", "bom", "gb18030", "utf-16", "utf-16 without its mark", "the other way round", "semicolons", "tabs",
         "xlsx", "docx"])
def test_the_same_rows_come_out_however_they_were_saved(words):
    assert read(words) == ROWS


def test_numbers_and_days_come_as_people_write_them_and_nothing_invisible_gets_through():
    typed = [["手机", "名", "日"], [13800001234, "李\u202e雷\n", datetime(2026, 3, 2)], [13800001234.0, None],
             [True, None, datetime(2026, 3, 2, 9)], [date(2026, 3, 2)], [None, None]]

    assert read(as_xlsx(typed)) == [
        ["手机", "名", "日"], ["13800001234", "李 雷", "2026-03-02"], ["13800001234"],
        ["TRUE", "", "2026-03-02T09:00:00"], ["2026-03-02"]]


def test_a_day_typed_without_a_year_has_none_for_whoever_knows_it_better():
    book = openpyxl.Workbook()
    formats = ('m"月"d"日"', 'yyyy"年"m"月"d"日"', "mm-dd;@", "m/d h:mm", "yyyy-mm-dd")
    book.worksheets[0].append([date(2026, 6, 30)] * len(formats))
    for cell, words in zip(book.worksheets[0][1], formats, strict=True):
        cell.number_format = words
    out = io.BytesIO()
    book.save(out)

    shown = sheets.best(out.getvalue(), heard, shown_days=True).rows
    kept = sheets.read(out.getvalue(), heard)

    assert shown == [["6月30日", "2026-06-30", "6月30日", "2026-06-30", "2026-06-30"]]
    assert kept == [["2026-06-30"] * 5]


def test_a_format_of_chinese_programs_that_a_file_names_by_number_alone_is_a_day():
    words = as_xlsx([[date(2026, 6, 30)]])
    with zipfile.ZipFile(io.BytesIO(words)) as packed:
        styles = packed.read("xl/styles.xml")
    numbered = re.sub(rb'(<xf [^>]*numFmtId=")(?!0")\d+"', rb'\g<1>58"', styles)

    assert sheets.best(with_part(words, "xl/styles.xml", numbered), heard, shown_days=True).rows == [["6月30日"]]
    assert sheets.read(with_part(words, "xl/styles.xml", numbered), heard) == [["2026-06-30"]]


def test_a_row_stands_where_it_stands_in_the_file_and_blank_rows_at_the_end_are_not_there():
    typed = [["题目"], [None], ["姓名"], [""], [], ["李雷"], [None], [""]]

    assert [read(make(typed)) for make in (as_xlsx, as_csv)] == [[["题目"], [], ["姓名"], [], [], ["李雷"]]] * 2


def test_a_cell_of_several_lines_stays_so_for_whom_it_matters():
    typed = [["一、甲\r\n\n  二、乙 "]]

    assert read(as_xlsx(typed)) == [["一、甲 二、乙"]]
    assert read(as_xlsx(typed), keeps_lines=True) == [["一、甲\n二、乙"]]


def test_what_is_drawn_as_one_cell_is_said_in_each_of_the_cells_below_it():
    typed = [["2026年任务分解表", None, None], ["板块", "类别", "任务"], ["进企业", "宣传", "甲"], [None, None, "乙"],
             ["进单位", "培训", "丙"]]
    filled = [["2026年任务分解表"] * 3, ["板块", "类别", "任务"], ["进企业", "宣传", "甲"], ["进企业", "宣传", "乙"],
              ["进单位", "培训", "丙"]]

    workbook = read(as_xlsx(typed, merged=["A1:C1", "A3:A4", "B3:B4"]))
    document = read(as_docx(typed, merged=[(0, 0, 0, 2), (2, 0, 3, 0), (2, 1, 3, 1)]))

    assert (workbook, document) == (filled, filled)


def test_a_workbook_of_old_is_read_with_its_days_and_its_merged_cells():
    title = "２０２６年知识产权“五进”任务分解表"

    assert read(OLD.read_bytes()) == [
        [title] * 6, [], ["序号", "板块", "类别", "任务", "目标", "完成时限"],
        ["1", "进企业", "持续开展宣传普及", "“星空讲坛”专题讲座", "１２期左右", "2026-12-31"],
        ["2", "进企业", "持续开展宣传普及", "政策解读", "不少于５０家", "2026-06-30"], [],
        ["3", "进单位", "党政人才普及教育", "省委党校“蜀光讲坛”", "1-2期", "年底"]]


def test_the_child_reads_each_kind_of_file():
    found = [limits.run("app.sheets:read", {}, words, told=heard) for words in (
        as_xlsx(ROWS), as_docx(ROWS), as_csv(ROWS, "gbk"), OLD.read_bytes())]

    assert [rows[-1][-1] for rows in found] == ["锦江区", "锦江区", "锦江区", "年底"]


def with_ranges(rows, *ranges):
    """A worksheet of one column written by hand: a library would first make every cell that a range claims."""
    cells = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(1, rows + 1))
    merged = "".join(f'<mergeCell ref="{one}"/>' for one in ranges)
    sheet = ('<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
             f"<sheetData>{cells}</sheetData><mergeCells>{merged}</mergeCells></worksheet>")
    return with_part(as_xlsx(ROWS), "xl/worksheets/sheet1.xml", sheet.encode())


def test_a_merged_range_that_claims_the_whole_sheet_fills_no_more_than_there_is():
    assert read(with_ranges(2, "B1:XFD1048576", "A1:A1048576")) == [["1"], ["1"]]


@pytest.mark.parametrize("ranges", [["A1:BH390"] * 300, ["A1:A2"] * 20_001])
def test_ranges_without_end_are_refused(ranges):
    with pytest.raises(limits.Unfit, match="合并的单元格太多"):
        read(with_ranges(400, *ranges))


def test_of_a_document_the_longest_table_is_meant_and_of_a_workbook_the_first_sheet():
    document = as_docx([["签发"]], ROWS, [["附", "注"]])
    workbook = as_xlsx([["一"], ["二"], ["三"]], before=[("说明", ["只有一行"])])

    assert (read(document), read(workbook)) == (ROWS, [["只有一行"]])


def test_who_asks_says_which_sheet_fits():
    book = as_xlsx(ROWS, before=[("说明", ["填表说明"])])

    page = sheets.best(book, heard, fit=lambda rows: "姓名" in rows[0])

    assert (page.name, page.rows, page.of) == ("Sheet", ROWS, 2)


def test_tracked_deletions_are_gone_and_insertions_are_there():
    words = as_docx(ROWS)
    with zipfile.ZipFile(io.BytesIO(words)) as packed:
        xml = packed.read("word/document.xml").decode()
    run = "<w:r><w:t>李 雷</w:t></w:r>"
    assert run in xml
    tracked = xml.replace(run, '<w:del w:id="1" w:author="x"><w:r><w:delText>韩</w:delText></w:r></w:del>'
                               '<w:ins w:id="2" w:author="x"><w:r><w:t>李雷</w:t></w:r></w:ins>')

    assert read(with_part(words, "word/document.xml", tracked.encode()))[1] == ["李雷", "锦江区"]


@pytest.mark.parametrize("make, part", [(as_xlsx, "xl/worksheets/sheet1.xml"), (as_docx, "word/document.xml")])
def test_a_file_that_unpacks_into_too_much_is_refused_before_it_is_unpacked(make, part):
    with pytest.raises(limits.Unfit, match="打开后太大"):
        read(with_part(make(ROWS), part, b" " * (60 * 1024 * 1024)))


def test_a_sheet_packed_more_than_a_hundredfold_is_refused():
    bomb = with_part(as_xlsx(ROWS), "xl/media/image.bin", b"\0" * (4 * 1024 * 1024))

    with pytest.raises(limits.Unfit, match="打开后太大"):
        read(bomb)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("make, part", [
    (as_xlsx, "xl/sharedStrings.xml"), (as_docx, "word/document.xml"), (as_docx, "word/media/picture.png")])
def test_a_document_type_is_refused_in_whatever_part_it_hides(make, part, encoding):
    sly = with_part(make(ROWS), part, DTD.format(encoding).encode(encoding))

    with pytest.raises(limits.Unfit, match="DTD"):
        read(sly)


def test_a_document_type_in_an_encoding_that_only_another_parser_knows_is_refused():
    sly = with_part(as_xlsx(ROWS), "xl/sly.dat", DTD.format("gb18030").encode("gb18030"))

    with pytest.raises(limits.Unfit, match="损坏"):
        read(sly)


def test_more_than_ten_thousand_rows_are_refused():
    with pytest.raises(limits.Unfit, match="超过 10000 行"):
        read(as_csv([["姓名"]] + [["a"]] * 10_001))


def test_ten_thousand_rows_and_as_many_blank_ones_below_are_read():
    assert len(read(as_csv([["姓名"]] + [["a"]] * 10_000 + [[""]] * 10_000))) == 10_001


def test_more_words_than_a_sheet_of_people_holds_are_refused():
    with pytest.raises(limits.Unfit, match="字太多"):
        read(as_csv([["长" * 5_000] * 60] * 30))


def with_a_password(words):
    """What Excel writes behind the beginning of a workbook that it encrypts."""
    behind = words.index(b"\x09\x08\x10\x00") + 20
    return words[:behind] + b"\x2f\x00" + words[behind + 2:]


def a_container_of(stream):
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + stream.encode("utf-16-le") + b"\0\0"


@pytest.mark.parametrize("words, sentence", [
    (b"PK\x03\x04 nothing", "损坏"), (b"\xff\xff\xff\xff", "编码"), (b"", "没有内容"), (b",,\n,,\n", "没有内容"),
    (with_a_password(OLD.read_bytes()), "密码"),
    (a_container_of("EncryptedPackage"), "密码"), (a_container_of("WordDocument"), r"\.doc"),
    (a_container_of(""), "损坏"),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "不是表格"), (b"%PDF-1.7", "PDF"), (b"{\\rtf1", "RTF"),
    (b"\n<html><table>", "网页"), (b'<?xml version="1.0"?><Workbook/>', "XML"), (b'"' + b"a" * 200_000, "引号")])
def test_what_is_no_sheet_is_refused_in_a_sentence(words, sentence):
    with pytest.raises(limits.Unfit, match=sentence):
        read(words)


def test_a_zip_of_something_else_is_no_sheet():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as other:
        other.writestr("a.txt", "a")

    with pytest.raises(limits.Unfit, match=r"不是 \.xlsx"):
        read(out.getvalue())


def test_a_document_without_a_table_says_so():
    with pytest.raises(limits.Unfit, match="没有表格"):
        read(as_docx())


@pytest.mark.parametrize("broken", [
    with_part(as_xlsx(ROWS), "xl/workbook.xml", b"<workbook"), with_part(as_docx(ROWS), "word/document.xml", b"<w:x"),
    OLD.read_bytes()[:3000], OLD.read_bytes()[:8]], ids=["xlsx", "docx", "half an xls", "beginning of an xls"])
def test_a_damaged_file_is_refused_in_the_child(broken):
    with pytest.raises(limits.Unfit, match="损坏"):
        limits.run("app.sheets:read", {}, broken, told=heard)


def test_the_child_reads_a_sheet_of_ten_thousand_rows_within_its_memory():
    rows = [["姓名", "单位", "邮箱"]] + [[f"人{n}", f"单位{n}", f"a{n}@example.org"] for n in range(10_000)]

    assert len(limits.run("app.sheets:read", {}, as_xlsx(rows, merged=["B2:B9000"]), told=heard)) == 10_001

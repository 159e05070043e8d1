"""A stranger's sheet is read under caps, or refused in a sentence."""

import csv
import io
import zipfile

import openpyxl
import pytest

from app import limits, sheets

ROWS = [["姓名", "单位"], ["李 雷", "锦江区"]]


def heard(done, total):
    pass


def as_csv(encoding, separator=","):
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(ROWS)
    return text.getvalue().encode(encoding)


def as_xlsx(rows=ROWS):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(words, name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(words)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("words", [
    as_csv("utf-8"), as_csv("utf-8-sig"), as_csv("gb18030"), as_csv("utf-16"), as_csv("utf-8", ";"),
    as_csv("gbk", "\t"), as_xlsx()], ids=["utf-8", "bom", "gb18030", "utf-16", "semicolons", "tabs", "xlsx"])
def test_the_same_rows_come_out_however_they_were_saved(words):
    assert sheets.read(words, heard) == ROWS


def test_numbers_come_as_people_write_them_and_nothing_invisible_gets_through():
    typed = [["手机", "名"], [13800001234, "李\u202e雷\n"], [13800001234.0, None], [None, None]]

    rows = sheets.read(as_xlsx(typed), heard)

    assert rows == [["手机", "名"], ["13800001234", "李 雷"], ["13800001234"]]


def test_a_sheet_that_unpacks_into_too_much_is_refused_before_it_is_unpacked():
    bomb = with_part(as_xlsx(), "xl/worksheets/sheet1.xml", b" " * (60 * 1024 * 1024))

    with pytest.raises(limits.Unfit, match="打开后太大"):
        sheets.read(bomb, heard)


def test_a_sheet_packed_more_than_a_hundredfold_is_refused():
    bomb = with_part(as_xlsx(), "xl/media/image.bin", b"\0" * (4 * 1024 * 1024))

    with pytest.raises(limits.Unfit, match="打开后太大"):
        sheets.read(bomb, heard)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_sheet_with_a_document_type_is_refused(encoding):
    dtd = '<?xml version="1.0" encoding="{}"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst>&a;</sst>'
    sly = with_part(as_xlsx(), "xl/sharedStrings.xml", dtd.format(encoding).encode(encoding))

    with pytest.raises(limits.Unfit, match="DTD"):
        sheets.read(sly, heard)


def test_more_than_ten_thousand_rows_are_refused():
    long = b"\xef\xbb\xbf" + "姓名\n".encode() + b"a\n" * 10_001

    with pytest.raises(limits.Unfit, match="超过 10000 行"):
        sheets.read(long, heard)


@pytest.mark.parametrize("words, sentence", [
    (b"PK\x03\x04 nothing", "损坏"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧格式"), (b"\xff\xff\xff\xff", "编码"),
    (b"", "没有内容"), (b",,\n,,\n", "没有内容")])
def test_what_is_no_sheet_is_refused_in_a_sentence(words, sentence):
    with pytest.raises(limits.Unfit, match=sentence):
        sheets.read(words, heard)


def test_a_zip_of_something_else_is_no_sheet():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as other:
        other.writestr("a.txt", "a")

    with pytest.raises(limits.Unfit, match=r"不是 \.xlsx"):
        sheets.read(out.getvalue(), heard)


def test_a_sheet_whose_xml_is_broken_is_refused_in_the_child_too():
    broken = with_part(as_xlsx(), "xl/workbook.xml", b"<workbook")

    with pytest.raises(limits.Unfit, match="损坏"):
        limits.run("app.sheets:read", {}, broken, told=heard)


def test_the_child_reads_a_sheet_of_ten_thousand_rows_within_its_memory():
    rows = [["姓名", "单位", "邮箱"]] + [[f"人{n}", f"单位{n}", f"a{n}@example.org"] for n in range(10_000)]

    assert len(limits.run("app.sheets:read", {}, as_xlsx(rows), told=heard)) == 10_001

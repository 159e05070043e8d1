import io

import pytest
from werkzeug.datastructures import FileStorage

from app.files import NotADocument, NotAPhoto, folder, keep_all, keep_evidence, sent
from tests.app.plans.keeping import OLD_WORD, PDF, a_picture, packed
from tests.conftest import AS_OF

WORD = packed("[Content_Types].xml", "word/document.xml")


def brought(data: bytes, name: str) -> FileStorage:
    return FileStorage(io.BytesIO(data), name)


def on_disk() -> int:
    return len(list(folder().glob("*"))) if folder().exists() else 0


@pytest.mark.parametrize(("data", "name", "kept_as", "kind"), [
    (PDF, "关于同意设立的批复.pdf", "关于同意设立的批复.pdf", "application/pdf"),
    (PDF, "批复.html", "批复.pdf", "application/pdf"),
    (WORD, "通知.docx", "通知.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (packed("[Content_Types].xml", "xl/workbook.xml"), "名单.xls", "名单.xlsx",
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (packed("OFD.xml", "Doc_0/Document.xml"), "红头.ofd", "红头.ofd", "application/ofd"),
    (OLD_WORD, "旧通知.doc", "旧通知.doc", "application/msword"),
    (OLD_WORD, "旧通知.wps", "旧通知.wps", "application/octet-stream"),
    (PDF, "..\\..\\C:\\x/\u202efdp.exe", "fdp.pdf", "application/pdf"),
    (PDF, "", "file.pdf", "application/pdf"),
])
def test_a_document_is_kept_as_it_is_under_what_its_bytes_say(app, data, name, kept_as, kind):
    file = keep_evidence(brought(data, name), AS_OF)

    assert (file.name, file.type, file.path.read_bytes()) == (kept_as, kind, data)


def test_a_photo_is_made_anew(app):
    file = keep_evidence(brought(a_picture() + b"<script>", "授牌.png"), AS_OF)

    assert (file.name, file.type, b"<script>" in file.path.read_bytes()) == ("授牌.jpg", "image/jpeg", False)


@pytest.mark.parametrize(("data", "name"), [
    (b"<html><script>alert(1)</script>", "批复.pdf"), (b"<svg onload=alert(1)>", "图.svg"), (b"", "空.pdf"),
    (packed("evil.exe"), "包.zip"), (b"PK\x03\x04 not a zip", "坏.docx"), (OLD_WORD, "安装.msi"),
    (b"MZ\x90\x00", "程序.docx"),
    (packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "宏.docx"),
    (OLD_WORD + "_VBA_PROJECT".encode("utf-16-le"), "宏.doc"), (PDF + b"0" * (12 * 1024 * 1024), "太大.pdf"),
    (packed(*(f"word/{number}.xml" for number in range(2100)), "word/document.xml"), "炸弹.docx"),
])
def test_anything_else_is_refused_and_leaves_nothing(app, data, name):
    with pytest.raises(NotADocument):
        keep_evidence(brought(data, name), AS_OF)

    assert on_disk() == 0


def test_of_several_files_all_are_kept_or_none(app):
    with pytest.raises(NotAPhoto):
        keep_all([brought(PDF, "甲.pdf"), brought(b"\xff\xd8\xff broken", "乙.jpg")], AS_OF)
    refused = on_disk()

    kept = keep_all([brought(PDF, "甲.pdf"), brought(PDF, "又一份.pdf"), brought(WORD, "乙.docx")], AS_OF)

    assert (refused, [file.name for file in kept], on_disk()) == (0, ["甲.pdf", "乙.docx"], 2)


def test_a_file_is_handed_out_to_be_saved_and_can_run_nothing(app):
    with app.test_request_context():
        answer = sent(keep_evidence(brought(PDF, "批复.pdf"), AS_OF))

        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert {name: answer.headers[name] for name in (
            "Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "Cache-Control")} == {
            "Content-Type": "application/pdf", "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
        answer.close()

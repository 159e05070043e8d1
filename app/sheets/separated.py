"""Text with separators: CSV as Excel, WPS and LibreOffice save it, in any of the encodings they use."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from app.limits import Unfit
from app.sheets.cells import Raw

NOT_A_SHEET = "这不是表格文件。可以用 .xlsx、.xls、.csv，或者里面有表格的 .docx。"
# What else comes under the name of a sheet, told by its first bytes.
OTHERS = (
    *((start, "这是图片，不是表格。可以用 .xlsx、.xls、.csv，或者里面有表格的 .docx。")
      for start in (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")),
    (b"%PDF", "这是 PDF，读不出表格。请用原来的 Word 或表格文件。"),
    (b"{\\rtf", "这是 RTF 文档。请用 Word 或 WPS 打开，另存为 .docx 再上传。"),
    (b"<?xml", "这是 XML 文件。请用表格软件打开，另存为 .xlsx 再上传。"),
    (b"<", "这个文件其实是网页。请用表格软件打开，另存为 .xlsx 再上传。"),
)


def pages(words: bytes) -> Iterator[Raw]:
    text = decoded(words)
    head = text[:2000].partition("\n")[0]
    separator = max(",;\t", key=head.count)
    yield Raw("", _rows(text, separator))


def decoded(words: bytes) -> str:
    """:raises Unfit: for what is no text, in a sentence that says what it is instead."""
    start = words[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    for signature, sentence in OTHERS:
        if start.startswith(signature):
            raise Unfit(sentence)
    if words.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _as(words, "utf-16")
    if b"\0" in words:
        return _wide(words)
    try:
        return words.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _as(words, "gb18030")  # what Excel in China saves as CSV


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        raise Unfit("CSV 读不下去：多半有一格的引号没有成对。请用表格软件打开，另存为 .xlsx 再上传。") from error


def _wide(words: bytes) -> str:
    """Two bytes a sign without the mark that says so: separators and line ends tell which way.

    :raises Unfit: for what is no text.
    """
    for encoding in ("utf-16-le", "utf-16-be"):
        text = words.decode(encoding, "replace").rstrip("\0")
        if set(text) & set("\t,;\n") and all(sign.isprintable() or sign in "\t\r\n" for sign in text) and (
                "\ufffd" not in text):
            return text
    raise Unfit(NOT_A_SHEET)


def _as(words: bytes, encoding: str) -> str:
    try:
        return words.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unfit("认不出文件的文字编码。请另存为 .xlsx，或“CSV UTF-8”。") from error

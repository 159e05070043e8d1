"""What .xlsx and .docx share: they are zips, weighed before anything of them is unpacked."""

from __future__ import annotations

import io
import zipfile

from app.limits import BROKEN, Unfit

MOST_BYTES, MOST_RATIO, MOST_PARTS = 50 * 1024 * 1024, 100, 500
_BEFORE = b"\xef\xbb\xbf\xfe\xff\0 \t\r\n"  # what may stand before the first tag, in any width
_LESS_IN_EBCDIC = b"\x4c"


def weighed(words: bytes) -> frozenset[str]:
    """The names of the parts. Sizes are summed before anything is unpacked, and no part has a document type:
    entities live there.

    :raises Unfit: for a bomb, for something else that is a zip, for a document type.
    """
    try:
        packed = zipfile.ZipFile(io.BytesIO(words))
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise Unfit(BROKEN) from error
    parts = packed.infolist()
    size, stored = sum(one.file_size for one in parts), sum(one.compress_size for one in parts)
    if len(parts) > MOST_PARTS or size > MOST_BYTES or size > MOST_RATIO * max(stored, 1):
        raise Unfit("表格打开后太大，没有读。请只留要导入的工作表再试。")
    names = frozenset(one.filename for one in parts)
    if len(names) != len(parts) or "[Content_Types].xml" not in names:
        raise Unfit("这不是 .xlsx 表格，也不是 .docx 文档。")
    for one in parts:
        with packed.open(one) as stream:
            is_xml = stream.read(512).lstrip(_BEFORE)[:1] in (b"<", _LESS_IN_EBCDIC)
        if is_xml or one.filename.endswith((".xml", ".rels", ".vml")):
            _refuse_document_type(packed, one)
    return names


def _refuse_document_type(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """What this parser does not understand goes to no other: another may know its encoding, and its DTD."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, iterparse

    with packed.open(part) as stream:
        try:
            next(iter(iterparse(stream, events=("start",), forbid_dtd=True)), None)  # it stands before the first tag
        except DefusedXmlException as error:
            raise Unfit("表格里有不允许的定义（DTD），没有读。") from error
        except (ParseError, ValueError, LookupError) as error:
            raise Unfit(BROKEN) from error

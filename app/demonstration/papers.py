"""Small documents as evidence of what is made up: each page says that it is a demonstration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from werkzeug.datastructures import FileStorage

from app.files import StoredFile, keep_all

MARK = "演示材料，不是真实文件"
LEFT, TOP, LINE, SIZE = 72, 760, 32, 16  # points on A4


def kept_paper(title: str, words: Sequence[str], as_of: datetime) -> list[StoredFile]:
    """A page called `title` with these lines, kept like an upload."""
    page = FileStorage(BytesIO(paper([MARK, title, *words, MARK])), f"{title}（演示）.pdf")
    return keep_all([page], as_of)


def paper(lines: Sequence[str]) -> bytes:
    """A PDF of one page. ISO 32000-1, 9.7.5.2: every reader knows the CJK font by its name, so none is put in."""
    shown = " T* ".join(f"<{line.encode('utf-16-be').hex()}> Tj" for line in lines)
    drawn = f"BT /F {SIZE} Tf {LINE} TL {LEFT} {TOP} Td {shown} ET".encode("ascii")
    return _file([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H"
        b" /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
        b" /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"])


def _file(objects: Sequence[bytes]) -> bytes:
    """The objects numbered from 1, the first of them the catalogue, with the table of where each begins."""
    out, places = b"%PDF-1.5\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table) + (
        b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(out)))

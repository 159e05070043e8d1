"""Files by id under `instance/files/`; name, type, size and SHA-256 in the table; photos without position data.

Photos are made anew. Documents are kept as they came, so what may come is a short list told by the bytes, and they
are only ever handed out as attachments that can run nothing (`sent`).
"""

from __future__ import annotations

import hashlib
import io
import uuid
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from flask import current_app, send_file
from flask_babel import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.db import Model
from app.errors import Refused

LONGEST_SIDE = 2000
MOST_PIXELS = 60_000_000
MOST_BYTES = 12 * 1024 * 1024  # of one document; a whole request has 16 MB
MOST_PARTS = 2_000  # in a packed one
PDF, ZIP, CONTAINER = b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
# By the part that a packed document of the kind must have; OFD is GB/T 33190, what offices here sign.
PACKED = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx", "OFD.xml": "ofd"}
OLD = ("doc", "xls", "ppt", "wps", "et", "dps")  # one container for all: there only the name tells them apart
MACROS = "_VBA_PROJECT".encode("utf-16-le")  # a stream of that container
OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES = {"pdf": "application/pdf", "docx": OFFICE + "wordprocessingml.document",
         "xlsx": OFFICE + "spreadsheetml.sheet", "pptx": OFFICE + "presentationml.presentation",
         "ofd": "application/ofd", "doc": "application/msword", "xls": "application/vnd.ms-excel",
         "ppt": "application/vnd.ms-powerpoint"}


class NotAPhoto(Refused):
    """The upload is no picture that can be read."""

    status = 422


class NotADocument(Refused):
    """The upload is nothing that may be kept as evidence."""

    status = 422


class StoredFile(Model):
    """One file; `id` is its name on disk."""

    __tablename__ = "stored_file"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    kept_at: Mapped[datetime]

    @property
    def path(self) -> Path:
        return folder() / self.id


def folder() -> Path:
    return Path(current_app.config["INSTANCE_PATH"]) / "files"


def keep_photo(stream: IO[bytes], name: str, as_of: datetime) -> StoredFile:
    """The upload re-encoded as JPEG, turned upright, at most 2000 px a side, without EXIF.

    :raises NotAPhoto: for anything that Pillow does not read as a picture of a sane size.
    """
    try:
        picture = Image.open(stream, formats=("JPEG", "PNG", "WEBP"))
        if picture.width * picture.height > MOST_PIXELS:
            raise NotAPhoto(_("“%(name)s”的尺寸太大，请先缩小。", name=name[:60]))
        picture = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPhoto(_("“%(name)s”不是能读的照片，请用 JPG、PNG 或 WebP。", name=name[:60])) from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, optimize=True)
    return _keep(out.getvalue(), Path(name).stem[:150] + ".jpg", "image/jpeg", as_of)


def keep_file(data: bytes, name: str, kind: str, as_of: datetime) -> StoredFile:
    """Bytes already judged, kept as they are."""
    return _keep(data, Path(name).name[:200], kind, as_of)


def keep_evidence(upload: FileStorage, as_of: datetime) -> StoredFile:
    """A photo made anew, or a PDF, OFD or Office document as it is. Slow: no transaction should be open meanwhile.

    :raises NotADocument: for anything else, one with macros, or one too large.
    :raises NotAPhoto: for a broken picture.
    """
    name = _plain(upload.filename or "")
    start = upload.stream.read(16)
    upload.stream.seek(0)
    if start.startswith(PICTURES):
        return keep_photo(upload.stream, name, as_of)
    data = upload.stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise NotADocument(_("“%(name)s”太大，一个文件最多 12 MB。", name=name[:60]))
    ending = _ending(data, name)
    return _keep(data, f"{PurePosixPath(name).stem[:150]}.{ending}",
                 TYPES.get(ending, "application/octet-stream"), as_of)


def keep_all(uploads: Iterable[FileStorage], as_of: datetime) -> list[StoredFile]:
    """All of them or none, each kept once.

    :raises NotADocument, NotAPhoto: for the first that cannot be kept; those before it are taken away again.
    """
    kept: dict[str, StoredFile] = {}
    try:
        for upload in uploads:
            file = keep_evidence(upload, as_of)
            if file.sha256 in kept:
                forget([file])
            else:
                kept[file.sha256] = file
    except Refused:
        forget(kept.values())
        raise
    return list(kept.values())


def forget(files: Iterable[StoredFile]) -> None:
    """Takes them from the disk; their rows are for who held them to delete."""
    for file in files:
        file.path.unlink(missing_ok=True)


def sent(file: StoredFile) -> Response:
    """To be saved, not shown: whatever is in it runs nowhere near our pages."""
    answer = send_file(file.path, mimetype=file.type, as_attachment=True, download_name=file.name, max_age=0)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _plain(name: str) -> str:
    """The last part of a path of either kind, without signs that are not seen or turn the reading round."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable()).strip(" .") or "file"


def _ending(data: bytes, name: str) -> str:
    """What the bytes say it is.

    :raises NotADocument: for what may not be kept.
    """
    if data.startswith(PDF):
        return "pdf"
    written = PurePosixPath(name).suffix.lower().removeprefix(".")
    parts = _parts(data) if data.startswith(ZIP) else frozenset()
    kind = next((kind for part, kind in PACKED.items() if part in parts), "")
    if data.startswith(CONTAINER) and written in OLD:
        kind = written
    if not kind:
        raise NotADocument(
            _("“%(name)s”不能作为材料：请用照片、PDF、OFD 或 Word、Excel、PPT 文件。", name=name[:60]))
    if MACROS in data or any(part.lower().endswith("vbaproject.bin") for part in parts):
        raise NotADocument(_("“%(name)s”里有宏。请另存为不带宏的文件再上传。", name=name[:60]))
    return kind


def _parts(data: bytes) -> frozenset[str]:
    """The names in a packed document; nothing is unpacked."""
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        return frozenset()
    return frozenset(names) if len(names) <= MOST_PARTS else frozenset()


def _keep(data: bytes, name: str, kind: str, as_of: datetime) -> StoredFile:
    file = StoredFile(id=uuid.uuid4().hex, name=name, type=kind, size=len(data),
                      sha256=hashlib.sha256(data).hexdigest(), kept_at=as_of)
    folder().mkdir(parents=True, exist_ok=True)
    draft = file.path.with_suffix(".part")
    draft.write_bytes(data)
    draft.rename(file.path)
    return file

"""Files by id under `instance/files/`; name, type, size and SHA-256 in the table; photos without position data."""

from __future__ import annotations

import hashlib
import io
import uuid
from datetime import datetime
from pathlib import Path
from typing import IO

from flask import current_app
from flask_babel import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model
from app.errors import Refused

LONGEST_SIDE = 2000
MOST_PIXELS = 60_000_000


class NotAPhoto(Refused):
    """The upload is no picture that can be read."""

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


def _keep(data: bytes, name: str, kind: str, as_of: datetime) -> StoredFile:
    file = StoredFile(id=uuid.uuid4().hex, name=name, type=kind, size=len(data),
                      sha256=hashlib.sha256(data).hexdigest(), kept_at=as_of)
    folder().mkdir(parents=True, exist_ok=True)
    draft = file.path.with_suffix(".part")
    draft.write_bytes(data)
    draft.rename(file.path)
    return file

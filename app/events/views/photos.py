"""A photo as a file of its own, which can run nothing."""

from __future__ import annotations

from flask import send_file
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import NotThere
from app.events.figures import Photo


def sent(photo: Photo | None, *, max_age: int = 0) -> Response:
    """:raises NotThere: when there is none, or its file is gone."""
    if photo is None or not photo.file.path.exists():
        raise NotThere(_("没有找到这张照片。"))
    answer = send_file(photo.file.path, mimetype=photo.file.type, download_name=photo.file.name, max_age=max_age)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer

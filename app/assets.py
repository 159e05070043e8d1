"""Static files under names that change with their content, so that browsers may keep them for ever."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, abort, request, send_from_directory, url_for

# Browsers get few stylesheets, people read them in parts; the order is the cascade. Every page has the first; the
# console adds its own, and a page that draws charts adds theirs, so that a first visit carries neither.
STYLESHEETS = {
    "app.css": ("tokens", "page", "controls", "pieces", "calendar", "public", "print"),
    "console.css": ("console",),
    "charts.css": ("charts",),
}
A_YEAR = "public, max-age=31536000, immutable"


def init_app(app: Flask) -> None:
    folder = Path(app.static_folder or "")

    @lru_cache(maxsize=64)
    def named(name: str) -> str:
        stem, _, ending = name.rpartition(".")
        return f"{stem}.{sha256(_content(folder, name)).hexdigest()[:10]}.{ending}"

    def asset(name: str) -> str:
        if app.debug:
            named.cache_clear()
        return url_for("static", filename=named(name))

    def serve(filename: str) -> Response:
        plain = _plain(filename)
        current = plain != filename and _exists(folder, plain) and named(plain) == filename
        answer = _answer(folder, plain if current else filename)
        answer.headers["Cache-Control"] = A_YEAR if current else "no-cache"
        return answer

    app.jinja_env.globals["asset"] = asset
    app.view_functions["static"] = serve


def stylesheet(folder: Path, name: str = "app.css") -> bytes:
    return b"\n".join((folder / "css" / f"{part}.css").read_bytes() for part in STYLESHEETS[name])


def _content(folder: Path, name: str) -> bytes:
    return stylesheet(folder, name) if name in STYLESHEETS else (folder / name).read_bytes()


def _exists(folder: Path, name: str) -> bool:
    return name in STYLESHEETS or (folder / name).is_file()


def _plain(filename: str) -> str:
    parts = filename.rsplit(".", 2)
    return f"{parts[0]}.{parts[2]}" if len(parts) == 3 and len(parts[1]) == 10 else filename


def _answer(folder: Path, name: str) -> Response:
    if name.startswith("css/"):
        abort(404)
    if name not in STYLESHEETS:
        return send_from_directory(folder, name)
    answer = Response(stylesheet(folder, name), mimetype="text/css")
    answer.add_etag()
    return answer.make_conditional(request)

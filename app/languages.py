"""Which language a page speaks: the one in the address, the one kept, the browser's; Chinese first."""

from __future__ import annotations

from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, get_locale

LANGUAGES = {"zh": "中文", "en": "English"}
COOKIE = "lang"


def init_app(app: Flask) -> None:
    Babel(app, locale_selector=_choose, default_locale="zh", default_timezone=app.config["TIMEZONE"],
          default_translation_directories=str(app.config["TOP"] / "app" / "translations"))
    app.after_request(_keep)


def language() -> str:
    """The language in force: `zh` or `en`."""
    return str(get_locale() or "zh")[:2]


def _choose() -> str:
    if not has_request_context():
        return "zh"
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    return request.accept_languages.best_match(list(LANGUAGES)) or "zh"


def _keep(response: Response) -> Response:
    wish = request.args.get("lang")
    if response.mimetype == "text/html":
        response.vary.update(("Accept-Language", "Cookie"))
        if wish in LANGUAGES and wish != request.cookies.get(COOKIE):
            response.set_cookie(COOKIE, wish, max_age=31_536_000, samesite="Lax", httponly=True,
                                secure=request.is_secure)
    return response

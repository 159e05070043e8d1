"""Errors that any room may raise, and how each is answered: a sentence, never a trace."""

from __future__ import annotations

import logging

from flask import Flask, Response, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from app.db import db

log = logging.getLogger(__name__)


class Refused(Exception):
    """A noun says no. `sentence` is shown to the person as it stands."""

    status = 409

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)


class NotThere(Refused):
    """Not there, or not yours: a stranger cannot tell which."""

    status = 404


class BadInput(Refused):
    """A query or a body that cannot be understood; the sentence names the field."""

    status = 400


def init_app(app: Flask) -> None:
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(DataError, _not_for_a_table)
    app.register_error_handler(Exception, _unforeseen)
    app.after_request(_ways_without_a_page)


def answer(status: int, sentence: str, back: str = "", **headers: str) -> tuple[str, int, dict[str, str]]:
    """Plain text for a calendar program or a script, a page for a person; `back` is a path to lead back to."""
    # A request under a host name that is none of ours has no addresses to build a page from.
    if is_for_machine() or isinstance(request.routing_exception, SecurityError):
        return sentence + "\n", status, {"Content-Type": "text/plain; charset=utf-8", **headers}
    return render_template("errors/error.html", status=status, sentence=sentence, back=back), status, headers


def _ways_without_a_page(answer: Response) -> Response:
    """OPTIONS tells the ways in its header and has no body."""
    if request.method == "OPTIONS" and is_for_machine():
        answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    return answer


def is_for_machine() -> bool:
    """Whether a program asks that no page is of use to: also for what is nearly the address of a calendar. All that
    begins with a key counts; of other beginnings a browser is known by its wish for pages."""
    path = request.path.lower()
    if path in ("/healthz", "/readyz", "/metrics") or path.startswith("/calendar."):
        return True
    if ".ics" in path or ".ical" in path or ".atom" in path or _is_under(path, "/f"):
        return True
    return any(_is_under(path, one) for one in ("/s", "/calendar")) and not wants_pages()


def wants_pages() -> bool:
    """Browsers name what they read (RFC 9110 12.5.1); programs say nothing, or that they take anything."""
    return "text/html" in request.headers.get("Accept", "").lower()


def _is_under(path: str, beginning: str) -> bool:
    return path == beginning or path.startswith(beginning + "/")


def _refused(error: Refused) -> tuple[str, int, dict[str, str]]:
    db.session.rollback()
    return answer(error.status, error.sentence)


def _http(error: HTTPException) -> tuple[str, int, dict[str, str]] | HTTPException:
    if error.code is None or error.code < 400:
        return error
    db.session.rollback()
    sentences = {
        400: _("请求有误，没有处理。请返回上一页重试。"),
        403: _("您没有权限做这件事。"),
        404: _("没有找到这个页面，或者它不对您开放。"),
        405: _("这个地址不接受这种请求。"),
        413: _("提交的内容太大（上限 16 MB），没有保存。"),
        414: _("网址太长，打不开。请少选几个条件再试。"),
        429: _("操作太频繁，请稍后再试。"),
    }
    if error.code == 404 and is_for_machine():
        sentences[404] = _("没有这个日历地址。请核对是不是抄全了，日历的地址以 .ics 结尾。")
    headers = {"Retry-After": "60"} if error.code == 429 else {}
    if error.code == 405 and getattr(error, "valid_methods", None):
        headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return answer(error.code, sentences.get(error.code, _("请求没有处理。")), **headers)


def _not_for_a_table(error: DataError) -> tuple[str, int, dict[str, str]]:
    """What no form offers: a hidden field too long for its column, a sign that no text may hold."""
    db.session.rollback()
    return answer(400, _("请求有误，没有处理。请返回上一页重试。"))


def _database_away(error: OperationalError) -> tuple[str, int, dict[str, str]]:
    log.error("database away: %s", type(error.orig).__name__)
    db.session.rollback()
    return answer(503, _("系统正忙，请稍后再试。您的内容没有保存。"), **{"Retry-After": "10"})


def _unforeseen(error: Exception) -> tuple[str, int, dict[str, str]]:
    log.exception("unforeseen error")
    db.session.rollback()
    return answer(500, _("系统出错了，内容没有保存。请稍后再试，或告诉管理员。"))

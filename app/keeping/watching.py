"""Around the whole application: each request is timed, counted and told in one line of the log."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from flask import Flask, Response, request

from app.db import db
from app.keeping import logs, metrics

log = logging.getLogger("wujin.requests")

# Names for lines of the log, no secrets: asking the kernel for each would let go of the interpreter.
name_of_one = random.Random().getrandbits

ENDPOINT, ACTOR = "wujin.endpoint", "wujin.actor"
UNKNOWN = "none"  # a path that leads nowhere: of endless variety, so neither counted nor told by its words


def init_app(app: Flask) -> None:
    """Put around it last, so that what others answer in front of Flask is seen too."""
    app.url_value_preprocessor(_name_endpoint)  # comes before every other, also before one that refuses
    app.after_request(_name_actor)
    app.extensions["wujin.measures"] = measures = metrics.Requests()
    app.wsgi_app = Watch(app, measures)  # type: ignore[method-assign]


def _name_endpoint(endpoint: str | None, values: dict[str, Any] | None) -> None:
    request.environ[ENDPOINT] = endpoint or UNKNOWN


def _name_actor(response: Response) -> Response:
    request.environ[ACTOR] = db.session().info.get("actor") or ""
    return response


class Watch:
    def __init__(self, app: Flask, measures: metrics.Requests) -> None:
        self.app, self.inner, self.measures = app, app.wsgi_app, measures

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        began, id = perf_counter(), f"{name_of_one(48):012x}"
        logs.request_id.set(id)
        status = 0

        def start(line: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            return start_response(line, [*headers, ("X-Request-Id", id)], *rest)

        try:
            return self.inner(environ, start)  # Flask says the status before this returns
        except Exception:
            if self.app.testing or status:
                raise
            log.exception("no answer could be made")  # the server's own words of it would be the error's
            start("500 Internal Server Error", [("Content-Type", "text/plain; charset=utf-8")])
            return ["系统出错了，内容没有保存。请稍后再试。\n".encode()]
        finally:
            self._tell(environ, id, status or 500, perf_counter() - began)

    def _tell(self, environ: dict[str, Any], id: str, status: int, seconds: float) -> None:
        endpoint, method = environ.get(ENDPOINT, "front"), environ.get("REQUEST_METHOD", "")
        self.measures.count(endpoint, method, status, seconds)
        level = logging.ERROR if status >= 500 else logging.INFO
        if not log.isEnabledFor(level):
            return
        fields = {"request": id, "method": method, "endpoint": endpoint, "path": _path(environ, endpoint),
                  "status": status, "ms": round(seconds * 1000, 1)}
        if (actor := environ.get(ACTOR, "")).startswith("person:"):
            fields["person"] = int(actor.removeprefix("person:"))
        log.log(level, "request", extra={"fields": fields})


def _path(environ: dict[str, Any], endpoint: str) -> str:
    if endpoint == UNKNOWN:
        return logs.HIDDEN
    return logs.without_keys(environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace"))[:200]

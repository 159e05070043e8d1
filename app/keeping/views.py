"""`/healthz`, `/readyz` and `/metrics`: for machines that watch."""

from __future__ import annotations

import os
from hmac import compare_digest
from ipaddress import ip_address

from flask import Blueprint, Response, abort, current_app, jsonify, request
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.access import public
from app.clock import now
from app.db import db
from app.keeping import health, metrics

bp = Blueprint("keeping", __name__)

FORWARDED = ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via")


@bp.get("/healthz")
@public
def healthz() -> Response:
    """200, or 503 where a point has failed: for an alarm."""
    found = health.examine(now())
    return _fresh(jsonify(found.json()), 503 if found.state is health.State.FAILED else 200)


@bp.get("/readyz")
@public
def readyz() -> Response:
    """200 where pages can be served: for a proxy that chooses among several."""
    try:
        is_ready = health.database().state is health.State.OK
    except SQLAlchemyError:
        db.session.rollback()
        is_ready = False
    return _fresh(jsonify({"status": "ready" if is_ready else "not ready"}), 200 if is_ready else 503)


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """What search engines leave alone: the console and tickets. Private calendars are kept out by a header of their
    own (X-Robots-Tag): a calendar program that heeds this file must be able to fetch them."""
    return Response("User-agent: *\nDisallow: /console/\nDisallow: /t/\n",
                    content_type="text/plain; charset=utf-8")


@bp.get("/metrics")
@public
def measures() -> Response:
    """From this machine, or with the token of METRICS_TOKEN; for others it is not there."""
    if not _may_measure():
        abort(404)
    lines = [*current_app.extensions["wujin.measures"].lines(str(os.getpid())), *health.measures(now())]
    return _fresh(Response("\n".join(lines) + "\n", content_type=metrics.TYPE), 200)


def _may_measure() -> bool:
    token = current_app.config["METRICS_TOKEN"]
    if token and compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        return True
    # Behind a proxy that nobody told us of, everybody seems to come from this machine.
    if not current_app.config["TRUSTED_PROXIES"] and any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _fresh(answer: Response, status: int) -> Response:
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer

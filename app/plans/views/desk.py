"""What the console's pages of registers, milestones and programmes share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app, flash, g, redirect, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.accounts.models import Actor, Role
from app.accounts.places import Organization
from app.clock import now
from app.db import db
from app.errors import NotThere, Refused
from app.exporting import XLSX, csv_of
from app.files import StoredFile, forget, keep_all
from app.plans.asking import PlanForm

Page = tuple[str, int] | Response
PLANNERS = (Role.PLANNER.value,)
KEEPERS = (Role.PLANNER.value, Role.ORGANIZER.value)  # who look after entries, and bring milestones about


def as_keeper() -> Actor:
    """The person who asks, where he may change what is kept."""
    return Actor.of(g.actor.person, frozenset(Role(role) for role in KEEPERS))


def as_planner() -> Actor:
    return Actor.of(g.actor.person, frozenset({Role.PLANNER}))


def get_root() -> Organization:
    """The root office, for a planner of it.

    :raises NotThere: for one who plans for less.
    """
    root = db.session.scalars(Organization.under(g.actor.paths).where(Organization.parent_id.is_(None))).first()
    if root is None:
        raise NotThere(_("这件事由最上级单位的计划管理人员来做。"))
    return root


@contextmanager
def judged(form: PlanForm) -> Iterator[None]:
    """What a noun refuses becomes an error of the form, and nothing of the transaction stays."""
    try:
        yield
    except NotThere:
        raise
    except Refused as error:
        db.session.rollback()
        form.refuse(error)


@contextmanager
def kept(uploads: Iterable[FileStorage]) -> Iterator[list[StoredFile]]:
    """The uploads as files, none of which stays when what is done with them fails. Nobody waits for us meanwhile:
    the transaction is given back first, so load again within."""
    db.session.rollback()
    files = keep_all(uploads, now())
    try:
        yield files
    except BaseException:
        forget(files)
        raise


def answer(form: PlanForm) -> int:
    return form.status if request.method == "POST" else 200


def done(address: str, sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(address)


def sheet(rows: Iterable[Iterable[object]], name: str) -> Response:
    return separated(csv_of(rows), name)


def separated(words: bytes, name: str) -> Response:
    return _attached(words, f"{name}.csv", "text/csv; charset=utf-8")


def workbook(words: bytes, name: str) -> Response:
    return _attached(words, f"{name}.xlsx", XLSX)


def _attached(words: bytes, name: str, kind: str) -> Response:
    made = current_app.response_class(words, content_type=kind)
    made.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return made


def words_for(**fields: Any) -> dict[str, Any]:
    """Arguments of an address: empty ones are left out."""
    return {name: value for name, value in fields.items() if value}

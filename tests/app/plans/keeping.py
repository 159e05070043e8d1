"""Registers, entries and evidence for tests."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

from PIL import Image
from sqlalchemy import select

from app.accounts.places import Organization, Region
from app.db import db
from app.plans.milestones import Milestone, Step
from app.plans.outside import OutsideFigure
from app.plans.programmes import Programme
from app.plans.registers import Register, RegisterEntry
from app.plans.standing import Course
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_task, an_office

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def a_register(name: str = "培训基地", **words: Any) -> Register:
    found = db.session.scalars(select(Register).where(Register.name == name)).one_or_none()
    return found or Register.founded(an_office(), AS_OF, name=name, **words)


def an_entry(name: str = "演示培训基地", *, register: Register | None = None,
             organization: Organization | None = None, region: Region | None = None, as_of: datetime = AS_OF,
             **words: Any) -> RegisterEntry:
    """Chengdu's, listed unless a `course` says more."""
    organization = organization or a_city_office()
    return RegisterEntry.entered(register or a_register(), organization, region or organization.region, name, as_of,
                                 **words)


def approved(on: date = date(2026, 2, 10)) -> Course:
    return Course(applied_on=date(2026, 1, 5), approved_on=on)


def upload(data: bytes = PDF, name: str = "批复.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def packed(*parts: str) -> bytes:
    """A zip with parts of these names, as Office makes them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for part in parts:
            made.writestr(part, "<x/>")
    return out.getvalue()


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    return out.getvalue()


def a_milestone(title: str = "申报", *, code: str = "S3.1", due_on: date | None = None,
                organization: Organization | None = None, as_of: datetime = AS_OF, year: int = 2026,
                **words: Any) -> Milestone:
    """The root office's, on a task without events, due on the day of the tests unless told otherwise."""
    return Milestone.planned(a_task(code, year), organization or an_office(), as_of, title=title,
                             step=words.pop("step", Step.APPLICATION), due_on=due_on or date(2026, 3, 2), **words)


def a_figure(amount: int = 1000, *, month: date | None = None, as_of: datetime = AS_OF, year: int = 2026,
             **words: Any) -> OutsideFigure:
    """A running total of the distance-education platform, of the month of the tests."""
    said = {"month": month or date(2026, 3, 1), "true_on": date(2026, 3, 2), "region": an_office().region,
            "source": "远程教育平台", "amount": amount}
    return OutsideFigure.record(a_task("N2.4", year).indicators[0], as_of, None, **said | words)


def a_programme(name: str = "蜀光讲坛", **words: Any) -> Programme:
    found = db.session.scalars(select(Programme).where(Programme.name == name)).one_or_none()
    return found or Programme.founded(an_office(), name, AS_OF, **words)

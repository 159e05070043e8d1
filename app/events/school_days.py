"""Whether schools have other things to do on an event's days."""

from __future__ import annotations

from flask_babel import gettext as _

from app.db import db
from app.events.models import Event
from app.plans.models import Sector
from app.workdays.models import SchoolTerm, TermKind


def is_for_schools(event: Event) -> bool:
    """By its tasks: what goes into schools."""
    return any(task.category.sector == Sector.SCHOOLS for task in event.tasks)


def school_hint(event: Event) -> str:
    """A sentence where it falls into exams, or outside of term; nothing where nobody entered any term."""
    if not is_for_schools(event):
        return ""
    first, last = event.span.starts_on, event.span.ends_on
    for region in event.regions:
        touched = db.session.scalars(SchoolTerm.touching(region.code, first, last)).all()
        for one in sorted(touched, key=lambda term: term.kind != TermKind.EXAMS):
            if one.kind in (TermKind.EXAMS, TermKind.VACATION):
                return _("%(region)s的学校这时候是“%(name)s”（%(first)s至%(last)s），请先和学校商量。",
                         region=region.short_name, name=one.name, first=one.first.isoformat(),
                         last=one.last.isoformat())
    return ""

"""The pages of a small sheet: upload, look at each cell, bring in. What the sheet is of, its room says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import flash, g, redirect, render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app import jobs
from app.accounts.views.jobs import get_job, is_rung
from app.clock import now
from app.db import db
from app.errors import Refused
from app.forms import PlainForm
from app.jobs import Job, JobState
from app.plans.asking import SheetForm
from app.plans.sheet_head import JudgedSheet

Page = tuple[str, int] | Response
SHOWN = 500
AT = "console/sheets/"
_ORDER = ("changed", "new", "same")


@dataclass(frozen=True, slots=True)
class SheetPages:
    """`of`: what the sheet is about, as the heading says it; `crumbs`: what leads here, (address, word).

    `judge` holds what a job found against what is there now; `asks`, a template, asks for more beside the button;
    `about`, words for that template.
    """

    kind: str
    of: str
    crumbs: Sequence[tuple[str, str]]
    upload_at: str
    template_at: str
    back_at: str
    show_at: Callable[[int], str]
    notes: Sequence[str]
    judge: Callable[[Any], JudgedSheet]
    word_of: Callable[[str], str]
    asks: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)

    def uploading(self, form: SheetForm, status: int = 200) -> Page:
        return render_template(f"{AT}upload.html", pages=self, form=form), status

    def uploaded(self, form: SheetForm, payload: Mapping[str, Any] | None = None) -> Page:
        """Read behind the page, in a child."""
        if not form.validate_on_submit():
            return self.uploading(form, form.status)
        job = jobs.enqueue(self.kind, asked_by=f"person:{g.actor.person.id}", as_of=now(), payload=payload,
                           attachment=form.sheet.data.read())
        db.session.commit()
        return redirect(self.show_at(job.id))

    def shown(self, job_id: int) -> Page:
        """How far the reading is; then every line, with what is wrong in its cell and what would change."""
        job = get_job(job_id, self.kind)
        if not job.is_over:
            return render_template(f"{AT}reading.html", pages=self, job=job, is_rung=is_rung()), 200
        if job.state == JobState.FAILED or job.result is None:
            return render_template(f"{AT}unread.html", pages=self, sentence=job.error), 200
        try:
            return self._preview(self.judge(job.result), 200)
        except Refused as error:
            return render_template(f"{AT}unread.html", pages=self, sentence=error.sentence), error.status

    def applied(self, job_id: int, bring_in: Callable[[Any, Job], str], then: str = "") -> Page:
        """Judged once more: what has changed since the look at it counts. All of it or nothing; `bring_in` gives the
        sentence that tells what was done."""
        job = get_job(job_id, self.kind, lock=True)
        if job.result is None:
            flash(_("这张表已经导入过，或者放了超过一天。"), "warning")
            return redirect(self.back_at)
        found = self.judge(job.result)
        if not found.good:
            return self._preview(found, 422)
        try:
            sentence = bring_in(found, job)
        except Refused as error:
            db.session.rollback()
            return self._preview(self.judge(get_job(job_id, self.kind).result), error.status, error.sentence)
        job.forget()
        db.session.commit()
        flash(sentence + (ngettext(
            "有问题的 %(bad)d 行没有导入。",
            "有问题的 %(bad)d 行没有导入。",
            found.bad, bad=found.bad) if found.bad else ""), "success")
        return redirect(then or self.back_at)

    def _preview(self, found: JudgedSheet, status: int, sentence: str = "") -> Page:
        """What is wrong comes first, then what changes, so that it is seen however long the sheet."""
        lines = sorted(found.lines, key=lambda line: (line.is_good, _ORDER.index(line.what)))
        return render_template(
            f"{AT}preview.html", pages=self, sheet=found, lines=lines[:SHOWN], shown=SHOWN, sentence=sentence,
            columns=[(name, self.word_of(name)) for name in found.columns], form=PlainForm(formdata=None),
            **self.about), status

"""The State Council's notice: upload, look at what changes and what moves, bring it in."""

from __future__ import annotations

from itertools import islice
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField, FileRequired, FileSize
from wtforms import ValidationError

from app import jobs
from app.accounts.access import allowed
from app.accounts.views.jobs import get_job, is_rung
from app.clock import now
from app.db import db
from app.errors import NotThere, Refused
from app.events.models import Event
from app.forms import PlainForm, is_a_workbook_if_it_says_so
from app.jobs import Job, JobState
from app.plans.asking import PlanForm
from app.reminders.notice import COLUMNS, Notice, changed_days
from app.reminders.notice_reading import CALENDAR
from app.reminders.redating import moved_under
from app.reminders.views.desk import KEEPERS, Page, as_keeper, bp, done, keeps_root
from app.reminders.views.touched import MOST, events_on
from app.workdays.kept import present

KIND = "reminders.notice"
MOST_BYTES = 2 * 1024 * 1024


class NoticeForm(PlanForm):
    """The notice as a file."""

    sheet = FileField(_l("放假通知"), [
        FileRequired(_l("请选一个文件。")), FileSize(max_size=MOST_BYTES, message=_l("文件最大 2 MB。")),
        is_a_workbook_if_it_says_so],
        description=_l("日历文件（.ics），或写着日期和“休”“班”的表格（.xlsx、.xls、.csv）。"))

    def validate_sheet(self, field: Any) -> None:
        if (field.data.filename or "").lower().endswith(".ics"):
            start = field.data.stream.read(4096)
            field.data.stream.seek(0)
            if CALENDAR not in start.upper():
                raise ValidationError(_("这不是日历文件，里面没有 VCALENDAR。请确认文件没有传错。"))


@bp.get("/calendar-days/notice")
@allowed(*KEEPERS)
def notice() -> Page:
    _require_root()
    return render_template("reminders/days/upload.html", form=NoticeForm(), columns=COLUMNS), 200


@bp.post("/calendar-days/notice")
@allowed(*KEEPERS)
def upload_notice() -> Page:
    _require_root()
    form = NoticeForm()
    if not form.validate_on_submit():
        return render_template("reminders/days/upload.html", form=form, columns=COLUMNS), form.status
    job = jobs.enqueue(KIND, asked_by=f"person:{g.actor.person.id}", as_of=now(), attachment=form.sheet.data.read())
    db.session.commit()
    return redirect(url_for("reminders.show_notice", job_id=job.id))


@bp.get("/calendar-days/notices/<int:job_id>")
@allowed(*KEEPERS)
def show_notice(job_id: int) -> Page:
    """How far the reading is; then each line, the days that change, and what moves with them."""
    _require_root()
    job = get_job(job_id, KIND)
    if not job.is_over:
        return render_template("reminders/days/reading.html", job=job, is_rung=is_rung()), 200
    if job.state == JobState.FAILED or job.result is None:
        return render_template("reminders/days/unread.html", sentence=job.error), 200
    try:
        return _preview(job, 200)
    except Refused as error:
        return render_template("reminders/days/unread.html", sentence=error.sentence), error.status


@bp.post("/calendar-days/notices/<int:job_id>")
@allowed(*KEEPERS)
def bring_in_notice(job_id: int) -> Page:
    """Judged once more; what hangs on working days moves in the same transaction."""
    _require_root()
    job = get_job(job_id, KIND, lock=True)
    if job.result is None:
        flash(_("这份通知已经用过，或者放了超过一天。"), "warning")
        return redirect(url_for("reminders.calendar_days"))
    read = Notice.read(job.result, present())
    if not read.good:
        return _preview(job, 422)
    changed = len(changed_days(present(), read.over(present()), read.years))
    read.bring_in(now())
    job.forget()
    db.session.commit()
    return done(url_for("reminders.calendar_days", month=f"{min(read.days):%Y-%m}"), ngettext(
        "已按通知更新，%(num)d 天和原来不同。", "已按通知更新，%(num)d 天和原来不同。", changed))


def _preview(job: Job, status: int) -> Page:
    before = present()
    read = Notice.read(job.result or [], before)
    after = read.over(before)
    changed = changed_days(before, after, read.years)
    return render_template(
        "reminders/days/preview.html", sheet=read, unnamed=read.unnamed(before),
        lines=sorted(read.lines, key=lambda line: line.is_good),
        columns=[(name, words[0]) for name, words in COLUMNS.items() if name in read.columns], changed=changed,
        moved=list(islice(moved_under(after), MOST)), events=events_on(Event.scoped(as_keeper()), changed),
        form=PlainForm(formdata=None)), status


def _require_root() -> None:
    """:raises NotThere: for those below: the country's days are everybody's."""
    if not keeps_root(g.actor):
        raise NotThere(_("没有找到这个页面，或者它不对您开放。"))

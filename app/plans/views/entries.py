"""One entry of a register: entering and correcting it, its steps, and the files that show them."""

from __future__ import annotations

from flask import g, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import local_day, now
from app.db import Change, db, note
from app.errors import NotThere, Refused
from app.events.queries import held_at
from app.events.views.desk import own_organization
from app.files import forget, sent
from app.forms import PlainForm
from app.plans.console import bp
from app.plans.register_forms import EntryForm, FilesForm, StepForm, steps_after
from app.plans.register_queries import get_entry, get_register
from app.plans.registers import RegisterEntry
from app.plans.standing import STEPS, Standing
from app.plans.views.desk import KEEPERS, Page, answer, as_keeper, done, judged, kept

SHOWN_EVENTS = 50


class HasHosted(Refused):
    """Events were held there: it cannot be made never to have been."""


@bp.get("/registers/<int:id>/entries/new")
@allowed(*KEEPERS)
def new_entry(id: int) -> Page:
    register = get_register(g.actor, id)
    form = EntryForm(g.actor, register)
    form.place_at(own_organization(g.actor))
    return render_template("console/registers/entry_form.html", form=form, register=register, entry=None), 200


@bp.post("/registers/<int:id>/entries")
@allowed(*KEEPERS)
def add_entry(id: int) -> Page:
    register = get_register(g.actor, id)
    form = EntryForm(g.actor, register)
    if form.validate_on_submit():
        with judged(form):
            made = RegisterEntry.entered(register, as_of=now(), course=form.course, **form.words())
            db.session.commit()
            return _back(made, _("已登记。"))
    register = get_register(g.actor, id)
    return render_template("console/registers/entry_form.html", form=form, register=register, entry=None), form.status


@bp.get("/registers/entries/<int:id>")
@allowed()
def entry(id: int) -> str:
    """Its facts, its steps with their days, what shows them, and the events held there."""
    found, today = get_entry(g.actor, id), local_day(now())
    events = db.session.scalars(held_at(g.actor, found).limit(SHOWN_EVENTS)).all() if found.register.can_host else []
    may_keep = as_keeper().reaches(found.organization)
    return _entry_page(found, StepForm(found, today), FilesForm(), 200, may_keep=may_keep, events=events)


@bp.get("/registers/entries/<int:id>/edit")
@allowed(*KEEPERS)
def edit_entry(id: int) -> Page:
    found = get_entry(g.actor, id)
    form = EntryForm(g.actor, found.register, found)
    form.show(found)
    return _edit_page(found, form)


@bp.post("/registers/entries/<int:id>/edit")
@allowed(*KEEPERS)
def correct_entry(id: int) -> Page:
    found = get_entry(g.actor, id, lock=True)
    form = EntryForm(g.actor, found.register, found)
    with judged(form):
        form.must_be_fresh(found)
        if form.validate_on_submit():
            found.correct(now(), course=form.course, **form.words())
            db.session.commit()
            return _back(found, _("已更正。"))
    return _edit_page(get_entry(g.actor, id), form)


@bp.post("/registers/entries/<int:id>/standing")
@allowed(*KEEPERS)
def advance_entry(id: int) -> Page:
    """The next step, with its evidence."""
    form = StepForm(get_entry(g.actor, id), local_day(now()))
    if form.validate_on_submit():
        with judged(form), kept(form.files.uploads) as files:
            found = get_entry(g.actor, id, lock=True)
            form.must_be_fresh(found)
            found.advance(Standing(form.standing.data), form.on.data, now(), number=form.number.data or "",
                          reason=form.reason.data or "")
            forget(found.add_files(files, now()))
            db.session.commit()
            return _back(found, _("已记为“%(standing)s”。", standing=Standing(found.standing).label))
    return _entry_page(get_entry(g.actor, id), form, FilesForm(formdata=None), form.status, may_keep=True)


@bp.post("/registers/entries/<int:id>/files")
@allowed(*KEEPERS)
def add_entry_files(id: int) -> Page:
    form, found = FilesForm(), get_entry(g.actor, id)
    if form.validate_on_submit():
        with judged(form), kept(form.more.uploads) as files:
            found = get_entry(g.actor, id, lock=True)
            forget(found.add_files(files, now()))
            db.session.commit()
            return _back(found, _("材料已保存。"))
    found = get_entry(g.actor, id)
    step = StepForm(found, local_day(now()), formdata=None)
    step.open_on(found)
    return _entry_page(found, step, form, form.status, may_keep=True)


@bp.get("/registers/entries/<int:id>/files/<file_id>")
@allowed()
def entry_file(id: int, file_id: str) -> Response:
    held = next((one for one in get_entry(g.actor, id).files if one.file_id == file_id), None)
    if held is None or not held.file.path.exists():
        raise NotThere(_("没有找到这个文件。"))
    return sent(held.file)


@bp.post("/registers/entries/<int:id>/files/<file_id>/removal")
@allowed(*KEEPERS)
def drop_entry_file(id: int, file_id: str) -> Response:
    found = get_entry(g.actor, id, lock=True)
    dropped = found.drop_file(file_id, now())
    path = dropped.path
    db.session.commit()
    path.unlink(missing_ok=True)
    return _back(found, _("材料已删除。"))


@bp.post("/registers/entries/<int:id>/name")
@allowed(*KEEPERS)
def entry_name(id: int) -> str:
    """A person's name in full; that it was shown is recorded."""
    found = get_entry(g.actor, id)
    note(Change(found, "name_shown", now()))
    names = [(found.name, found.organization.name, found.level)]
    register_id = found.register_id
    db.session.commit()
    return render_template("console/registers/names.html", register=get_register(g.actor, register_id), names=names)


@bp.post("/registers/entries/<int:id>/removal")
@allowed(*KEEPERS)
def discard_entry(id: int) -> Response:
    """For one entered by mistake; where events were held it can only be withdrawn."""
    found = get_entry(g.actor, id, lock=True)
    if db.session.scalars(held_at(None, found).limit(1)).first() is not None:
        raise HasHosted(_("这里办过活动，不能删除。不再使用的请记为“撤销”。"))
    register_id, paths = found.register_id, [file.path for file in found.discard(now())]
    db.session.commit()
    for path in paths:
        path.unlink(missing_ok=True)
    return done(url_for("console_plans.register", id=register_id), _("已删除。"))


def _entry_page(found: RegisterEntry, step: StepForm, files: FilesForm, status: int, *, may_keep: bool,
                events: object = ()) -> Page:
    return render_template(
        "console/registers/entry.html", entry=found, register=found.register, step=step, files_form=files,
        steps=[(one, found.course.day_of(one)) for one in STEPS], standing=Standing(found.standing),
        is_last=not steps_after(Standing(found.standing)), may_keep=may_keep, events=events,
        form=PlainForm(formdata=None), reaches=lambda event: g.actor.reaches(event.organization)), status


def _edit_page(found: RegisterEntry, form: EntryForm) -> Page:
    return render_template("console/registers/entry_form.html", form=form, register=found.register,
                           entry=found), answer(form)


def _back(found: RegisterEntry, sentence: str) -> Response:
    return done(url_for("console_plans.entry", id=found.id), sentence)



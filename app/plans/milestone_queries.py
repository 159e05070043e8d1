"""Reads of milestones."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import Select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Actor
from app.db import db
from app.errors import NotThere
from app.plans.milestones import Milestone
from app.plans.models import Task


def on_task(actor: Actor, task: Task) -> Select[Milestone]:
    """What the actor sees of a task's milestones, with who brings them about and what shows them."""
    return Milestone.seen_by(actor).where(Milestone.task_id == task.id).options(
        joinedload(Milestone.organization), selectinload(Milestone.files))


def get_milestone(actor: Actor, id: int, *, lock: bool = False) -> Milestone:
    """The actor's milestone; `lock` holds its row until the transaction ends.

    :raises NotThere: for one that is not there and for a stranger's alike.
    """
    wanted = Milestone.scoped(actor).where(Milestone.id == id)
    wanted = wanted.with_for_update(of=Milestone).execution_options(populate_existing=True) if lock else (
        wanted.options(joinedload(Milestone.organization), joinedload(Milestone.indicator),
                       joinedload(Milestone.task).joinedload(Task.plan), selectinload(Milestone.files)))
    found = db.session.scalars(wanted).unique().one_or_none()
    if found is None:
        raise NotThere(_("没有找到这个节点，或者它不归您管。"))
    return found

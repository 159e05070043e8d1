"""What was understood of a task sheet, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _

from app.plans.models import Plan, Sector
from app.plans.sheet.differences import Difference, Kind, TaskDifference
from app.plans.sheet.tasks import TaskSheet


def lines_of(difference: Difference) -> Iterator[str]:
    """The tree, what is new, changed, renamed, back or gone, and below each task how its targets are read."""
    sector, category = None, None
    for one in difference.tasks:
        if one.place.sector is not sector:
            sector = one.place.sector
            yield f"{sector.value} {sector.label}"
        if one.place is not category:
            category = one.place
            yield f"  {category.code} {category.name}"
        yield from _lines_of_task(one)
    for task in difference.gone:
        yield _("不在表里了：%(code)s %(title)s", code=task.code, title=task.title)
    counts = difference.summary
    yield _("、").join(_("%(kind)s %(count)d 项", kind=kind.label, count=counts[kind.value]) for kind in Kind) + _(
        "、不在表里了 %(count)d 项", count=counts["gone"])


def problems_of(sheet: TaskSheet) -> Iterator[str]:
    for one in sheet.problems:
        yield _("第 %(row)d 行 %(column)s：%(sentence)s", row=one.row, column=one.column.label,
                sentence=one.sentence) + ("" if one.is_grave else _("（其余照常导入）"))
    for aside in sheet.aside:
        yield _("第 %(row)d 行不是任务，没有导入：%(words)s", row=aside.number, words=aside.words[:40])


def lines_of_plan(plan: Plan) -> Iterator[str]:
    """Of a plan read from our own table, where every number is stated."""
    sector = None
    for category in plan.categories:
        if category.sector != sector:
            sector = category.sector
            yield f"{sector} {Sector(sector).label}"
        yield f"  {category.code} {category.name}"
        for task in category.tasks:
            yield f"    {task.code} {task.title}"
            for one in task.indicators:
                yield f"        {one.wording or _('（原文没有写数）')} → {one.target.describe()}"


def _lines_of_task(one: TaskDifference) -> Iterator[str]:
    mark = "" if one.kind is Kind.SAME else f"  [{one.kind.label}]"
    yield f"    {one.code} {one.sheet.title}{mark}"
    for change in one.changes:
        yield _("        %(label)s：%(old)s → %(new)s", label=change.label, old=change.old or _("（空）"),
                new=change.new or _("（空）")).replace("\n", " ")
    for basis, proposals in one.sheet.targets.items():
        words = one.sheet.words_of(basis)
        for proposal in proposals:
            yield f"        {proposal.understood.wording} → {proposal.understood.describe()}"
        if words and not proposals:
            yield _("        %(words)s → 读不出数，保留原文", words=words)

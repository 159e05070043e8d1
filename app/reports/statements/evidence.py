"""The evidence pack (佐证材料): of each task its events, photos and milestones, and the registers, in one zip.

Written straight to a file in slices, so that memory stays small however many photos there are.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.places import below
from app.db import db
from app.events.asking import office_zone
from app.events.models import Event
from app.exporting import csv_of
from app.files import StoredFile
from app.limits import Progress
from app.plans.milestones import Milestone
from app.plans.models import Task
from app.plans.registers import RegisterEntry
from app.reports.statements import workbook
from app.reports.statements.ledger import held, slices
from app.reports.statements.period import Period
from app.reports.statements.statement import Statement

EVENT_COLUMNS = ("活动", "日期", "地点", "主办单位", "人次", "人数", "资料（份）", "报道链接", "小结", "照片")
PACKED_ALREADY = ("image/", "application/pdf", "application/zip", "application/vnd.openxmlformats")
_UNFIT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


class Pack:
    """A zip being written, and its list of contents with their SHA-256."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self._rows: list[list[str]] = []
        self._taken: set[str] = set()

    def add(self, name: str, words: bytes) -> None:
        name = self._free(name)
        self._zip.writestr(name, words)
        self._rows.append([name, str(len(words)), hashlib.sha256(words).hexdigest()])

    def add_file(self, folder: str, file: StoredFile) -> bool:
        """False where the file itself is missing; the list then says so."""
        name = self._free(f"{folder}/{safe(file.name)}")
        if not file.path.is_file():
            self._rows.append([name, "0", "文件缺失"])
            return False
        method = zipfile.ZIP_STORED if file.type.startswith(PACKED_ALREADY) else zipfile.ZIP_DEFLATED
        self._zip.write(file.path, name, method)
        self._rows.append([name, str(file.size), file.sha256])
        return True

    def close(self) -> None:
        self._zip.writestr("清单.csv", csv_of([("文件", "字节", "SHA-256"), *self._rows]))
        self._zip.close()

    def _free(self, name: str) -> str:
        stem, dot, ending = name.rpartition(".")
        number, wanted = 1, name
        while wanted in self._taken:
            number += 1
            wanted = f"{stem}（{number}）{dot}{ending}" if dot and "/" not in ending else f"{name}（{number}）"
        self._taken.add(wanted)
        return wanted


def safe(name: str) -> str:
    """A name that every system can unpack: nothing that leads elsewhere, and not too long."""
    plain = _UNFIT_IN_NAMES.sub("_", name).strip(" .")
    return plain[:60] if len(plain) <= 60 else plain[:52] + plain[-8:]


@dataclass(frozen=True, slots=True)
class Whose:
    """A plan's tasks, as the office at `path` and those below it brought them about in a period."""

    plan_id: int
    path: str
    period: Period


def write(file: Path, whose: Whose, statement: Statement, told: Progress) -> int:
    """The pack of all tasks; how many files of evidence are in it. `told` hears of each task."""
    folders = {task["code"]: f"{safe(task['code'])} {safe(task['title'])}" for task in statement["tasks"]}
    pack, files = Pack(file), 0
    try:
        sheet = file.with_suffix(".xlsx")
        workbook.task_sheet(sheet, statement)
        pack.add("任务分解和进展表.xlsx", sheet.read_bytes())
        sheet.unlink()
        for number, task in enumerate(statement["tasks"], 1):
            files += _task(pack, folders[task["code"]], task, whose)
            told(number, len(statement["tasks"]))
        files += _registers(pack, whose)
    finally:
        pack.close()
    return files


def _task(pack: Pack, folder: str, told_task: dict[str, Any], whose: Whose) -> int:
    files, rows = 0, []
    wanted = held(whose.path, whose.period).where(Event.tasks.any(
        (Task.code == told_task["code"]) & (Task.plan_id == whose.plan_id)))
    for found in slices(wanted, joinedload(Event.organization), joinedload(Event.figures),
                        selectinload(Event.photos)):
        for event in found:
            day = event.starts_at.astimezone(office_zone()).date().isoformat()
            place = f"{folder}/活动/{day} {safe(event.title)}"
            files += sum(pack.add_file(place, photo.file) for photo in event.photos)
            rows.append(_event_row(event, day))
    pack.add(f"{folder}/情况.txt", _situation(told_task).encode("utf-8-sig"))
    if rows:
        pack.add(f"{folder}/活动.csv", csv_of([EVENT_COLUMNS, *rows]))
    for milestone in _milestones(whose, told_task["code"]):
        files += sum(pack.add_file(f"{folder}/节点/{safe(milestone.title)}", one.file) for one in milestone.files)
    return files


def _event_row(event: Event, day: str) -> Sequence[object]:
    figures = event.figures
    return (event.title, day, event.location, event.organization.name,
            *((figures.attendances, figures.people, figures.materials, figures.media_url, figures.summary)
              if figures else (None, None, None, "", "")), len(event.photos))


def _situation(task: dict[str, Any]) -> str:
    out = io.StringIO()
    out.write(f"{task['code']} {task['title']}\r\n\r\n计划原文：{task['wording']}\r\n")
    for one in task["indicators"]:
        out.write(f"指标：{one['name']}，{one['wording'] or one['asked']}（{workbook.BASES[one['basis']]}），"
                  f"已完成 {one['done']}{one['unit']}。{one['reason']}\r\n")
    for one in task["milestones"]:
        out.write(f"节点：{one['title']}，{one['reached_on'] or '未完成'}\r\n")
    figures = task["to_date"]
    out.write(f"已办活动 {figures['events']} 场，{figures['attendances']} 人次。\r\n")
    if task["progress"]:
        out.write(f"进展：{task['progress']}\r\n")
    return out.getvalue()


def _milestones(whose: Whose, code: str) -> Sequence[Milestone]:
    return db.session.scalars(
        select(Milestone).join(Milestone.task).join(Milestone.organization).where(
            Task.plan_id == whose.plan_id, Task.code == code, Milestone.deleted_at.is_(None),
            below(frozenset({whose.path}))).options(selectinload(Milestone.files))
        .order_by(Milestone.due_on, Milestone.id)).all()


def _registers(pack: Pack, whose: Whose) -> int:
    """Entries that count in the period, by register, each with its files."""
    files = 0
    wanted = RegisterEntry.counted().join(RegisterEntry.organization).where(
        below(frozenset({whose.path})), RegisterEntry.approved_on >= whose.period.starts_on,
        RegisterEntry.approved_on < whose.period.ends_on + timedelta(days=1)).options(
        joinedload(RegisterEntry.register), joinedload(RegisterEntry.region),
        selectinload(RegisterEntry.files)).order_by(RegisterEntry.register_id, RegisterEntry.id)
    rows: dict[str, list[Sequence[object]]] = {}
    for entry in db.session.scalars(wanted):
        # A person's name in a file that goes round is more than the count needs.
        name = f"{entry.name[:1]}*" if entry.register.is_personal else entry.name
        rows.setdefault(entry.register.name, []).append(
            (name, entry.region.name, entry.level, entry.approval_number, entry.approved_on, entry.plaque_on))
        files += sum(pack.add_file(f"台账/{safe(entry.register.name)}/{safe(name)}", one.file)
                     for one in entry.files)
    for register, found in rows.items():
        pack.add(f"台账/{safe(register)}.csv", csv_of(
            [("名称", "地区", "级别", "批文号", "批复日期", "授牌日期"), *found]))
    return files

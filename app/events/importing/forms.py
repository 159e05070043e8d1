"""The forms by which a foreign calendar comes: where it is, and what becomes of its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileSize
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, ValidationError
from wtforms.validators import InputRequired

from app import net
from app.events.asking import MOST_TASKS, ConsoleForm, LinkedForm
from app.events.choosing import find_tasks, task_key
from app.events.importing.applying import Chosen
from app.events.importing.comparing import MAKES, Comparison
from app.events.words import EventKind
from app.forms import line
from app.plans.models import Task
from calendars.reader import Limits

if TYPE_CHECKING:
    from app.accounts.models import Actor

_BETWEEN = re.compile(r"[\s,，、;；]+")


class CalendarForm(ConsoleForm):
    """A file or an address, one of them."""

    file = FileField(_l("日历文件"), [FileSize(Limits().octets, message=_l("文件最大 5 MB。"))],
                     description=_l("对方日历程序里“导出”得到的 .ics 文件，最大 5 MB、%(most)d 项。",
                                    most=Limits().entries))
    address = line(_l("或日历地址"), net.LONGEST_ADDRESS,
                   description=_l("以 https:// 或 webcal:// 开头的订阅地址，只取一次，不会一直跟着。"))

    def __init__(self, allow: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.allow = allow

    def validate_file(self, field: Any) -> None:
        if not field.data and not self.address.data:
            raise ValidationError(_("请选一个文件，或填一个地址。"))
        if field.data and self.address.data:
            raise ValidationError(_("文件和地址只要一个。"))

    def validate_address(self, field: Any) -> None:
        if field.data:
            try:
                net.placed(field.data, self.allow)
            except net.NotFetched as error:
                raise ValidationError(error.sentence) from error


class RowsForm(LinkedForm):
    """What new events of the calendar are to be: for all of them, and apart for a row."""

    kind = SelectField(_l("类型"), [InputRequired()], choices=[])

    def __init__(self, actor: Actor, as_of: datetime, **kwargs: Any) -> None:
        super().__init__(actor, as_of, **kwargs)
        self.kind.choices = [(kind.value, kind.label) for kind in EventKind]
        self.row_errors: dict[int, str] = {}

    def chosen_of(self, found: Comparison, words: MultiDict[str, str]) -> list[Chosen]:
        """The ticked rows that can do something, each with its own kind and tasks or those of all.

        Without scripts the box of a series comes too (`heads` names those shown): not ticked, it leaves all of them.
        """
        wanted, left = set(words.getlist("take")), left_series(words)
        lines = [line for line in found.lines
                 if line.can_act and str(line.number) in wanted and str(line.series) not in left]
        named = {line.number: [word for word in _BETWEEN.split(words.get(f"task-{line.number}", "")) if word]
                 for line in lines if line.what in MAKES}
        known = self._tasks_of(named)
        for_all, regions = self.chosen_tasks, self.chosen_regions
        return [Chosen(line, _kind(words.get(f"kind-{line.number}", "") or self.kind.data),
                       known.get(line.number) or for_all, regions) for line in lines]

    def _tasks_of(self, named: dict[int, list[str]]) -> dict[int, list[Task]]:
        """One query for all rows; what nobody knows is told at its row."""
        every = list(dict.fromkeys(word[:40].upper() for words in named.values() for word in words))
        tasks, unknown = find_tasks(self.actor, every, self.year) if every else ([], [])
        by_word = {task_key(task): task for task in tasks}
        running = {task.code: task for task in tasks}
        found: dict[int, list[Task]] = {}
        for number, words in named.items():
            for word in words[:MOST_TASKS]:
                task = by_word.get(word[:40].upper()) or (None if "/" in word else running.get(word[:40].upper()))
                if task is None or word in unknown:
                    self.row_errors[number] = _("计划里没有任务“%(code)s”，请从列表里选。", code=word[:20])
                elif task not in found.setdefault(number, []):
                    found[number].append(task)
        return found


def left_series(words: MultiDict[str, str]) -> set[str]:
    """Numbers of the series whose box was there and was not ticked."""
    return set(words.getlist("heads")) - set(words.getlist("series"))


def _kind(word: str) -> EventKind:
    return EventKind(word) if word in set(EventKind) else EventKind.LECTURE

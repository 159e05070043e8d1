"""The State Council's notice as rows of text, from a calendar file or a sheet. Only in a limited child."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app import sheets
from app.events.importing.telling import sentence_of
from app.limits import Progress, Unfit
from calendars.errors import NotACalendar, TooMuch
from calendars.foreign import ForeignEntry, Trouble
from calendars.reader import read_calendar

HEAD = ["开始", "结束", "类型", "名称"]
CALENDAR = b"BEGIN:VCALENDAR"


def read(attachment: bytes, told: Progress) -> list[list[str]]:
    """The rows of a sheet as they stand; of a calendar one row an entry under `HEAD`."""
    if CALENDAR not in attachment[:4096].upper():
        return [list(row) for row in sheets.read(attachment, told)]
    try:
        calendar = read_calendar(attachment)
    except NotACalendar as error:
        raise Unfit("这不是日历文件，里面没有 VCALENDAR。") from error
    except TooMuch as error:
        raise Unfit("这个日历太大，读不了。请只导出一年的放假安排。") from error
    lost = [one for one in calendar.problems if one.is_lost and one.trouble != Trouble.NOT_AN_EVENT]
    if lost:  # a notice that lacks a day would be taken for the whole of it
        sentence = sentence_of({"trouble": lost[0].trouble, "detail": lost[0].detail})
        raise Unfit(f"第 {lost[0].line} 行起的“{lost[0].summary}”读不了：{sentence}请改好再上传，没有更新任何一天。")
    if not calendar.entries:
        raise Unfit("这个日历里没有一项放假安排。")
    return [HEAD, *(_row(one) for one in calendar.entries if one.status != "CANCELLED")]


def _row(entry: ForeignEntry) -> list[str]:
    first, last = _day(entry.starts), _day(entry.ends)
    if isinstance(entry.ends, datetime) and entry.ends > entry.starts and entry.ends.time() == datetime.min.time():
        last -= timedelta(days=1)
    words = " ".join((entry.summary, *entry.categories, entry.description))
    return [first.isoformat(), last.isoformat(), words, entry.summary]


def _day(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment

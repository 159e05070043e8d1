"""What is said of a foreign calendar: of its rows, and of what could not be read and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.events.asking import office_zone
from app.events.importing.comparing import ORDER, Comparison, What
from app.events.importing.reading import RULE, TOO_OFTEN
from calendars.foreign import Trouble

SHORT = 60


def look_of(what: What) -> tuple[str, str, str]:
    """Word, symbol and tone of a row's pill."""
    return {
        What.NEW: (_("新增"), "plus", "good"), What.AGAIN: (_("在这里删过"), "undo-2", "quiet"),
        What.CHANGED: (_("更新"), "pencil", "wait"), What.OFF: (_("对方已取消"), "ban", "bad"),
        What.SAME: (_("没有变化"), "equal", "quiet"), What.ANNOUNCED: (_("已不是草稿"), "lock", "wait"),
        What.OLDER: (_("比已导入的旧"), "history", "quiet"), What.OURS: (_("本系统的活动"), "link", "quiet"),
        What.NOT_ON: (_("对方已取消"), "ban", "quiet"), What.UNNAMED: (_("没有名称"), "triangle-alert", "bad"),
    }[what]


def summary_of(found: Comparison) -> str:
    """How many there are, and every one of them under the word of its pill."""
    counts: dict[str, int] = {}
    for what in (What.NEW, *(one for one in ORDER if one is not What.NEW)):
        word = look_of(what)[0]
        counts[word] = counts.get(word, 0) + found.count(what)
    parts = _("，").join(f"{word} {count}" for word, count in counts.items() if count)
    return _("合计 %(count)d 场：%(parts)s。", count=len(found.lines), parts=parts)


def nothing_of(result: Mapping[str, Any]) -> str:
    """Why there is no row at all."""
    if result.get("is_empty"):
        return _("这个日历里一场活动也没有。")
    if any(one["is_lost"] for one in result["problems"]) and not result["outside"]:
        return _("里面的活动都没有读成，原因见上面。")
    return _("里面没有落在订阅范围这几个月里的活动。")


def reason_of(what: What) -> str:
    """Why a row does nothing by itself, or what it would do besides the obvious."""
    return {
        What.AGAIN: _("以前导入的草稿在这里被删了，勾选才会再建。"),
        What.OFF: _("勾选则删除这里的草稿。"),
        What.ANNOUNCED: _("活动已发布或送审，请到活动页改。"),
        What.OLDER: _("这份日历比上次导入的旧，不改。"),
        What.OURS: _("它就是从这里订阅出去的，不导入。"),
        What.NOT_ON: _("没有导入过，不用导入。"),
        What.UNNAMED: _("请对方写上名称，或自己新建活动。"),
    }.get(what, "")


def note_word(note: str) -> str:
    return {"title cut": _("名称太长，只取前面。"), "location cut": _("地点太长，只取前面。"),
            "description cut": _("介绍太长，只取前面。"), "floating": _("没写时区，按本地时间。"),
            "no end": _("没写结束时间，按一小时。"),
            "shared uid": _("文件给几场活动用了同一个编号，按开始时间各算一场。")}[note]


def fact_word(name: str) -> str:
    return {"title": _("名称"), "description": _("介绍"), "location": _("地点"), "starts": _("开始"),
            "ends": _("结束"), "is_all_day": _("全天"), "is_off": _("状态")}[name]


def shown(name: str, value: Any) -> str:
    """A fact as a person reads it, a moment by the office's clocks."""
    if name == "is_off":
        return _("已取消") if value else _("照常")
    if name == "is_all_day":
        return _("是") if value else _("否")
    if name in ("starts", "ends") and "T" in str(value):
        return f"{datetime.fromisoformat(value).astimezone(office_zone()):%Y-%m-%d %H:%M}"
    text = str(value or "")
    return text if len(text) <= SHORT else text[:SHORT - 1] + "…"


def sentence_of(problem: Mapping[str, Any]) -> str:
    """Why a line or an entry could not be read."""
    detail = problem["detail"]
    known = _sentences().get(problem["trouble"], _("读不懂。"))
    return f"{known}（{detail}）" if detail else known


def _sentences() -> dict[str, str]:
    return _of_lines() | {
        RULE: _("重复的规则太特别，没有展开。请对方导出单场活动。"),
        TOO_OFTEN: _("重复的次数太多，没有展开。请对方导出单场活动。"),
        Trouble.NO_UID: _("没有编号（UID），下次导入会认不出来，所以没有读。"),
        Trouble.LONG_UID: _("编号（UID）太长，没有读。"),
        Trouble.OUTNUMBERED: _("同一编号有版本号（SEQUENCE）更高的一份，只取那一份。"),
        Trouble.OUTDATED: _("同一编号的同一场写了不止一次，只取更新时间最晚的一份。"),
        Trouble.DOUBLED: _("同一编号的同一场写了不止一次，看不出哪份新，只取最后一份。"),
        Trouble.NOT_AN_EVENT: _("不是活动，是待办、日志或忙闲信息。"),
        Trouble.NO_START: _("没有开始时间。"),
        Trouble.BAD_TIME: _("日期或时间写错了。"),
        Trouble.BAD_YEAR: _("年份要在 1900 到 2199 之间。"),
        Trouble.BAD_DURATION: _("持续时间写错了。"),
        Trouble.UNKNOWN_ZONE: _("时区不认识，时间可能差几个小时，所以没有读。"),
        Trouble.MIXED_TIMES: _("开始和结束一个是日期、一个是时刻。"),
        Trouble.END_BEFORE_START: _("结束早于开始。"),
        Trouble.TOO_LONG: _("持续十年以上。"),
        Trouble.TOO_MANY_DATES: _("列的日期太多。"),
        Trouble.THIS_AND_FUTURE: _("对方改的是这一场和以后各场，这里只改这一场。"),
    }


def _of_lines() -> dict[str, str]:
    return {
        Trouble.BAD_LINE: _("这一行不合格式。"),
        Trouble.LONG_LINE: _("这一行太长，没有读。"),
        Trouble.ODD_OCTETS: _("这一行有认不出的字。"),
        Trouble.STRAY_END: _("多出来的结束标记。"),
        Trouble.NOT_CLOSED: _("没有结束标记，按到下一项为止。"),
        Trouble.CUT_OFF: _("内容到这里断了，后面的没有。"),
        Trouble.REPEATED: _("同一项写了两次，只取第一次。"),
        Trouble.BAD_SEQUENCE: _("版本号写错了，按 0。"),
        Trouble.BAD_STAMP: _("更新时间写错了，没有取。"),
        Trouble.BAD_STATUS: _("状态不认识，没有取。"),
        Trouble.BAD_GEO: _("坐标写错了，没有取。"),
        Trouble.BAD_URL: _("网址不能用，没有取。"),
        Trouble.ENCODED: _("用了旧式编码，没有取。"),
    }

"""The sentences above the charts of a board: what is to be seen, for who does not look closely."""

from __future__ import annotations

from collections import Counter

from flask_babel import gettext as _
from flask_babel import ngettext

from app.reports.board import Board
from app.reports.charts import written
from app.reports.outlook.pace import ORDER

NAMED = 6


def of_lines(board: Board) -> str:
    """“30 个指标中 12 个已达标、10 个按期、5 个偏慢、3 个落后。”"""
    if not board.counted:
        return _("没有可以计数的指标。")
    stand = Counter(one.light for one in board.counted if one.light != "grey")
    if not stand:
        return _("目标都还没有确认，不亮灯。")
    words = {"red": _("%(count)d 个落后", count=stand["red"]), "yellow": _("%(count)d 个偏慢", count=stand["yellow"]),
             "blue": _("%(count)d 个按期", count=stand["blue"]), "met": _("%(count)d 个已达标", count=stand["met"])}
    told = _("、").join(words[light] for light in ORDER if stand[light])
    return ngettext(
        "%(num)d 个可计数的指标中，%(told)s。",
        "%(num)d 个可计数的指标中，%(told)s。",
        stand.total(), told=told)


def of_places(board: Board) -> str:
    """“21 个市（州）中 18 个办过活动，甘孜、阿坝、凉山还没有。”"""
    kind = _("市（州）") if board.is_provincial else _("县（市、区）")
    covered, missed = board.covered, board.missed
    if not covered:
        return _("%(all)d 个%(kind)s都还没有办过活动。", all=len(board.spots), kind=kind)
    most = max(covered, key=lambda one: one.events)
    if not missed:
        return _("%(all)d 个%(kind)s都办过活动，%(name)s最多，%(count)s 场。", all=len(board.spots), kind=kind,
                 name=most.name, count=written(most.told))
    names = _("、").join(one.name for one in missed[:NAMED])
    if len(missed) > NAMED:
        names = _("%(names)s等 %(count)d 个", names=names, count=len(missed))
    return _("%(all)d 个%(kind)s中 %(some)d 个办过活动，%(names)s还没有。", all=len(board.spots), kind=kind,
             some=len(covered), names=names)


def of_year(board: Board) -> str:
    """“全年已办和排定 132 场，4月最多，38 场；11月、12月还没有安排。”"""
    if not board.months:
        return _("%(year)d年还没有活动。", year=board.plan.year)
    most = max(board.months, key=lambda month: board.months[month])
    told = _("全年已办和排定 %(all)d 场，%(month)d月最多，%(count)d 场", all=sum(board.months.values()), month=most,
             count=board.months[most])
    first = board.today.month if board.today.year == board.plan.year else 1
    empty = [month for month in range(first, 13) if not board.months.get(month)] if (
        board.today.year <= board.plan.year) else []
    if not empty:
        return _("%(told)s。", told=told)
    return _("%(told)s；%(months)s还没有安排。", told=told,
             months=_("、").join(_("%(month)d月", month=month) for month in empty))


def of_concerns(board: Board) -> str:
    """“3 项要尽快处理，5 项要留意。”"""
    stand = Counter(one.level for one in board.concerns)
    if not stand:
        return _("没有落后、偏慢或者过期的事。")
    if not stand["red"]:
        return _("%(yellow)d 项要留意。", yellow=stand["yellow"])
    if not stand["yellow"]:
        return _("%(red)d 项落后。", red=stand["red"])
    return _("%(red)d 项落后，%(yellow)d 项要留意。", red=stand["red"], yellow=stand["yellow"])

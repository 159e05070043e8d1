"""The columns of a sheet of events that were held, as offices head them, and the words in their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from app.events.words import EventKind
from app.plans.sheet_head import NoSuchColumns, lines_of, plain

COLUMNS: Mapping[str, Sequence[str]] = {
    "title": ("活动名称", "名称", "活动", "活动主题", "主题", "标题", "讲座名称", "讲座题目", "培训名称", "课程名称",
              "活动内容", "内容", "title"),
    "day": ("日期", "举办日期", "活动日期", "开展日期", "开始日期", "举办时间", "活动时间", "开展时间", "开始时间",
            "起止时间", "起止日期", "培训时间", "讲座时间", "时间", "date"),
    "until": ("结束日期", "结束时间", "截止日期"),
    "time": ("具体时间", "时段", "起止时间", "时间"),
    "location": ("地点", "举办地点", "活动地点", "开展地点", "培训地点", "场地", "venue"),
    "regions": ("地区", "举办地区", "所在地区", "所在地", "覆盖地区", "市州", "地市州", "地市", "市",
                "州市", "区县", "县区", "县市区", "市县", "市县区", "市州区县", "县", "行政区域", "区域", "region"),
    "organization": ("单位", "举办单位", "主办单位", "承办单位", "组织单位", "填报单位", "责任单位"),
    "tasks": ("任务", "任务编号", "对应任务", "计划任务", "所属任务", "任务名称", "对应任务编号", "编号", "task"),
    "kind": ("类型", "活动类型", "类别", "活动形式", "形式", "kind"),
    "attendances": ("人次", "参加人次", "参与人次", "活动人次", "到场人次", "覆盖人次", "受众人次", "培训人次",
                    "总人次"),
    "people": ("人数", "参加人数", "参与人数", "到场人数", "参训人数", "覆盖人数", "受众人数", "培训人数", "受众"),
    "hours": ("学时", "课时", "学时数"),
    "materials": ("资料", "发放资料", "资料份数", "发放资料份数", "发放宣传资料", "宣传资料", "材料", "发放材料"),
    "confirmed": ("确认", "是否确认", "人数已确认", "已确认"),
}
NEEDED = ("title", "day")
TEMPLATE = ("title", "day", "location", "regions", "organization", "tasks", "kind", "attendances", "people", "hours",
            "materials", "confirmed")
EXAMPLE = "示例：知识产权进社区讲座"
LONGEST = {"title": 120, "location": 200}
KINDS: Mapping[EventKind, Sequence[str]] = {
    EventKind.LECTURE: ("讲座", "讲堂", "讲坛", "宣讲", "报告会", "讲课", "公开课"),
    EventKind.CAMPAIGN: ("宣传周", "宣传", "宣传活动", "活动周"), EventKind.COMPETITION: ("竞赛", "比赛", "大赛"),
    EventKind.TRAINING: ("培训班", "培训", "培训会", "研修班"),
    EventKind.MEETING: ("会议", "座谈会", "座谈", "研讨会"),
    EventKind.VISIT: ("走访", "调研", "走访调研", "参观"), EventKind.PRESS: ("新闻发布", "发布会", "新闻发布会"),
    EventKind.MEDIA: ("媒体传播", "媒体", "网络传播", "直播"),
}
_YES = frozenset(["是", "已确认", "确认", "已", "√", "✓", "✔", "y", "yes", "true", "1"])
_NO = frozenset(["否", "未确认", "未", "×", "x", "n", "no", "false", "0", "待确认"])


def fit(rows: Sequence[Sequence[str]]) -> int:
    """How much a sheet looks like one of events: the columns known of its head; 0 where it is none."""
    try:
        return len(lines_of(rows, COLUMNS, NEEDED, most=len(rows))[0])
    except NoSuchColumns:
        return 0


def kind_in(word: str) -> EventKind | None:
    said = plain(word)
    return next((kind for kind, words in KINDS.items() if said in (*words, kind.value)), None)


def yes_in(word: str) -> bool | None:
    """None for what says neither; a blank says no."""
    said = plain(word)
    return True if said in _YES else False if not said or said in _NO else None


def word_of(column: str) -> str:
    return {"title": _("活动"), "day": _("日期"), "until": _("到"), "time": _("时间"), "location": _("地点"),
            "regions": _("地区"), "organization": _("单位"), "tasks": _("计划任务"), "kind": _("类型"),
            "attendances": _("人次"), "people": _("人数"), "hours": _("学时"), "materials": _("发放资料（份）"),
            "confirmed": _("确认")}[column]

"""The words of an event: its kind, its part in a parent, its state, how people attend."""

from __future__ import annotations

import enum

from flask_babel import gettext as _


class EventKind(enum.StrEnum):
    LECTURE = "lecture"
    CAMPAIGN = "campaign"
    COMPETITION = "competition"
    TRAINING = "training"
    MEETING = "meeting"
    VISIT = "visit"
    PRESS = "press"
    MEDIA = "media"

    @property
    def label(self) -> str:
        return {"lecture": _("讲座"), "campaign": _("宣传周"), "competition": _("竞赛"),
                "training": _("培训班"), "meeting": _("会议"), "visit": _("走访"),
                "press": _("新闻发布"), "media": _("媒体传播")}[self.value]

    @property
    def part(self) -> Part | None:
        """What an event of this kind is divided into; None: it stands alone."""
        return {EventKind.LECTURE: Part.ISSUE, EventKind.CAMPAIGN: Part.ITEM,
                EventKind.COMPETITION: Part.STAGE, EventKind.TRAINING: Part.SESSION}.get(self)


class Part(enum.StrEnum):
    """What a child is to its parent. Stages and sessions are the parent's own days: they follow its
    state, take no sign-ups and count towards no target. Items and issues stand on their own."""

    ITEM = "item"
    ISSUE = "issue"
    STAGE = "stage"
    SESSION = "session"

    @property
    def label(self) -> str:
        return {"item": _("子活动"), "issue": _("期"), "stage": _("阶段"), "session": _("课次")}[self.value]

    @property
    def follows_parent(self) -> bool:
        return self in (Part.STAGE, Part.SESSION)


class EventState(enum.StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    HELD = "held"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {"draft": _("草稿"), "submitted": _("送审"), "published": _("已发布"), "postponed": _("已延期"),
                "cancelled": _("已取消"), "held": _("已办"), "closed": _("办结")}[self.value]


class AttendanceMode(enum.StrEnum):
    OFFLINE = "offline"
    ONLINE = "online"
    MIXED = "mixed"

    @property
    def label(self) -> str:
        return {"offline": _("现场"), "online": _("线上"), "mixed": _("现场+线上")}[self.value]

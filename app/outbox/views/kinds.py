"""How letters are called in the console, and in which of a few kinds they fall. A letter that no line names is one to
the staff."""

from __future__ import annotations

import enum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_

CHANGES = ("signup.changed", "signup.cancelled")
SECRET = "accounts."  # letters that open an account: their words are shown to nobody


class Kind(enum.StrEnum):
    REMINDER = "reminder"
    CHANGE = "change"
    SIGNUP = "signup"
    STAFF = "staff"

    @property
    def label(self) -> str:
        return {"reminder": _("提醒"), "change": _("变动和取消"), "signup": _("报名和订阅"),
                "staff": _("给工作人员")}[self.value]

    @classmethod
    def of(cls, letter: str) -> Kind:
        if letter.startswith("reminders."):
            return cls.REMINDER
        if letter in CHANGES:
            return cls.CHANGE
        return cls.SIGNUP if letter.startswith(("signup.", "feeds.")) else cls.STAFF

    def among(self, letter: Any) -> ColumnElement[bool]:
        """The same of a column."""
        is_change = letter.in_(CHANGES)
        of_public = or_(letter.startswith("signup."), letter.startswith("feeds."))
        is_reminder: ColumnElement[bool] = letter.startswith("reminders.")
        return {Kind.REMINDER: is_reminder, Kind.CHANGE: is_change, Kind.SIGNUP: of_public & ~is_change,
                Kind.STAFF: ~(is_reminder | of_public)}[self]


def called(letter: str) -> str:
    """What a letter is; its kind where it has no name of its own."""
    return {
        "signup.confirmation": _("报名确认"), "signup.changed": _("变动通知"), "signup.cancelled": _("取消通知"),
        "signup.withdrawn": _("取消报名的回执"), "reminders.thanks": _("感谢信"), "reminders.reminder": _("活动提醒"),
        "events.decided": _("审核结果"), "events.acted": _("下级单位已取消或延期"), "events.waiting": _("等待审核"),
        "reports.return_due": _("催报月报"), "reports.return_late": _("月报逾期"),
        "reports.return_returned": _("月报退回"), "reports.slip": _("督办单"),
        "outbox.trial": _("试寄的信"), "accounts.invitation": _("登录链接"), "accounts.recovery": _("找回密码"),
    }.get(letter) or Kind.of(letter).label


def is_secret(letter: str) -> bool:
    return letter.startswith(SECRET)

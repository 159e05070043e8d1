"""The form of an office's settings: an empty field is inherited, and says what that comes to."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import HiddenField, RadioField, SelectMultipleField, widgets
from wtforms.validators import NumberRange, Optional, StopValidation

from app.accounts.places import Organization
from app.accounts.settings import (
    LONGEST_CLOSING,
    NAMES,
    OF_ROOT,
    RANGES,
    BadSetting,
    OfficeSettings,
    Settings,
    settings_of,
)
from app.errors import Refused
from app.forms import PlainForm, WholeField, line, text

LEADS = ("7d", "3d", "2d", "1d", "3h", "2h", "1h")
CEILINGS = {"mail_per_minute": "MAIL_PER_MINUTE", "mail_per_day": "MAIL_PER_DAY"}


class ChangedMeanwhile(Refused):
    """Somebody else saved between showing and sending."""

    def __init__(self) -> None:
        super().__init__(_("这期间别人改过这里的设置。下面是您填的，请核对后再保存一次。"))


def number(label: Any, name: str, **kwargs: Any) -> WholeField:
    low, high = RANGES[name]
    within = NumberRange(low, high, _l("要在 %(low)d 到 %(high)d 之间。", low=low, high=high))
    attributes = {"min": low, "max": high, "inputmode": "numeric"}
    return WholeField(label, [Optional(), within], render_kw=attributes, **kwargs)


class SettingsForm(PlainForm):
    """One office's own values; those of the whole installation only for its root."""

    status = 422
    version = HiddenField()
    tolerance = number(_l("“左右”的允许偏差（%）"), "tolerance")
    blue_from = number(_l("蓝灯从百分之几起"), "blue_from")
    yellow_from = number(_l("黄灯从百分之几起"), "yellow_from")
    return_day = number(_l("月报几号前报"), "return_day")
    own_leads = RadioField(_l("默认提醒"), choices=[], default="")
    reminder_leads = SelectMultipleField(_l("自己定的提醒时间"), choices=[], validate_choice=False,
                                         widget=widgets.ListWidget(), option_widget=widgets.CheckboxInput())
    participants_kept_days = number(_l("报名信息保留天数"), "participants_kept_days")
    idle_minutes = number(_l("多久没有操作就自动退出（分钟）"), "idle_minutes")
    change_held_minutes = number(_l("改动过几分钟再通知"), "change_held_minutes")
    closing = text(_l("信末附言"), LONGEST_CLOSING)
    contact = line(_l("页脚联系方式"), 200)
    icp_number = line(_l("ICP 备案号"), 60)
    security_number = line(_l("公安备案号"), 60)
    site_code = line(_l("政府网站标识码"), 60)
    mail_per_minute = number(_l("每分钟最多发信"), "mail_per_minute")
    mail_per_day = number(_l("每天最多发信"), "mail_per_day")

    def __init__(self, office: Organization, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.office, self.is_root = office, office.parent is None
        above = settings_of(office.parent) if office.parent else Settings()
        self.own_leads.choices = [("", inherited("reminder_leads", above)), ("own", _("自己定"))]
        self.reminder_leads.choices = [(word, lead_label(word)) for word in LEADS]
        for name in NAMES:
            if name in OF_ROOT and not self.is_root:
                del self[name]
            elif name != "reminder_leads":
                self[name].description = _("%(meaning)s%(otherwise)s", meaning=MEANINGS[name],
                                           otherwise=inherited(name, above))

    def show(self, own: OfficeSettings | None) -> None:
        """Fills in what the office has set itself."""
        self.version.data = str(own.version if own else 0)
        self.own_leads.data = "own" if own and own.reminder_leads is not None else ""
        for name in self._names:
            self[name].data = getattr(own, name) if own else None

    def validate_mail_per_minute(self, field: Any) -> None:
        self._within_ceiling(field)

    def validate_mail_per_day(self, field: Any) -> None:
        self._within_ceiling(field)

    def values(self, own: OfficeSettings) -> dict[str, Any]:
        """What the verb is told; an empty field hands the setting back.

        :raises ChangedMeanwhile: when `own` is not the one that was shown.
        """
        if self.version.data != str(own.version):
            self.version.data = str(own.version)
            raise ChangedMeanwhile
        values = {name: self[name].data if self[name].data != "" else None for name in self._names}
        values["closing"] = "\n".join((self.closing.data or "").splitlines()) or None
        values["reminder_leads"] = self.reminder_leads.data or [] if self.own_leads.data == "own" else None
        return values

    def refuse(self, error: Refused) -> None:
        if isinstance(error, BadSetting):
            self[error.field].errors = [*self[error.field].errors, error.sentence]
        else:
            self.form_errors.append(error.sentence)
        self.status = error.status

    @property
    def _names(self) -> list[str]:
        return [name for name in NAMES if name in self]

    def _within_ceiling(self, field: Any) -> None:
        ceiling = current_app.config[CEILINGS[field.name]]
        if ceiling and field.data and field.data > ceiling:
            raise StopValidation(_("不能高于服务器配置的 %(ceiling)d。", ceiling=ceiling))


MEANINGS = {
    "tolerance": _l("任务写“30 所左右”，差多少以内也算达标。"),
    "blue_from": _l("已办和已安排的，达到到今天该有的这么多就亮蓝灯。"),
    "yellow_from": _l("不到蓝灯，但达到这么多亮黄灯；再低亮红灯。要比蓝灯的低。"),
    "return_day": _l("上个月的月报，本月这一天以前报；过了就算迟。"),
    "participants_kept_days": _l("活动结束这么多天后，报名人的姓名和联系方式自动抹去，人数留着。"),
    "idle_minutes": _l("下次登录起生效。登录满 12 小时总会退出。"),
    "change_held_minutes": _l("几分钟内改了几次，只寄一封，写原来的和最后的；取消马上通知，快开始的也不等。"
                              "填 0 就每次马上寄。"),
    "closing": _l("写在每封给报名人的信末尾，如“来时请带身份证，停车场在北门。”。最多 300 字，不要写个人信息。"),
    "contact": _l("公众怎么找到您，写科室和办公电话。"),
    "icp_number": _l("如“蜀ICP备00000000号”。"),
    "security_number": _l("如“川公网安备00000000000000号”。"),
    "site_code": _l("政府网站的十位标识码。"),
    "mail_per_minute": _l("发得太快会被邮件服务器拒收，超过的自动往后排。只能比服务器配置的低。"),
    "mail_per_day": _l("只能比服务器配置的低。"),
}


def inherited(name: str, above: Settings) -> str:
    """What an empty field comes to, and where that is from."""
    value = getattr(above, name)
    said = leads_label(value) if name == "reminder_leads" else value
    if not said and name in OF_ROOT:
        return _("不填就不限。") if name in CEILINGS else _("不填就不显示。")
    if not said and name == "closing":
        return _("不填就不写。")
    if source := above.sources.get(name):
        return _("不填就沿用%(office)s的：%(value)s。", office=source.name, value=said)
    return _("不填就按通常的：%(value)s。", value=said)


def lead_label(word: str) -> str:
    count = int(word[:-1])
    if word.endswith("d"):
        return ngettext("提前 %(num)d 天", "提前 %(num)d 天", count)
    return ngettext("提前 %(num)d 小时", "提前 %(num)d 小时", count)


def leads_label(words: tuple[str, ...]) -> str:
    return _("、").join(map(lead_label, words)) or _("不提醒")

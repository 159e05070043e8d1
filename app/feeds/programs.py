"""How to subscribe on each phone and program, and what is known of it. `tried` is said as it is."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _


@dataclass(frozen=True, slots=True)
class Program:
    """One way to have the calendar: what to do, how often it looks again, whether we tried it."""

    key: str
    name: str
    symbol: str
    steps: tuple[str, ...]
    looks_again: str = ""
    tried: str = ""  # the version that we tried it with (`make clients`)
    is_here: bool = False  # the reader seems to be in it


def programs(user_agent: str) -> list[Program]:
    """Those inside WeChat first, then phones, then what offices use, then desks."""
    here = place_of(user_agent)
    return [make(here) for make in (_wechat, _iphone, _huawei, _android, _wecom, _dingtalk, _outlook_web,
                                    _outlook_classic, _google, _thunderbird, _mac, _khal)]


def place_of(user_agent: str) -> str:
    """The program or phone that asks, as far as it says. WeCom calls itself WeChat too, so it comes first."""
    agent = user_agent.lower()
    signs = (("wecom", ("wxwork",)), ("dingtalk", ("dingtalk",)), ("wechat", ("micromessenger",)),
             ("iphone", ("iphone", "ipad")), ("huawei", ("huawei", "honor", "harmonyos", "openharmony")),
             ("android", ("android",)), ("mac", ("macintosh",)))
    return next((key for key, words in signs if any(word in agent for word in words)), "")


def _wechat(here: str) -> Program:
    return Program("wechat", _("微信"), "message-circle", (
        _("微信里打不开日历链接。点右上角“···”，选“在浏览器打开”，再按您手机的步骤订阅。"),
        _("也可以复制上面的日历地址，到手机浏览器或日历里粘贴；或者用另一台手机的相机扫本页的二维码。"),
    ), is_here=here == "wechat")


def _iphone(here: str) -> Program:
    return Program("iphone", _("苹果 iPhone、iPad"), "smartphone", (
        _("点上面的“在这台设备上订阅”，再点“订阅”。"),
        _("没有反应时：设置 → 日历 → 账户 → 添加账户 → 其他 → 添加已订阅的日历，粘贴日历地址。"),
    ), _("自动，一般几小时一次；可在 设置 → 日历 → 账户 → 获取新数据 里调快。"), is_here=here == "iphone")


def _huawei(here: str) -> Program:
    return Program("huawei", _("华为、荣耀"), "smartphone", (
        _("自带日历一般不能按地址订阅。打开想去的那一场活动，点“下载 .ics”，用日历打开就能加入。"),
        _("这样加入的活动不会自动改期。报名时留邮箱，改期和取消会有信；只留手机号的，请看报名凭证页。"),
        _("想要自动更新：装一个支持“订阅日历（ICS）”的应用，例如 ICSx5，粘贴日历地址。"),
    ), _("下载的单场不再更新；用 ICSx5 订阅的按应用里的设置。"), is_here=here == "huawei")


def _android(here: str) -> Program:
    return Program("android", _("小米、OPPO、vivo 和其他安卓"), "smartphone", (
        _("有的系统日历里有“添加订阅”或“导入日程 → 通过网址”，有就粘贴日历地址；没有就用下面的办法。"),
        _("打开想去的那一场活动，点“下载 .ics”，用日历打开就能加入；这样加入的不会自动改期。"),
        _("想要自动更新：装一个支持“订阅日历（ICS）”的应用，例如 ICSx5，粘贴日历地址。"),
    ), _("系统日历不说明；用 ICSx5 订阅的按应用里的设置。"), is_here=here == "android")


def _wecom(here: str) -> Program:
    return Program("wecom", _("企业微信"), "building-2", (
        _("企业微信不能订阅外部日历。请点右上角，选在浏览器打开，再按您手机的步骤订阅。"),
        _("报名时填企业邮箱，确认信里的日程可以直接加入，改期和取消也会来信。"),
    ), is_here=here == "wecom")


def _dingtalk(here: str) -> Program:
    return Program("dingtalk", _("钉钉、飞书"), "building-2", (
        _("一般不能订阅外部日历。请在浏览器里打开本页，再按您手机的步骤订阅。"),
        _("报名时填工作邮箱，确认信里的日程可以直接加入，改期和取消也会来信。"),
    ), is_here=here == "dingtalk")


def _outlook_web(here: str) -> Program:
    return Program("outlook-web", _("Outlook 网页版和新版"), "monitor", (
        _("日历 → 添加日历 → 从 Web 订阅，粘贴日历地址，起个名字，点“导入”。"),
        _("微软的服务器要能打开这个地址：只在单位内网开放的日历订阅不了。"),
    ), _("约 3 小时一次，最长一天。"))


def _outlook_classic(here: str) -> Program:
    return Program("outlook", _("Outlook 经典版（Windows）"), "monitor", (
        _("文件 → 账户设置 → 账户设置 → Internet 日历 → 新建，粘贴日历地址。"),
    ), _("每次收发邮件时，最快一小时一次。"))


def _google(here: str) -> Program:
    return Program("google", _("谷歌日历"), "monitor", (
        _("点上面的“谷歌日历”，或在电脑上：其他日历 → + → 通过网址添加，粘贴日历地址。"),
        _("在中国大陆一般打不开。"),
    ), _("4 到 24 小时一次，不能调。"))


def _thunderbird(here: str) -> Program:
    return Program("thunderbird", "Thunderbird", "monitor", (
        _("日历 → 新建日历 → 在网络上，粘贴日历地址，用户名留空。"),
    ), _("默认 30 分钟一次，可在日历属性里调。"), tried="Thunderbird 153")


def _mac(here: str) -> Program:
    return Program("mac", _("苹果电脑的日历"), "monitor", (
        _("点上面的“在这台设备上订阅”；或在日历里选 文件 → 新建日历订阅，粘贴日历地址。"),
    ), _("订阅时自己选，最快 5 分钟一次。"), is_here=here == "mac")


def _khal(here: str) -> Program:
    return Program("khal", "vdirsyncer + khal", "monitor", (
        _("给用命令行的人：vdirsyncer 的 http 存储填日历地址，khal 来看。"),
    ), _("由您的定时任务决定。"), tried="vdirsyncer 0.21 + khal 0.14")



"""The index of what is set up rather than done daily: one line a page."""

from __future__ import annotations

from flask import g, render_template, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.accounts.access import allowed
from app.accounts.models import Role
from app.accounts.views.desk import bp

EVERYBODY = frozenset(Role)
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
SECURITY = frozenset({Role.SECURITY_ADMIN})

# Endpoint, icon, title, what it is for, and the roles that are shown the link (each page guards itself).
PAGES: tuple[tuple[str, str, LazyString, LazyString, frozenset[Role]], ...] = (
    ("accounts.staff", "users-round", _l("人员"), _l("加人、给登录链接、改角色、交接和停用。"),
     ADMINISTRATORS | {Role.SECURITY_ADMIN, Role.AUDITOR}),
    ("accounts.organizations", "network", _l("单位"), _l("部门、市州、区县：添加、改名、移动、合并。"), EVERYBODY),
    ("console.publishing", "stamp", _l("发布和送审"), _l("哪些单位自己发布，哪些活动要先送审。"), ADMINISTRATORS),
    ("accounts.me", "circle-user-round", _l("我的账号"), _l("密码、两步验证、登录中的设备。"), EVERYBODY),
    ("accounts.reach", "key-round", _l("我的权限"), _l("我有哪些角色，能做什么，为什么有些不能改。"), EVERYBODY),
    ("accounts.settings", "sliders-horizontal", _l("设置"), _l("允许偏差、默认提醒、保留天数、页脚、发信限额。"),
     ADMINISTRATORS),
    ("reminders.calendar_days", "calendar-days", _l("月历和工作日"), _l("放假、调休、学期和考试周；导入放假通知。"),
     EVERYBODY),
    ("reminders.office_rules", "bell", _l("提醒规则"), _l("活动、节点、任务什么时候提醒谁。"), EVERYBODY),
    ("outbox.wordings", "mail", _l("信的措辞"), _l("给报名人的信，开头结尾和主题怎么写。"), ADMINISTRATORS),
    ("audit.audit", "scroll-text", _l("操作记录"), _l("谁在什么时候改了什么、登录、导出；按活动、人和日期查。"),
     ADMINISTRATORS | {Role.SECURITY_ADMIN, Role.AUDITOR}),
    ("accounts.sign_in_rules", "shield-check", _l("登录要求"), _l("哪些角色必须两步验证，密码多久一换。"), SECURITY),
)


@bp.get("/console/admin/")
@allowed()
def admin() -> str:
    held = g.actor.roles
    return render_template("accounts/admin.html", pages=[
        (url_for(endpoint), symbol, title, purpose) for endpoint, symbol, title, purpose, roles in PAGES
        if held & roles])

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

# Endpoint, icon, title, what it is for, and the roles that are shown the link (each page guards itself).
PAGES: tuple[tuple[str, str, LazyString, LazyString, frozenset[Role]], ...] = (
    ("accounts.organizations", "network", _l("单位"), _l("部门、市州、区县：添加、改名、移动、合并。"), EVERYBODY),
    ("accounts.reach", "key-round", _l("我的权限"), _l("我有哪些角色，能做什么，为什么有些不能改。"), EVERYBODY),
)


@bp.get("/console/admin/")
@allowed()
def admin() -> str:
    held = g.actor.roles
    return render_template("accounts/admin.html", pages=[
        (url_for(endpoint), symbol, title, purpose) for endpoint, symbol, title, purpose, roles in PAGES
        if held & roles])

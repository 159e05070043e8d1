from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.accounts.settings import OfficeSettings, settings_of
from app.audit.models import AuditRow
from app.db import db
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, an_office, chen, wang


def administrator(office=None, name="Zhao"):
    return a_person(name, Role.ADMINISTRATOR, office or an_office())


def address(office):
    return f"/console/admin/settings/{office.id}"


def hint(page, name):
    return re.search(rf'id="{name}-hint">([^<]+)<', page)[1]


def rows():
    return db.session.scalars(select(OfficeSettings)).all()


def test_an_administrator_sets_what_holds_for_all_below(app, signed_in):
    province, county = an_office(), an_office("锦江区市场监督管理局", "锦江区", parent=a_city_office())
    browser = signed_in(administrator())

    answer = browser.post(address(province), data={
        "version": "0", "tolerance": "5", "own_leads": "own", "reminder_leads": ["3d", "1h"],
        "icp_number": "蜀ICP备00000000号", "participants_kept_days": "", "idle_minutes": ""})

    assert (answer.status_code, answer.location) == (302, address(province))
    found = settings_of(county)
    assert (found.tolerance, found.reminder_leads, found.participants_kept_days) == (5, ("3d", "1h"), 180)
    assert ">蜀ICP备00000000号</a>" in app.test_client().get("/subscribe").text
    assert [row.actor.partition(":")[0] for row in db.session.scalars(select(AuditRow).where(
        AuditRow.subject_type == "OfficeSettings"))] == ["person"]


def test_the_page_says_what_an_empty_field_comes_to_and_where_it_is_from(app, signed_in):
    province, city = an_office(), a_city_office()
    OfficeSettings.of(province).change(AS_OF, participants_kept_days=90)
    browser = signed_in(administrator(city))

    page = browser.get(address(city)).text

    assert hint(page, "participants_kept_days").endswith(f"不填就沿用{province.name}的：90。")
    assert hint(page, "tolerance").endswith("不填就按通常的：10。")
    assert "不填就按通常的：提前 1 天、提前 1 小时。" in page
    assert re.findall(r'name="(contact|mail_per_day)"', page) == []


def test_an_emptied_field_is_inherited_again_and_reminders_can_be_none_at_all(app, signed_in):
    city = a_city_office()
    OfficeSettings.of(city).change(AS_OF, tolerance=3, idle_minutes=15)
    browser = signed_in(administrator(city))

    browser.post(address(city), data={"version": "1", "tolerance": "", "idle_minutes": "15", "own_leads": "own"})

    found = settings_of(city)
    assert (found.tolerance, found.idle_minutes, found.reminder_leads) == (10, 15, ())


def test_a_city_that_sends_the_fields_of_the_root_changes_nothing_of_them(app, signed_in):
    city = a_city_office()
    browser = signed_in(administrator(city))

    browser.post(address(city), data={"version": "0", "tolerance": "7", "contact": "别处", "mail_per_day": "1"})

    own = db.session.get(OfficeSettings, city.id)
    assert (own.tolerance, own.contact, own.mail_per_day) == (7, None, None)


@pytest.mark.parametrize(("given", "sentence"), [
    ({"tolerance": "51"}, "要在 0 到 50 之间。"), ({"tolerance": "很多"}, "请填整数。"),
    ({"idle_minutes": "2"}, "要在 5 到 60 之间。"), ({"contact": "一" * 201}, "字段长度不能超过 200 个字符。"),
    ({"reminder_leads": "9w", "own_leads": "own"}, "提醒的提前量写法不对。")])
def test_a_wrong_value_comes_back_with_the_words_kept_and_nothing_saved(app, signed_in, given, sentence):
    browser = signed_in(administrator())

    answer = browser.post(address(an_office()), data={"version": "0", "icp_number": "蜀ICP备1号"} | given)

    assert (answer.status_code, rows()) == (422, [])
    assert 'value="蜀ICP备1号"' in answer.text
    assert re.findall(r'class="error".*?<span>(.+?)</span>', answer.text) == [sentence]


def test_a_limit_above_the_servers_is_refused_with_the_servers(make_app):
    app = make_app(MAIL_PER_MINUTE="50")
    with app.app_context():
        from app.accounts.links import SignInLink
        from app.clock import now

        link, token = SignInLink.issue(administrator(), now())
        db.session.add(link)
        db.session.commit()
        browser = app.test_client()
        browser.post(f"/sign-in/{token}")

        answer = browser.post(address(an_office()), data={"version": "0", "mail_per_minute": "51"})

        assert (answer.status_code, rows()) == (422, [])
        assert "不能高于服务器配置的 50。" in answer.text
        db.session.remove()


def test_who_saves_over_somebody_elses_change_is_told_and_may_save_again(app, signed_in):
    province = an_office()
    browser = signed_in(administrator())
    OfficeSettings.of(province).change(AS_OF, tolerance=3)

    late = browser.post(address(province), data={"version": "0", "tolerance": "9"})
    assert (late.status_code, settings_of(province).tolerance) == (409, 3)

    version = re.search(r'name="version"[^>]*value="(\d+)"', late.text)[1]
    again = browser.post(address(province), data={"version": version, "tolerance": "9"})
    assert (again.status_code, settings_of(province).tolerance) == (302, 9)


def test_strangers_and_those_below_find_no_such_office(app, signed_in):
    province, chengdu = an_office(), a_city_office()
    other = signed_in(administrator(wang().organization))

    answers = [other.get(address(province)), other.get(address(chengdu)),
               other.post(address(chengdu), data={"version": "0", "tolerance": "1"}),
               other.get("/console/admin/settings/999999")]

    assert ([one.status_code for one in answers], rows()) == ([404] * 4, [])


def test_an_organizer_has_no_settings_page_and_is_shown_no_way_to_it(app, signed_in):
    province = an_office()
    browser = signed_in(chen())

    assert browser.get(address(province)).status_code == 403
    assert "/console/admin/settings" not in browser.get("/console/admin/").text


def test_the_index_leads_an_administrator_to_his_own_office_or_the_one_chosen(app, signed_in):
    city = a_city_office()
    county = an_office("锦江区市场监督管理局", "锦江区", parent=city)
    browser = signed_in(administrator(city))

    assert 'href="/console/admin/settings"' in browser.get("/console/admin/").text
    assert browser.get("/console/admin/settings").location == address(city)
    assert browser.get(f"/console/admin/settings?office={county.id}").location == address(county)


def test_an_office_is_chosen_only_where_there_are_several(app, signed_in):
    browser = signed_in(administrator())
    assert browser.get(address(an_office())).text.count("<option") == 0
    a_city_office("成都")
    a_city_office("绵阳")

    assert browser.get(address(an_office())).text.count("<option") == 3

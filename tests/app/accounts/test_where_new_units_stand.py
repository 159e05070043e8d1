"""Under whom a sheet's new units are founded, and as what."""

import re

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.accounts.places import Organization
from app.db import db
from tests.app.accounts.test_staff_import import HEAD, applying, read
from tests.factories import a_city_office, a_person, an_office


@pytest.fixture
def boss(app):
    """Of the province, with two cities below."""
    a_city_office(), a_city_office("绵阳")
    return a_person("Boss", Role.ADMINISTRATOR, an_office())


def chosen(page):
    select = re.search(r'<select[^>]*name="parent".*?</select>', page, re.S)[0]
    return re.search(r"<option selected[^>]*>\s*([^<]*)<", select)[1].strip()


@pytest.mark.parametrize(("units", "parent"), [
    (["锦江区市场监督管理局", "青羊区市场监督管理局"], "成都市市场监督管理局"),
    (["成都市市场监督管理局", "知识产权服务站"], "成都市市场监督管理局"),
    (["锦江区市场监督管理局", "涪城区市场监督管理局"], "请选择"),
    (["某某学校"], "请选择"),
])
def test_the_parent_is_guessed_from_the_region_or_the_office_named(signed_in, boss, units, parent):
    browser = signed_in(boss)
    address = read(browser, HEAD + "".join(f"李{n},{unit},1380000{n:04d},经办人\n" for n, unit in enumerate(units)))

    assert chosen(browser.get(address).text) == parent


def test_nothing_is_founded_before_a_parent_is_chosen(signed_in, boss):
    browser = signed_in(boss)
    address = read(browser, HEAD + "李一,某某学校,13800000001,经办人\n")

    answer = browser.post(address, data={"parent": ""})

    assert (answer.status_code, "请选新单位建在哪个单位下面。" in answer.text) == (422, True)
    assert db.session.scalars(select(Organization).where(Organization.name == "某某学校")).all() == []


def test_a_countys_authority_is_an_office_and_a_school_a_unit(signed_in, boss):
    browser = signed_in(boss)
    applying(browser, read(browser, HEAD + "李一,锦江区市场监督管理局,13800000001,经办人\n李二,锦江区某小学,"
                           "13800000002,经办人\n李三,锦江区教育局,13800000003,经办人\n"))

    kinds = dict(db.session.execute(select(Organization.name, Organization.kind).where(
        Organization.parent_id == a_city_office().id)).all())
    assert kinds == {"锦江区市场监督管理局": "office", "锦江区某小学": "unit", "锦江区教育局": "unit"}


def test_counties_of_one_name_are_told_apart_by_their_city(signed_in, boss):
    page = signed_in(boss).get(f"/console/admin/organizations/{an_office().id}/children/new").text

    names = re.findall(r">([^<]*市中区)</option>", page)
    assert (len(names), len(set(names)), "乐山市市中区" in names) == (2, 2, True)

"""An empty folder becomes an installation, once and whole."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from app import create_app
from app.accounts.installation import Installation
from app.accounts.models import Grant, Person
from app.accounts.places import Organization, Region
from app.accounts.settings import settings_of
from app.accounts.setup import AlreadySetUp, found
from app.audit.models import AuditRow
from app.db import db
from app.plans.models import Plan, Task
from app.serve import refuse_unfounded
from config import SettingError
from tests.conftest import AS_OF, Browser, settings
from tests.factories import an_office

GIVEN = ("--office", "某省知识产权服务促进中心", "--region", "四川", "--admin-name", "Chen",
         "--admin-email", "Chen@Example.org")


def run(app, *given, **kwargs):
    return app.test_cli_runner().invoke(args=["setup", *given], **kwargs)


def link_in(output):
    return re.search(r"http://wujin\.test(/sign-in/\S+)", output)[1]


@pytest.fixture
def bare(tmp_path):
    """A folder in which there is nothing at all, not even tables."""
    app = create_app(**settings(tmp_path))
    app.test_client_class = Browser
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_from_an_empty_folder_to_an_administrator_signed_in(bare):
    told = run(bare, *GIVEN, "--icp", "蜀ICP备00000000号", "--contact", "028-00000000")
    browser = bare.test_client()
    signed_in = browser.post(link_in(told.output))

    assert (told.exit_code, signed_in.status_code) == (0, 302)
    assert "某省知识产权服务促进中心" in browser.get("/console/").text
    footer = bare.test_client().get("/").text.split("<footer")[1]
    assert re.findall(r"联系方式：(\S+?)<", footer) == ["028-00000000"]
    assert re.findall(r'<a href="(https:\S+)"[^>]*>蜀ICP备00000000号</a>', footer) == ["https://beian.miit.gov.cn/"]


def test_what_setup_makes_is_there_once_and_is_no_demonstration(either_app):
    told = run(either_app, *GIVEN)

    root = db.session.scalars(Organization.roots()).one()
    assert (told.exit_code, root.name, root.region.name, root.path) == (
        0, "某省知识产权服务促进中心", "四川省", f"/{root.id}/")
    assert db.session.execute(select(Person.email, Grant.role, Person.password).join(Grant.person)).all() == [
        ("chen@example.org", "administrator", None)]
    assert db.session.scalars(select(Installation.is_demonstration)).all() == [False]
    assert settings_of(root).sources == {}
    assert db.session.scalars(select(AuditRow.what).order_by(AuditRow.id)).all() == [
        "founded", "invited", *["rule_laid_down"] * 3]
    assert db.session.scalars(select(Plan)).all() == []


def test_a_sample_plan_comes_only_on_wish(app):
    run(app, *GIVEN, "--sample-plan")

    assert db.session.scalars(select(Plan.year)).all() == [2023]
    assert db.session.scalar(select(func.count()).select_from(Task)) == 37


def test_a_second_time_is_refused_and_changes_nothing(app):
    run(app, *GIVEN)

    again = run(app, *GIVEN, "--office", "另一个单位", "--admin-email", "wang@example.org")

    assert (again.exit_code, again.output.count("\n")) == (1, 1)
    assert again.output.startswith("Error: this installation is set up already")
    assert db.session.scalars(select(Person.email)).all() == ["chen@example.org"]


def test_an_office_that_appeared_while_somebody_typed_is_not_joined_by_a_second(app):
    an_office()

    with pytest.raises(AlreadySetUp):
        found(office="另一个单位", region="四川", as_of=AS_OF)


def test_what_is_not_given_is_asked(app):
    answers = "某市知识产权局\n510100\nChen\nchen@example.org\n\n蜀ICP备00000000号\n\n\nn\n"

    told = run(app, input=answers)

    root = db.session.scalars(Organization.roots()).one()
    assert (told.exit_code, root.name, root.region.name, settings_of(root).icp_number) == (
        0, "某市知识产权局", "成都市", "蜀ICP备00000000号")


@pytest.mark.parametrize(("option", "value", "sentence"), [
    ("--region", "亚特兰蒂斯", "there is no region called “亚特兰蒂斯”"),
    ("--admin-email", "chen at example", "“chen at example” is no e-mail address")])
def test_a_wrong_answer_is_one_sentence_and_leaves_nothing(app, option, value, sentence):
    told = run(app, *GIVEN, option, value)

    assert (told.exit_code, told.output.startswith(f"Error: {sentence}"), told.output.count("\n")) == (1, True, 1)
    assert (db.session.scalars(Organization.roots()).all(), db.session.scalars(select(Person)).all()) == ([], [])


def test_regions_are_not_left_behind_by_a_setup_that_failed(bare):
    run(bare, *GIVEN, "--region", "亚特兰蒂斯")

    with bare.app_context():
        assert db.session.scalar(select(func.count()).select_from(Region)) == 0


def test_no_real_start_without_an_office_or_on_demonstration_data(app):
    with pytest.raises(SettingError, match="flask setup"):
        refuse_unfounded()
    db.session.rollback()

    run(app, *GIVEN)
    refuse_unfounded()
    db.session.scalars(select(Installation)).one().is_demonstration = True
    with pytest.raises(SettingError, match="demonstration data"):
        refuse_unfounded()

"""What was merged is found in history, and offered nowhere."""

from app.accounts.models import Role
from app.clock import now
from app.db import db
from tests.factories import a_city_office, a_person, an_office


def test_a_merged_unit_bears_no_number_of_ours_and_is_offered_nowhere(app, signed_in):
    city = a_city_office()
    old = an_office("锦江区知识产权局", "锦江区", parent=city)
    new = an_office("锦江区市场监督管理局", "锦江区", parent=city)
    old.merge_into(new, now())
    db.session.commit()
    browser = signed_in(a_person("Boss", Role.ADMINISTRATOR, an_office()))

    pages = [browser.get(page).text for page in (
        "/console/admin/publishing", f"/console/admin/settings/{an_office().id}",
        f"/console/admin/organizations/{old.id}")]

    assert old.name == "锦江区知识产权局（已并入锦江区市场监督管理局）"
    assert ["锦江区知识产权局" in page for page in pages] == [False, False, True]
    assert ["机构调整" in pages[2], "没办完的活动" in pages[2]] == [False, False]
    assert browser.get(f"/console/admin/settings/{old.id}").status_code == 404


def test_a_second_of_the_same_name_is_told_apart(app):
    city = a_city_office()
    new = an_office("锦江区市场监督管理局", "锦江区", parent=city)
    for _turn in range(2):
        old = an_office("锦江区知识产权局", "锦江区", parent=city)
        old.merge_into(new, now())
        db.session.flush()

    assert old.name == "锦江区知识产权局（已并入锦江区市场监督管理局，2）"

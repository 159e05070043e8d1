"""A new installation without a plan: every main tab is a page, and says how a plan comes in."""

import pytest

from app.accounts.models import Role
from tests.factories import a_person, an_office

TABS = ("/console/board", "/console/plan", "/console/reports", "/plans/")
IMPORT = 'href="/console/plan/import"'


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_that_waits_for_a_plan_is_a_page_and_leads_its_planner_to_the_import(signed_in, tab):
    planner, leader = (a_person(name, role, an_office()) for name, role in (
        ("Pu", Role.PLANNER), ("Lei", Role.LEADER)))

    pages = [signed_in(one).get(tab) for one in (planner, leader)]

    assert [(page.status_code, "还没有" in page.text, IMPORT in page.text) for page in pages] == [
        (200, True, True), (200, True, False)]


def test_the_public_reads_that_no_plan_was_published_yet(app):
    an_office()

    answer = app.test_client().get("/plans/")

    assert (answer.status_code, "还没有公布计划" in answer.text, IMPORT in answer.text) == (200, True, False)

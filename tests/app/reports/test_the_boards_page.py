"""The board in the console. It asks the clock: its plan is this year's."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from app.accounts.links import SignInLink
from app.accounts.models import Role
from app.clock import now
from app.db import db
from app.plans.indicators import Basis
from app.reports.views.board import ON_PAPER
from tests.factories import a_city_office, a_person, a_plan, a_task, an_event, an_office, figures, wang


@pytest.fixture
def leader(app, signed_in):
    a_plan(now().year)
    return signed_in(a_person("Qin", Role.LEADER, an_office()))


def an_event_of_the_plan(by, number=0, **changes):
    event = an_event(f"讲座{number}", tasks=[a_task(year=now().year)], starts_at=now() - timedelta(hours=3 + number),
                     **changes)
    event.record_figures(figures(by, 80), now(), confirmed=number % 3 != 2)
    return event


def test_a_leader_sees_the_figures_each_leading_further(leader):
    an_event_of_the_plan(a_person("Chen", Role.ORGANIZER, an_office()))

    page = leader.get("/console/board").text

    assert '<a href="/console/events?when=past">1</a>' in page
    assert 'href="/console/events?when=all&amp;region=510100" aria-label="成都 1 场"' in page
    assert f'href="/console/plan/tasks/I2.1?year={now().year}"' in page


def test_a_number_of_ours_says_so_and_a_stated_one_does_not(leader):
    def marks():
        db.session.commit()
        page = leader.get("/console/board").text
        line = 'class="bullet-code">{}</span>.*?<span class="keep">(.*?) ·</span>'
        return [re.search(line.format(code), page, re.DOTALL)[1]
                for code in ("I2.1", "I2.2", "E4.1")]

    stated, counted, working = (a_task(code, now().year).indicators[0] for code in ("I2.1", "I2.2", "E4.1"))
    working.basis, working.is_confirmed = Basis.WORKING, True
    confirmed = marks()
    working.is_confirmed = False

    asked = [one.wording or one.target.describe() for one in (stated, counted, working)]
    assert confirmed == [f"目标 {asked[0]}", f"据文字列举统计 {asked[1]}", f"内部目标 {asked[2]}"]
    assert marks() == [*confirmed[:2], f"内部目标（未确认） {asked[2]}"]


def test_paper_lists_as_many_lines_as_the_page_says(app):
    style = (Path(app.root_path) / "static" / "css" / "charts.css").read_text()

    assert re.findall(r"\.bullets > li:nth-child\(n \+ (\d+)\) \{ display: none", style) == [str(ON_PAPER + 1)]


def test_a_stranger_does_not_see_another_citys_board(leader, signed_in):
    chengdu, stranger = a_city_office(), signed_in(wang())

    answers = [stranger.get("/console/board", query_string={"office": office}).status_code
               for office in (chengdu.id, an_office().id, 0, -1, 2**40, "x", "")]

    assert answers == [404] * 7
    assert stranger.get("/console/board").status_code == 200
    assert leader.get("/console/board", query_string={"office": chengdu.id}).status_code == 200


def test_a_city_is_offered_the_way_down_and_up(leader):
    chengdu = a_city_office()
    an_office("锦江区市场监督管理局", "锦江区", parent=chengdu)

    page = leader.get("/console/board", query_string={"office": chengdu.id}).text

    assert [name in page for name in (">省知识产权促进中心</option>", ">成都市市场监督管理局</option>",
                                      ">锦江区市场监督管理局</option>")] == [True, True, True]
    assert f'<option value="{chengdu.id}" selected>' in page


def test_another_years_board_is_shown_and_a_year_without_plan_is_not_there(leader):
    a_plan(now().year - 1)

    assert leader.get(f"/console/board?year={now().year - 1}").status_code == 200
    assert [leader.get(f"/console/board?year={year}").status_code for year in ("1999", "x", "")] == [404, 404, 404]


def test_before_there_is_a_plan_the_board_says_so(app, signed_in):
    answer = signed_in(a_person("Qin", Role.LEADER, an_office())).get("/console/board")

    assert (answer.status_code, "还没有计划" in answer.text) == (200, True)


def test_the_board_asks_no_more_for_many_events_than_for_one(leader, count_queries):
    by = a_person("Chen", Role.ORGANIZER, an_office())
    a_plan(now().year - 1)
    an_event_of_the_plan(by)
    leader.get("/console/board")
    one = count_queries(lambda: leader.get("/console/board"))
    for number in range(1, 12):
        an_event_of_the_plan(by, number, organization=a_city_office(), regions=[a_city_office().region])
        an_event(f"没有登记{number}", tasks=[a_task(year=now().year)], starts_at=now() - timedelta(days=number))
    db.session.commit()

    many = count_queries(lambda: leader.get("/console/board"))

    assert (many, many <= 15) == (one, True)


def test_a_leader_lands_on_the_board_and_who_also_edits_on_what_waits_for_him(app):
    leader = a_person("Qin", Role.LEADER, an_office())
    both = a_person("Chen", Role.ORGANIZER, an_office())
    both.give(Role.LEADER, an_office(), now())
    db.session.commit()

    def landed(person):
        link, token = SignInLink.issue(person, now())
        db.session.add(link)
        db.session.commit()
        return app.test_client().post(f"/sign-in/{token}").location

    assert (landed(leader), landed(both)) == (
        "/console/me/password?next=/console/board", "/console/me/password?next=/console/")

"""What a page, the report and the board show by region comes to the total that they show."""

import base64
import io
import re
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import docx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.accounts.models import Role
from app.db import db
from app.reports.board import Board
from app.reports.charts import written
from app.reports.counting.rounding import adding_up
from app.reports.counting.split import split_of
from app.reports.counting.tally import tally
from app.reports.statements.period import Period, PeriodKind
from app.reports.statements.prose import told
from app.reports.statements.statement import statement_of
from app.reports.statements.word import render
from tests.app.reports.asking import asked
from tests.app.reports.histories import NOW, World, lives
from tests.conftest import AS_OF
from tests.factories import a_person, a_plan, a_region, a_task, an_event, an_office, chen, figures

YEAR = Period(2026, PeriodKind.YEAR)
SHARES = st.lists(st.fractions(min_value=-50, max_value=5000, max_denominator=1000), max_size=30)


def number(words):
    return Decimal(words.replace(",", ""))


@given(SHARES)
def test_a_column_comes_to_its_total_and_no_figure_is_off_by_a_hundredth(amounts):
    column = adding_up(amounts)

    assert sum(number(written(one)) for one in column) == number(written(sum(amounts, start=Fraction(0))))
    assert all(abs(one - exact) < Fraction(1, 100) for one, exact in zip(column, amounts, strict=True))


def test_what_is_whole_or_in_hundredths_stays_as_it_is():
    amounts = [3, Fraction(15, 100), Fraction(85, 100), 0]

    assert [written(one) for one in adding_up(amounts)] == ["3", "0.15", "0.85", "0"]
    assert [written(one) for one in adding_up([Fraction(1, 3)] * 3)] == ["0.34", "0.33", "0.33"]


@settings(max_examples=10, deadline=None, phases=[Phase.generate], database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=lives)
def test_after_any_history_the_rows_shown_come_to_the_total_shown(app, history):
    try:
        world = World()
        world.live(history)
        db.session.expire_all()
        for office in world.offices[:2]:
            assert_page_adds_up(world, office)
            assert_report_adds_up(world, office)
            assert_board_adds_up(world, office)
    finally:
        db.session.rollback()


def assert_page_adds_up(world, office):
    counted = tally(world.plan, NOW, within=office if office.parent_id else None)
    for task in world.tasks:
        for one in task.indicators:
            count = counted.of(one)
            split = split_of(one, count, counted.places.regions)
            rows = [written(share.told) for share in split.shares if not share.is_inside] + [written(split.nowhere)]
            assert sum(map(number, rows)) == number(written(count.amount)), one.measure


def assert_report_adds_up(world, office):
    found = statement_of(world.plan, office, YEAR, NOW)
    rows = [*found["cities"], found["elsewhere"]]
    assert sum(number(row["own"]) for row in rows) == found["whole"]["events"]
    assert sum(number(row["to_date"]) for row in rows) == found["to_date"]["events"]


def assert_board_adds_up(world, office):
    found = Board.of(world.plan, office, NOW)
    rows = [written(spot.told) for spot in (*found.spots, found.elsewhere) if spot]
    assert sum(map(number, rows)) == found.whole.done


def an_event_of_shares(by, *shares, code="I2.1"):
    """Held and counted; a share in per mille for each region."""
    event = an_event(tasks=[a_task(code)], starts_at=AS_OF - timedelta(days=9),
                     regions=[a_region(name) for name, _share in shares])
    for place in event.in_regions:
        place.share = dict((a_region(name).code, share) for name, share in shares)[place.region_code]
    event.record_figures(figures(by, 80), AS_OF, confirmed=True)
    db.session.flush()


def test_fifteen_per_cent_is_shown_as_such_and_the_whole_province_has_its_row(app, signed_in):
    by = chen()
    asked()
    an_event_of_shares(by, ("成都", 850), ("绵阳", 150))
    an_event_of_shares(by, ("四川", None))
    indicator = a_task().indicators[0]
    browser = signed_in(a_person("Planner", Role.PLANNER, an_office()))

    page = browser.get(f"/console/plan/indicators/{indicator.id}").text
    report = browser.get("/console/reports/2026").text
    word = _word(statement_of(a_plan(), an_office(), YEAR, AS_OF))

    table = page.partition('id="regions"')[2].partition("</table>")[0]
    assert re.findall(r'<td class="number">(?:<a[^>]*>)?([\d.]+)', table) == ["1", "0.85", "0.15", "2"]
    rows = dict(re.findall(r'<th scope="row">([^<]+)</th><td class="number">([\d.]+)</td>',
                           report.partition("各市（州）")[2]))
    assert (rows["成都"], rows["绵阳"], rows["全省性（不分市州）"], rows["合计"]) == ("0.85", "0.15", "1", "2")
    assert word == "有活动的市（州）：成都（0.85 场）、绵阳（0.15 场）；另有全省性（不分市州）的 1 场，合计 2 场。"


def test_what_is_for_the_whole_province_leads_to_itself_alone(app, signed_in):
    by = chen()
    asked()
    an_event_of_shares(by, ("成都", None))
    an_event_of_shares(by, ("四川", None))
    indicator = a_task().indicators[0]
    browser = signed_in(a_person("Planner", Role.PLANNER, an_office()))

    page = browser.get(f"/console/plan/indicators/{indicator.id}?region=510000").text

    assert "合计 1 条" in page


def _word(statement):
    words = base64.b64decode(render(b"", lambda done, total: None, told(statement)))
    return next(one.text for one in docx.Document(io.BytesIO(words)).paragraphs if one.text.startswith("有活动的"))

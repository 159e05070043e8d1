import html
import io
import re
from datetime import date

import pytest
from sqlalchemy import select

from app import jobs
from app.accounts.models import Role
from app.audit.models import AuditRow
from app.clock import local_day, now
from app.db import db
from app.plans.outside import BadFigure, OutsideFigure
from app.plans.outside_sheet import FigureSheet, amount_in, last_of, month_in
from app.reports.counting.tally import tally
from tests.app.events.filling import kept, mistakes
from tests.app.plans.keeping import a_figure
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, a_plan, a_region, a_task, an_office, chen, wang

HEAD = "月份,来源,截至日期,选课人数,口径\n"


def indicator(year=2026):
    return a_task("N2.4", year).indicators[0]


def figures():
    db.session.expire_all()
    return [(one.month, one.region_code, one.source, one.amount, one.is_running_total)
            for one in db.session.scalars(OutsideFigure.of_indicator(indicator()))]


def done(year=2026):
    return tally(a_plan(year), AS_OF).of(indicator(year)).done


# ---------------------------------------------------------------- the noun


def test_the_same_month_again_replaces_and_never_adds(app):
    a_figure(1000)
    first = done()

    a_figure(1200, true_on=date(2026, 3, 1))
    a_figure(1200, true_on=date(2026, 3, 1))
    db.session.commit()

    assert (first, done(), len(figures())) == (1000, 1200, 1)
    rows = db.session.scalars(select(AuditRow).where(
        AuditRow.subject_type == "OutsideFigure").order_by(AuditRow.id)).all()
    assert [(row.what, '"amount": 1000' in row.before, row.organization_id) for row in rows] == [
        ("figure_entered", False, an_office().id), ("figure_replaced", True, an_office().id)]


def test_a_running_total_replaces_what_came_before_it_and_a_months_own_is_added(app):
    a_figure(1000, month=date(2026, 1, 1), true_on=date(2026, 1, 31))
    a_figure(1500, month=date(2026, 2, 1), true_on=date(2026, 2, 28))
    a_figure(40, is_running_total=False)

    assert done() == 1540


@pytest.mark.parametrize(("words", "field"), [
    ({"month": date(2026, 4, 1), "true_on": date(2026, 4, 1)}, "month"), ({"month": date(2025, 12, 1)}, "month"),
    ({"true_on": date(2026, 3, 3)}, "true_on"), ({"true_on": date(2026, 2, 28)}, "true_on")])
def test_a_month_or_a_day_that_cannot_be_is_refused_at_its_field(app, words, field):
    with pytest.raises(BadFigure) as refused:
        a_figure(**words)

    assert (refused.value.field, figures()) == (field, [])


def test_a_number_that_grows_over_years_may_begin_before_this_one(app):
    indicator().period = "cumulative"

    assert a_figure(month=date(2025, 12, 1), true_on=date(2025, 12, 31)).amount == 1000


def test_one_source_never_tells_of_a_region_and_of_one_within_it(app):
    a_figure(region=a_region("成都"))

    for region in ("四川", "锦江区"):
        with pytest.raises(BadFigure) as refused:
            a_figure(region=a_region(region))
        assert refused.value.field == "region"
    a_figure(300, region=a_region("绵阳"))
    a_figure(50, region=a_region("四川"), source="另一个平台")

    assert done() == 1350


def test_what_should_never_have_stood_there_goes_and_is_recorded(app):
    figure = a_figure()
    db.session.commit()

    figure.remove(AS_OF)
    db.session.commit()

    assert (figures(), db.session.scalars(select(AuditRow.subject_type).where(
        AuditRow.what == "figure_removed")).all()) == ([], ["Plan"])


# ---------------------------------------------------------------- the page


@pytest.fixture
def planning(app, signed_in):
    a_plan(now().year)
    return signed_in(a_person("Ping", Role.PLANNER, an_office()))


def page_of(year=None):
    return f"/console/plan/indicators/{indicator(year or now().year).id}/figures"


def the_figure(**changes):
    today = local_day(now())
    return {"month": f"{today:%Y-%m}", "amount": "286400", "kind": "total", "true_on": str(today),
            "source": "远程教育平台", "region": ""} | changes


def test_a_figure_is_entered_and_entered_again_says_old_and_new(planning):
    planning.post(page_of(), data=the_figure())
    planning.post(page_of(), data=the_figure(amount="300001"))

    page = planning.get(page_of()).text

    assert "已更新：286,400 → 300,001。" in page
    assert re.findall(r'<td class="number"><b>([\d,]+)</b>', page) == ["300,001"]


@pytest.mark.parametrize("words", ["281,000", "２８１，０００"])
def test_a_figure_is_typed_as_pages_print_it(planning, words):
    planning.post(page_of(), data=the_figure(amount=words))

    assert re.findall(r'<td class="number"><b>([\d,]+)</b>', planning.get(page_of()).text) == ["281,000"]


def standing():
    db.session.expire_all()
    return sorted((one.source, one.amount) for one in db.session.scalars(select(OutsideFigure)))


def test_a_second_source_is_asked_about_before_its_numbers_add(planning):
    planning.post(page_of(), data=the_figure())

    asked = planning.post(page_of(), data=the_figure(source="学习强国", amount="500"))
    before = standing()
    planning.post(page_of(), data=the_figure(source="学习强国", amount="500", beside="add"))
    planning.post(page_of(), data=the_figure(source="学习强国", amount="600"))

    assert (asked.status_code, mistakes(asked.text)) == (422, [
        "和已有的来源：已有来源“远程教育平台”，“学习强国”的数字会和它相加。请说明是另一个平台，还是同一个换了名称。"])
    assert (before, standing()) == ([("远程教育平台", 286400)], [("学习强国", 600), ("远程教育平台", 286400)])
    assert "有 2 个来源，数字相加：学习强国、远程教育平台。" in html.unescape(planning.get(page_of()).text)


def test_a_source_that_only_changed_its_name_replaces_and_never_adds(planning):
    planning.post(page_of(), data=the_figure())

    planning.post(page_of(), data=the_figure(source="省远程教育平台", amount="300000", beside="same:远程教育平台"))

    assert standing() == [("省远程教育平台", 300000)]


@pytest.mark.parametrize("beside", ["same:别的平台", "same:", "1"])
def test_a_source_that_does_not_stand_is_none_to_be_renamed(planning, beside):
    planning.post(page_of(), data=the_figure())

    answer = planning.post(page_of(), data=the_figure(source="学习强国", beside=beside))

    assert (answer.status_code, len(standing())) == (422, 1)


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"amount": "很多"}, "数字"), ({"amount": "-1"}, "数字：数字要在 0 到 20 亿之间。"), ({"month": "上月"}, "月份"),
    ({"month": "2019-01"}, "月份：这是 {year} 年的指标，月份要在 {year} 年里。"),
    ({"source": ""}, "来源：请填数字来自哪里。"),
    ({"true_on": "2199-01-01"}, "截至：截至的日期还没有到。"),
    ({"region": "火星"}, "地区：没有叫“火星”的地区，请从列表里选。")])
def test_a_bad_figure_comes_back_with_its_words(planning, changes, sentence):
    answer = planning.post(page_of(), data=the_figure(**{"source": "我写的来源"} | changes))

    [mistake] = mistakes(answer.text)
    assert (answer.status_code, mistake.startswith(sentence.format(year=now().year))) == (422, True)
    assert kept(answer.text, "source") == changes.get("source", "我写的来源")
    assert db.session.scalars(select(OutsideFigure)).all() == []


def test_a_figure_is_taken_into_the_form_and_taken_away(planning):
    planning.post(page_of(), data=the_figure())
    [one] = db.session.scalars(select(OutsideFigure)).all()
    address = f"{page_of()}/{one.id}/removal"

    filled = planning.get(f"{page_of()}?figure={one.id}").text
    planning.post(address)

    assert (kept(filled, "amount"), db.session.scalars(select(OutsideFigure)).all()) == ("286400", [])
    assert planning.post(address).status_code == 404


def test_only_the_plans_own_planner_enters_and_the_staff_looks(signed_in, app):
    a_plan(now().year)
    browsers = {name: signed_in(person) for name, person in (
        ("city planner", a_person("Ping", Role.PLANNER, a_city_office())), ("organizer", chen()), ("Wang", wang()))}

    found = {name: (browser.get(page_of()).status_code, browser.post(page_of(), data=the_figure()).status_code)
             for name, browser in browsers.items()}

    assert found == {"city planner": (200, 404), "organizer": (200, 403), "Wang": (200, 403)}
    assert db.session.scalars(select(OutsideFigure)).all() == []


def test_another_kind_of_indicator_has_no_such_page(planning):
    other = a_task("I2.1", now().year).indicators[0]

    assert planning.get(f"/console/plan/indicators/{other.id}/figures").status_code == 404


def test_the_page_asks_as_often_for_many_months_as_for_one(planning, count_queries):
    a_figure(as_of=now(), month=date(now().year, 1, 1), true_on=date(now().year, 1, 1), year=now().year)
    db.session.commit()
    planning.get(page_of())
    once = count_queries(lambda: planning.get(page_of()))
    for number, city in enumerate(("成都", "绵阳", "德阳")):
        a_figure(as_of=now(), month=date(now().year, 1, 1), true_on=date(now().year, 1, 1), year=now().year,
                 region=a_region(city), source=f"平台{number}")
    db.session.commit()

    assert count_queries(lambda: planning.get(page_of())) == once


# ---------------------------------------------------------------- by sheet


def read(rows):
    return FigureSheet.read([row.split(",") for row in rows.splitlines()], indicator(), date(2026, 3, 2))


def test_a_sheet_tells_old_and_new_and_an_import_replaces(either_app):
    a_figure(900, month=date(2026, 1, 1), true_on=date(2026, 1, 31))
    by = a_person("Ping", Role.PLANNER, an_office())
    words = HEAD + "2026年1月,远程教育平台,2026-01-31,1000,累计\n2月,远程教育平台,,0.15万人,\n"

    found = read(words)
    found.bring_in(indicator(), AS_OF, by)
    db.session.commit()
    again = read(words)
    again.bring_in(indicator(), AS_OF, by)
    db.session.commit()

    assert [(line.what, line.changes) for line in found.lines] == [
        ("changed", [("数字", "900", "1,000")]), ("new", [])]
    assert [line.what for line in again.lines] == ["same", "same"]
    assert figures() == [(date(2026, 1, 1), "510000", "远程教育平台", 1000, True),
                         (date(2026, 2, 1), "510000", "远程教育平台", 1500, True)]
    assert done() == 1500


def test_each_problem_of_a_sheet_stands_in_its_cell(app):
    found = read(HEAD + "春天,甲,,5,\n1月,甲,,很多,\n1月,甲,昨天,5,\n1月,甲,,5,大概\n1月,,,5,\n5月,甲,,5,\n"
                 "2月,甲,2026-01-31,5,\n3月,甲,,5,\n3月,甲,,6,\n")

    assert [line.problems for line in found.lines] == [
        {"month": "请写成 2026-03 或 3月 这样的月份。"}, {"amount": "请写成 286400 或 28.64万 这样的数字。"},
        {"true_on": "请写成 2026-04-20 这样的日期。"}, {"kind": "请写“累计”或“当月”。"}, {"source": "没有来源。"},
        {"month": "这个月还没有到。"}, {"true_on": "截至的日期早于这个月。"},
        {"month": "表里有 2 行写了同一个月。"}, {"month": "表里有 2 行写了同一个月。"}]


def test_a_sheet_of_cities_is_not_mixed_with_the_whole_province(app):
    found = read("月份,数字,来源,地区\n1月,5,甲,成都\n1月,6,甲,\n1月,7,甲,绵阳\n")

    assert [list(line.problems) for line in found.lines] == [[], ["region"], []]


def test_a_sheet_is_uploaded_looked_at_and_applied_once(planning):
    year = now().year
    answer = planning.post(f"{page_of()}/import", data={
        "sheet": (io.BytesIO(
            f"{year}年选课人数\n月份,来源,累计人数\n1月,远程教育平台,18400\n2月,,\n".encode()), "x.csv")})
    jobs.work("here")

    page = planning.get(answer.location).text
    planning.post(answer.location)
    again = planning.post(answer.location)

    assert ("新增 1，更新 0，没有变化 0，有问题 1" in page, again.location) == (True, page_of())
    assert db.session.scalars(select(OutsideFigure.amount)).all() == [18400]


def test_a_sheet_with_a_second_source_wants_a_tick_before_its_numbers_add(planning):
    planning.post(page_of(), data=the_figure())
    answer = planning.post(f"{page_of()}/import", data={
        "sheet": (io.BytesIO("月份,来源,累计人数\n1月,学习强国,18400\n".encode()), "x.csv")})
    jobs.work("here")

    page = planning.get(answer.location).text
    refused = planning.post(answer.location)
    before = len(standing())
    planning.post(answer.location, data={"adds": "1"})

    assert "这些来源是不同的平台，数字相加：学习强国、远程教育平台" in page
    assert (refused.status_code, "表里有新的来源，数字会和别的来源相加。" in refused.text, before) == (422, True, 1)
    assert standing() == [("学习强国", 18400), ("远程教育平台", 286400)]


@pytest.mark.parametrize(("word", "month"), [
    ("2026-03", date(2026, 3, 1)), ("2026年3月", date(2026, 3, 1)), ("2026/3", date(2026, 3, 1)),
    ("202603", date(2026, 3, 1)), ("3月", date(2026, 3, 1)), ("3月份", date(2026, 3, 1)), ("３", date(2026, 3, 1)),
    ("2026-03-31", date(2026, 3, 1)), ("13月", None), ("2026-00", None), ("一季度", None), ("", None)])
def test_a_month_is_read_however_offices_write_it(word, month):
    assert month_in(word, 2026) == month


@pytest.mark.parametrize(("word", "amount"), [
    ("286400", 286400), ("286,400", 286400), ("28.64万", 286400), ("28.64 万人", 286400), ("２８６４００", 286400),
    ("286400人次", 286400), ("0", 0), ("1.5", None), ("0.00001万", None), ("-3", None), ("约30万", None),
    ("30万左右的人数", None), ("9999999999", None), ("", None)])
def test_a_number_is_read_but_never_guessed(word, amount):
    assert amount_in(word) == amount


def test_the_last_day_of_a_month():
    assert [last_of(date(2028, month, 1)).day for month in (2, 4, 12)] == [29, 30, 31]

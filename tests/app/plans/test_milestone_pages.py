from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.clock import local_day, now
from app.db import db
from app.files import folder
from app.plans.indicators import Measure
from app.plans.milestones import Milestone, Step
from tests.app.events.filling import in_days, kept, mistakes, opened
from tests.app.plans.keeping import PDF, a_milestone, upload
from tests.factories import a_city_office, a_person, a_plan, a_task, an_event, an_office, chen, wang

TASK = "/console/plan/tasks/S3.1"


@pytest.fixture
def today(app):
    return local_day(now())


@pytest.fixture
def planning(app, signed_in):
    """Ping plans for the province."""
    a_plan(now().year)
    return signed_in(a_person("Ping", Role.PLANNER, an_office()))


@pytest.fixture
def desk(app, signed_in):
    """Chen brings about what the province has to."""
    a_plan(now().year)
    return signed_in(chen())


def the_milestone(**changes):
    return {"step": "application", "title": "", "due_on": "2026-05-20", "organization": str(an_office().id),
            "indicator": ""} | changes


def found():
    db.session.expire_all()
    return list(db.session.scalars(select(Milestone).where(Milestone.deleted_at.is_(None)).order_by(Milestone.id)))


def soon(days=3, title="申报", **words):
    made = a_milestone(title, due_on=local_day(now()) + timedelta(days=days), as_of=now(), year=now().year, **words)
    db.session.commit()
    return made


def address(one, more=""):
    return f"/console/plan/milestones/{one.id}{more}"


def test_a_step_is_added_and_stands_on_the_tasks_page(planning):
    answer = planning.post(f"{TASK}/milestones", data=the_milestone())

    [one] = found()
    assert answer.location == f"{TASK}?year={now().year}#milestones"
    assert (one.title, one.step, str(one.due_on), one.task.code) == ("申报", "application", "2026-05-20", "S3.1")
    assert f'href="{address(one)}">申报</a>' in planning.get(TASK).text


def test_a_step_added_in_english_keeps_the_name_of_the_data(planning):
    planning.post(f"{TASK}/milestones?lang=en", data=the_milestone())

    assert [one.title for one in found()] == ["申报"]


def test_the_usual_steps_are_added_at_once_without_those_left_empty(planning):
    days = {"application": "2026-03-20", "announcement": "2026-05-01", "approval": "2026-05-01"}

    planning.post(f"{TASK}/milestones/usual", data=days | {"organization": str(an_office().id)})

    assert [(one.step, one.title, str(one.due_on)) for one in found()] == [
        ("application", "申报", "2026-03-20"), ("announcement", "公示", "2026-05-01"),
        ("approval", "批复", "2026-05-01")]


@pytest.mark.parametrize(("days", "sentence"), [
    ({}, "申报：至少填一个日期。"), ({"application": "五月"}, "申报：请写成 2026-04-20 这样的日期。"),
    ({"review": "2026-05-02", "approval": "2026-05-01"}, "批复：批复不会早于评审。")])
def test_steps_without_days_or_out_of_order_come_back(planning, days, sentence):
    answer = planning.post(f"{TASK}/milestones/usual", data=days | {"organization": str(an_office().id)})

    assert (answer.status_code, mistakes(answer.text), found()) == (422, [sentence], [])


def test_a_form_sent_twice_adds_once_and_says_so(planning):
    planning.post(f"{TASK}/milestones", data=the_milestone())

    again = planning.post(f"{TASK}/milestones", data=the_milestone())

    assert (again.status_code, mistakes(again.text), len(found())) == (409, ["已经有这个节点：申报。"], 1)


def test_a_free_step_wants_a_name(planning):
    answer = planning.post(f"{TASK}/milestones", data=the_milestone(step="other"))

    assert (answer.status_code, mistakes(answer.text)) == (422, ["名称：请填名称。"])


def test_only_a_number_that_counts_milestones_is_offered(planning):
    before = planning.get(f"{TASK}/milestones/new").text
    [indicator] = a_task("S3.1", now().year).indicators
    indicator.measure = Measure.MILESTONES.value

    planning.post(f"{TASK}/milestones", data=the_milestone(indicator=str(indicator.id)))

    assert ('name="indicator"' in before, [one.indicator_id for one in found()]) == (False, [indicator.id])


def test_it_is_reached_with_evidence_and_a_note_then_corrected(desk, today):
    one = soon()

    answer = desk.post(address(one, "/reaching"), data=opened(one) | {
        "on": str(today), "note": "已报送", "files": [upload()]})
    desk.post(address(one, "/reaching"), data=opened(one) | {
        "on": str(today - timedelta(days=1)), "note": "已报送省局", "files": [upload(PDF, "又一份.pdf")]})

    [one] = found()
    assert (answer.location, one.reached_on, one.note) == (address(one), today - timedelta(days=1), "已报送省局")
    assert ([held.file.name for held in one.files], len(list(folder().iterdir()))) == (["批复.pdf"], 1)


def test_a_day_to_come_is_refused_and_keeps_the_words_and_no_file(desk, today):
    one = soon()

    answer = desk.post(address(one, "/reaching"), data=opened(one) | {
        "on": str(today + timedelta(days=1)), "note": "快了", "files": [upload()]})

    assert (answer.status_code, mistakes(answer.text), "快了" in answer.text) == (
        422, ["哪天完成的：这一天还没有到。"], True)
    assert (found()[0].reached_on, list(folder().iterdir())) == (None, [])


def test_a_form_opened_before_somebody_elses_change_is_refused_once(desk, today):
    one = soon()
    data = opened(one) | {"on": str(today), "note": "我写的"}
    one.correct(now(), title="提前申报")
    db.session.commit()

    stale = desk.post(address(one, "/reaching"), data=data)
    again = desk.post(address(one, "/reaching"), data=data | {"version": kept(stale.text, "version")})

    assert (stale.status_code, "我写的" in stale.text, again.status_code) == (409, True, 302)
    assert found()[0].note == "我写的"


def test_taking_it_back_wants_a_reason_and_keeps_the_evidence(desk, today):
    one = soon()
    desk.post(address(one, "/reaching"), data=opened(one) | {"on": str(today), "files": [upload()]})

    without = desk.post(address(one, "/unreaching"), data=opened(one) | {"reason": ""})
    desk.post(address(one, "/unreaching"), data=opened(one) | {"reason": "材料被退回"})

    [one] = found()
    assert (without.status_code, mistakes(without.text)) == (422, ["为什么改回：请写原因。"])
    assert (one.reached_on, len(one.files)) == (None, 1)


def test_evidence_is_saved_not_shown_and_can_be_dropped(desk, today):
    one = soon()
    desk.post(address(one, "/reaching"), data=opened(one) | {"on": str(today), "files": [upload()]})
    file = address(one, f"/files/{found()[0].files[0].file_id}")

    with desk.get(file) as answer:
        fetched = answer.data, answer.headers["Content-Disposition"][:10]
    desk.post(f"{file}/removal")

    assert (fetched, found()[0].files, list(folder().iterdir())) == ((PDF, "attachment"), [], [])


def test_a_planner_corrects_and_deletes_but_not_what_was_reached(planning, today):
    one = soon()
    planning.post(address(one, "/edit"), data=opened(one) | the_milestone(title="网上申报"))
    one.reach(today, now())
    refused = planning.post(address(one, "/removal"))
    one.unreach(now(), "记错了")
    planning.post(address(one, "/removal"))

    assert (one.title, refused.status_code, found()) == ("网上申报", 409, [])


def test_an_organizer_reaches_and_does_not_plan(desk):
    one = soon()

    page = desk.get(TASK).text
    answers = [desk.get(f"{TASK}/milestones/new"), desk.post(f"{TASK}/milestones", data=the_milestone()),
               desk.post(address(one, "/edit")), desk.post(address(one, "/removal"))]

    assert ("添加节点" in page, [one.status_code for one in answers], len(found())) == (False, [403] * 4, 1)


def test_a_stranger_finds_none_of_another_citys_milestones(signed_in, app, today):
    a_plan(now().year)
    one = soon(title="成都的节点", organization=a_city_office())
    stranger = signed_in(wang())

    got = [stranger.get(where).status_code for where in (address(one), address(one, "/files/x"))]
    posted = [stranger.post(address(one, more), data=opened(one) | {"on": str(today)}).status_code
              for more in ("/reaching", "/unreaching", "/files/x/removal")]

    assert (got, posted, found()[0].reached_on) == ([404] * 2, [404] * 3, None)
    assert [where for where in (TASK, "/console/", "/console/events")
            if "成都的节点" in stranger.get(where).text] == []


def test_what_is_due_stands_on_today_and_among_what_comes(desk):
    soon(-2, "过期的")
    soon(0, "今天的")
    soon(9, "下周的")
    soon(40, "以后的")
    an_event("后天的课", starts_at=in_days(2))
    db.session.commit()

    pages = {where: desk.get(where).text for where in ("/console/", "/console/events", "/console/events?kind=visit")}

    assert {where: [word for word in ("过期的", "今天的", "下周的", "以后的") if word in page]
            for where, page in pages.items()} == {
        "/console/": ["过期的", "今天的", "下周的"], "/console/events": ["今天的", "下周的"],
        "/console/events?kind=visit": []}
    assert (pages["/console/"].count("kind-deadline"), "过期 2 天" in pages["/console/"]) == (2, True)


def test_a_county_sees_the_provinces_deadline_without_a_way_into_it(signed_in, app):
    a_plan(now().year)
    one = soon(title="省里的申报")
    browser = signed_in(chen(an_office("锦江区市场监督管理局", "锦江区", parent=a_city_office())))

    today = browser.get("/console/").text

    assert ("省里的申报" in today, "节点到期或过期" in today) == (True, False)
    assert "省里的申报" in browser.get(TASK).text
    assert (address(one) in today, browser.get(address(one)).status_code) == (False, 404)


def test_the_pages_ask_as_often_for_many_milestones_as_for_one(desk, count_queries):
    first = soon(title="第一个")
    addresses = ("/console/", "/console/events", TASK, address(first))
    for where in addresses:
        desk.get(where)
    once = [count_queries(lambda where=where: desk.get(where)) for where in addresses]
    for number, city in enumerate(("成都", "绵阳", "德阳")):
        soon(number, f"节点{number}", organization=a_city_office(city), step=Step.REVIEW)
        soon(number, f"节点{number}", code="N2.2", organization=a_city_office(city))

    assert [count_queries(lambda where=where: desk.get(where)) for where in addresses] == once


@pytest.mark.parametrize(("days", "pill"), [(-1, "1 day overdue"), (-2, "2 days overdue"), (1, "1 day left")])
def test_one_day_is_one_in_english_too(desk, days, pill):
    one = soon(days)

    assert pill in desk.get(f"{address(one)}?lang=en").text

"""The pages on which a return is written, decided and added up. They ask the clock: their month is the last one."""

import re
from datetime import timedelta

import pytest

from app.clock import now
from app.db import db
from app.plans.models import Plan
from app.reports import letters
from app.reports.returns.month import Month
from app.reports.returns.monthly import MonthlyReturn
from tests.app.reports.filing import Offices, filed
from tests.factories import an_event, an_office, figures, wang
from tests.letters import ledger


@pytest.fixture
def offices(app) -> Offices:
    return Offices()


@pytest.fixture
def last_month(offices) -> Month:
    for plan in db.session.query(Plan):
        plan.adopted_at = now() - timedelta(days=400)
    db.session.commit()
    return Month.of(now()).previous


@pytest.fixture
def chen(offices, signed_in):
    return signed_in(offices.chen)


@pytest.fixture
def he(offices, signed_in):
    return signed_in(offices.he)


def event_of(office, by, month, title="知识产权讲座", attendances=80, confirmed=True):
    starts_at = month.begins_at + timedelta(days=4)
    event = an_event(title, organization=office, starts_at=starts_at, regions=[office.region])
    if attendances:
        event.record_figures(figures(by, attendances), now(), confirmed=confirmed)
    db.session.commit()
    return event


def opened(browser, month, office=None):
    page = browser.get(f"/console/returns/{month.word}", query_string={"office": office.id} if office else {}).text
    return dict(re.findall(r'name="(version|seen|office)"[^>]*value="([^"]*)"', page)), page


def the_return(office) -> MonthlyReturn:
    db.session.expire_all()
    return db.session.query(MonthlyReturn).filter_by(organization_id=office.id).one()


def file(browser, month, **changes):
    fields, _page = opened(browser, month)
    data = {**fields, "words": "办了一场", "then": "submit"} | changes
    return browser.post(f"/console/returns/{month.word}", data=data)


def test_chen_files_and_the_figures_are_frozen(chen, offices, last_month):
    event_of(offices.county, offices.chen, last_month)

    answer = file(chen, last_month)

    found = the_return(offices.county)
    assert (answer.status_code, found.state, found.words) == (302, "submitted", "办了一场")
    assert found.figures["counts"]["totals"]["attendances"] == 80


def test_a_draft_is_kept_and_not_filed(chen, offices, last_month):
    file(chen, last_month, then="save", problems="场地不够")

    found = the_return(offices.county)
    assert (found.state, found.problems, found.figures) == ("draft", "场地不够", None)
    assert ">场地不够</textarea>" in opened(chen, last_month)[1].replace("\r\n", "")


def test_figures_that_changed_since_the_page_was_opened_are_shown_once_more(chen, offices, last_month):
    fields, _page = opened(chen, last_month)
    event_of(offices.county, offices.chen, last_month)

    answer = chen.post(f"/console/returns/{last_month.word}", data={**fields, "words": "我写的话", "then": "submit"})
    again = dict(re.findall(r'name="(version|seen|office)"[^>]*value="([^"]*)"', answer.text))
    second = chen.post(f"/console/returns/{last_month.word}", data={**again, "words": "我写的话", "then": "submit"})

    assert (answer.status_code, "数字刚才变了" in answer.text, "我写的话" in answer.text) == (409, True, True)
    assert (second.status_code, the_return(offices.county).state) == (302, "submitted")


def test_two_who_write_at_once_do_not_overwrite_each_other(chen, offices, last_month):
    fields, _page = opened(chen, last_month)
    file(chen, last_month, then="save", words="先存的")

    answer = chen.post(f"/console/returns/{last_month.word}", data={**fields, "words": "后存的", "then": "save"})

    assert (answer.status_code, "后存的" in answer.text, the_return(offices.county).words) == (409, True, "先存的")


def test_words_too_long_come_back_whole(chen, offices, last_month):
    answer = file(chen, last_month, words="长" * 3001)

    assert (answer.status_code, "长" * 3001 in answer.text, db.session.query(MonthlyReturn).count()) == (422, True, 0)


def test_missing_figures_lead_to_the_form_where_they_are_entered(chen, offices, last_month):
    event = event_of(offices.county, offices.chen, last_month, "没有人数", attendances=0)

    page = opened(chen, last_month)[1]

    assert f'href="/console/events/{event.id}/figures"' in page
    assert "还有 1 个活动没有登记人数" in page


def test_the_reviewer_returns_with_a_reason_and_the_author_has_a_letter(chen, he, offices, last_month):
    file(chen, last_month)
    found = the_return(offices.county)

    empty = he.post(f"/console/returns/{found.id}/return", data={"version": found.version, "reason": " "})
    he.post(f"/console/returns/{found.id}/return", data={"version": found.version, "reason": "漏了一场"})

    assert (empty.status_code, "退回要写原因" in empty.text) == (422, True)
    assert (the_return(offices.county).state, [one.letter for one in ledger()]) == ("returned", [letters.RETURNED])
    assert "漏了一场" in opened(chen, last_month)[1]


def test_approving_what_was_taken_back_and_filed_again_is_refused_once(chen, he, offices, last_month):
    file(chen, last_month)
    found = the_return(offices.county)
    seen = found.version
    chen.post(f"/console/returns/{found.id}/retraction")
    file(chen, last_month, words="改过的话")

    stale = he.post(f"/console/returns/{found.id}/approval", data={"version": seen})
    fresh = he.post(f"/console/returns/{found.id}/approval", data={"version": the_return(offices.county).version})

    assert (stale.status_code, fresh.status_code, the_return(offices.county).state) == (409, 302, "approved")


def test_what_was_corrected_stands_beside_what_was_filed(chen, he, offices, last_month):
    event = event_of(offices.county, offices.chen, last_month)
    file(chen, last_month)
    event.record_figures(figures(offices.chen, 95), now(), confirmed=True)
    db.session.commit()

    page = opened(chen, last_month)[1]

    assert re.findall(r"(?:<td>|<ins>)人次 (\d+)", page) == ["80", "95"]
    assert "<dt>人次</dt><dd>80</dd>" in page


def test_wang_sees_and_files_nothing_of_chens(offices, signed_in, last_month):
    browser = signed_in(wang())
    found = filed(offices.county, offices.chen, last_month, now())

    answers = [browser.get(f"/console/returns/{last_month.word}{page}?office={offices.county.id}").status_code
               for page in ("", "/total", "/total.csv", "/outstanding")]
    answers += [browser.post(f"/console/returns/{last_month.word}", data={"office": offices.county.id}).status_code,
                browser.post(f"/console/returns/{found.id}/retraction").status_code]

    assert answers == [404] * 6


def test_a_month_that_is_none_is_not_there(chen):
    assert [chen.get(f"/console/returns/{word}").status_code
            for word in ("2026-13", "2026-1", "１２３４-05", "x", "9999-01")] == [404] * 5


def test_a_unit_is_told_whose_return_tells_of_it(offices, signed_in, last_month):
    unit = an_office("服务站", "成都", parent=offices.city, kind="unit")
    browser = signed_in(offices.he)

    page = browser.get(f"/console/returns/{last_month.word}?office={unit.id}").text

    assert "办的活动算在“成都市市场监督管理局”的月报里" in page


def test_the_total_page_and_its_sheet_agree(chen, he, offices, last_month):
    event_of(offices.county, offices.chen, last_month)
    file(chen, last_month)
    found = the_return(offices.county)
    he.post(f"/console/returns/{found.id}/approval", data={"version": found.version})

    page = he.get(f"/console/returns/{last_month.word}/total").text
    sheet = he.get(f"/console/returns/{last_month.word}/total.csv")

    assert re.search(r"合计</th><td class=\"number\">1</td><td class=\"number\">80</td>", page)
    assert "合计,1,80,80,0,4,1" in sheet.text
    assert sheet.headers["Content-Disposition"] == (
        f"attachment; filename=returns-{last_month.word}-{offices.city.id}.csv")


def test_a_month_nobody_was_asked_for_is_not_late(chen, offices, last_month):
    for plan in db.session.query(Plan):
        plan.adopted_at = last_month.begins_at
    db.session.commit()

    page = chen.get("/console/returns").text

    assert page.count('<th scope="row">') == 2


def test_a_returned_return_stands_on_its_authors_today_however_old_its_month_is(chen, he, offices, last_month):
    older = last_month.previous
    file(chen, older)
    found = the_return(offices.county)
    he.post(f"/console/returns/{found.id}/return", data={"version": found.version, "reason": "漏了一场"})

    page = chen.get("/console/").text

    assert ("月报被退回" in page, "漏了一场" in page) == (True, True)
    assert "月报被退回" not in he.get("/console/").text


def test_the_index_lists_twelve_months_and_what_waits_for_the_reviewer(chen, he, offices, last_month):
    file(chen, last_month)

    page = he.get("/console/returns").text

    assert page.count('<th scope="row">') == 12
    assert "等您审核的月报" in page
    assert "等您审核的月报" not in chen.get("/console/returns").text


def test_the_pages_take_no_more_queries_for_more_offices_and_events(he, offices, last_month, count_queries):
    addresses = ["/console/returns", *(f"/console/returns/{last_month.word}{page}"
                                       for page in ("", "/total", "/outstanding"))]
    event_of(offices.county, offices.chen, last_month)
    filed(offices.county, offices.chen, last_month, now()).approve(offices.he, now())
    event_of(offices.city, offices.he, last_month)
    filed(offices.city, offices.he, last_month, now())
    db.session.commit()
    he.get("/console/")  # whatever is remembered from the first visit on
    few = [count_queries(lambda page=page: he.get(page)) for page in addresses]
    for office in (offices.wuhou, offices.pidu):
        for number in range(3):
            event_of(office, offices.he, last_month, f"第{number}场")
        event_of(offices.city, offices.he, last_month, f"{office.name}的")
        filed(office, offices.he, last_month, now()).approve(offices.he, now())
    db.session.commit()

    assert [count_queries(lambda page=page: he.get(page)) for page in addresses] == few


def test_words_typed_while_a_colleague_filed_come_back_and_may_take_its_place(chen, he, offices, last_month):
    file(chen, last_month)
    returned = the_return(offices.county)
    he.post(f"/console/returns/{returned.id}/return", data={"version": returned.version, "reason": "漏了一场"})
    old, _page = opened(chen, last_month)
    file(chen, last_month, words="先报的话")

    stale = chen.post(f"/console/returns/{last_month.word}", data={
        **old, "words": "后写的话", "problems": "场地不够", "then": "save"})
    form = stale.text.split("您填的还在这里")[1]
    again = dict(re.findall(r'name="(version|seen|office)"[^>]*value="([^"]*)"', form))
    kept = chen.post(f"/console/returns/{last_month.word}", data={
        **again, "words": "后写的话", "problems": "场地不够", "then": "retake"})

    boxes = [re.sub(r"\s", "", one) for one in re.findall(r"<textarea[^>]*>([^<]*)</textarea>", stale.text)]
    assert (stale.status_code, boxes, kept.status_code) == (409, ["后写的话", "场地不够"], 302)
    found = the_return(offices.county)
    assert (found.state, found.words, found.problems) == ("draft", "后写的话", "场地不够")


def test_words_typed_while_it_was_approved_come_back(chen, he, offices, last_month):
    old, _page = opened(chen, last_month)
    file(chen, last_month)
    found = the_return(offices.county)
    he.post(f"/console/returns/{found.id}/approval", data={"version": found.version})

    stale = chen.post(f"/console/returns/{last_month.word}", data={**old, "words": "后写的话", "then": "submit"})
    forced = chen.post(f"/console/returns/{last_month.word}", data={
        "version": the_return(offices.county).version, "words": "后写的话", "then": "retake"})

    came_back = re.search(r"<textarea[^>]*>\s*后写的话</textarea>", stale.text) is not None
    assert (stale.status_code, came_back) == (409, True)
    assert (forced.status_code, the_return(offices.county).state) == (409, "approved")


def test_a_stale_approval_says_so_on_the_return_itself_and_speaks_of_nothing_typed(chen, he, offices, last_month):
    file(chen, last_month)
    found = the_return(offices.county)

    stale = he.post(f"/console/returns/{found.id}/approval", data={"version": found.version + 5})

    said = "没有通过。请看现在的内容再定。" in stale.text
    assert (stale.status_code, said, "您填的" in stale.text) == (409, True, False)
    assert f'action="/console/returns/{found.id}/approval"' in stale.text


def test_the_reason_of_a_return_comes_back_when_it_was_taken_back_meanwhile(chen, he, offices, last_month):
    file(chen, last_month)
    found = the_return(offices.county)
    seen = found.version
    chen.post(f"/console/returns/{found.id}/retraction")

    stale = he.post(f"/console/returns/{found.id}/return", data={"version": seen, "reason": "漏了一场"})

    assert (stale.status_code, 'value="漏了一场"' in stale.text) == (409, True)

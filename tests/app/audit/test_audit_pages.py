"""The audit as its readers see it: sentences, filters, pages by key, a sheet; each in his own branch of the tree."""

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.accounts.settings import OfficeSettings
from app.audit.models import AuditRow
from app.audit.views.words import DONE, doings
from app.clock import now
from app.db import Change, acting_as, db, note
from app.events.waiting import Proposed
from app.plans.registers import Standing
from app.signup import erasing
from app.signup.enrolling import enrol
from tests.factories import a_city_office, a_person, a_task, an_event, an_office, chen

TAG = re.compile(r"<[^>]+>")
TOP = Path(__file__).resolve().parents[3]


@pytest.fixture
def auditor(app):
    return a_person("Shen", Role.AUDITOR, an_office())


@pytest.fixture
def desk(signed_in, auditor):
    return signed_in(auditor)


def sentences(answer):
    """Each row's first paragraph, without its links."""
    return [" ".join(TAG.sub("", one).replace("它的经过", "").split())
            for one in re.findall(r"<td><p>(.*?)</p>", answer.text, re.S)]


def an_event_with_a_past(as_of):
    editor = chen()
    with acting_as(f"person:{editor.id}"):
        event = an_event("蜀光讲坛")
        event.reschedule(event.span.moved_by(timedelta(days=1)), as_of, location="图书馆", reason="场地维修")
        db.session.commit()
    return event


def test_what_happened_to_an_event_is_told_in_sentences_newest_first(desk, as_of):
    event = an_event_with_a_past(as_of)

    answer = desk.get(f"/console/audit?about=Event:{event.id}")

    assert sentences(answer) == ["Chen 改期了 活动“蜀光讲坛”", "Chen 发布了 活动“蜀光讲坛”"]
    assert "<del>天府新区会议中心</del> → 图书馆" in answer.text
    assert "<del>2026年3月12日（周四） 09:00</del> → 2026年3月13日（周五） 09:00" in answer.text


@pytest.mark.parametrize(("query", "told"), [
    ("what=rescheduled", ["Chen 改期了 活动“蜀光讲坛”"]),
    ("who=Chen&what=published", ["Chen 发布了 活动“蜀光讲坛”"]),
    ("who=Nobody", []),
    ("about=Event&since=2026-03-02&until=2026-03-02", ["Chen 改期了 活动“蜀光讲坛”", "Chen 发布了 活动“蜀光讲坛”"]),
    ("about=Event&until=2026-03-01", []),
    ("about=Event&since=2026-03-02&until=9999-12-31", ["Chen 改期了 活动“蜀光讲坛”", "Chen 发布了 活动“蜀光讲坛”"]),
    ("about=Event&since=0001-01-01&until=2026-03-01", []),
    ("about=OfficeSettings", []),
])
def test_it_is_filtered_by_who_what_subject_and_day(desk, as_of, query, told):
    an_event_with_a_past(as_of)

    assert sentences(desk.get(f"/console/audit?{query}")) == told


def test_a_day_that_is_none_is_told(desk):
    answer = desk.get("/console/audit?since=2026-02-30")

    assert (answer.status_code, "日期“2026-02-30”看不懂" in answer.text) == (400, True)


def test_a_setting_shows_under_its_office(desk, as_of):
    office = an_office()
    OfficeSettings.of(office).change(as_of, participants_kept_days=90)
    db.session.commit()

    answer = desk.get(f"/console/audit?about=Organization:{office.id}")

    assert sentences(answer) == [f"系统 改了 单位设置“{office.name}”"]
    assert "报名信息保留天数" in answer.text and "90" in answer.text


def test_signing_in_is_said_of_oneself(desk, auditor):
    assert sentences(desk.get(f"/console/audit?about=Person:{auditor.id}&what=signed_in_by_link")) == [
        "Shen 用一次性链接登录"]


def test_pages_go_by_key_and_miss_nothing(desk, as_of):
    event = an_event("很多次修改")
    for number in range(60):
        event.revise(as_of, speaker=f"第{number}位")
        db.session.commit()
    address = f"/console/audit?about=Event:{event.id}"

    first = desk.get(address)
    older = re.search(r'href="([^"]*before=[^"]*)"', first.text)[1].replace("&amp;", "&")
    second = desk.get(older)

    assert (len(sentences(first)), len(sentences(second)), "更早的" in second.text) == (50, 11, False)


def test_a_page_costs_the_same_whatever_its_length(desk, as_of, count_queries):
    first = an_event_with_a_past(as_of)
    address = f"/console/audit?about=Event:{first.id}"
    desk.get(address)
    few = count_queries(lambda: desk.get(address))
    for number in range(20):
        first.revise(as_of, speaker=f"第{number}位")
        db.session.commit()

    assert count_queries(lambda: desk.get(address)) == few


def test_personal_fields_are_shown_in_part_and_not_at_all_after_erasing(desk):
    event = an_event(takes_enrolments=True, starts_at=now() + timedelta(days=9))
    li = enrol(event, name="李某示例", mobile="13800001234", as_of=now())
    db.session.commit()
    address = f"/console/audit?about=Enrolment:{li.id}"

    before = desk.get(address)
    erasing.erase(li, now())
    db.session.commit()
    after = desk.get(address)

    assert ("李***" in before.text, "138****1234" in before.text, "李某示例" in before.text) == (True, True, False)
    assert ("李***" in after.text, "个人信息已删除" in after.text) == (False, True)


def test_an_auditor_of_a_city_sees_the_citys_branch_alone(app, signed_in, as_of):
    own, others = a_city_office("成都"), a_city_office("绵阳")
    an_event("成都的讲座", organization=own)
    an_event("绵阳的讲座", organization=others)
    an_event("省里的讲座")
    desk = signed_in(a_person("Ke", Role.AUDITOR, own))

    told = sentences(desk.get("/console/audit?about=Event"))
    sheet = desk.post("/console/audit/export", data={"about": "Event"}).data.decode("utf-8-sig")

    assert told == ["系统 发布了 活动“成都的讲座”"]
    assert [row[5] for row in csv.reader(io.StringIO(sheet))][1:] == ["成都的讲座"]


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.REVIEWER, Role.PLANNER, Role.LEADER])
def test_nobody_else_reads_it(app, signed_in, role):
    desk = signed_in(a_person("Wang", role, an_office()))

    codes = [desk.get("/console/audit").status_code, desk.post("/console/audit/export").status_code]

    assert codes == [403, 403]


def test_an_export_holds_no_formula_and_is_itself_recorded(desk, auditor):
    an_event("=1+1", contact="+8628")
    db.session.commit()

    answer = desk.post("/console/audit/export", data={"about": "Event"})

    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    last = db.session.scalars(select(AuditRow).order_by(AuditRow.id.desc()).limit(1)).one()
    assert (rows[0][:4], rows[1][5]) == (["序号", "时间", "谁", "做了什么"], "'=1+1")
    assert (last.what, last.actor, last.subject_id, '"about": "Event"' in last.after) == (
        "audit_exported", f"person:{auditor.id}", str(auditor.id), True)


def test_an_event_leads_its_auditors_to_its_trail_and_nobody_else(app, signed_in, auditor):
    event = an_event()
    link = f"/console/audit?about=Event:{event.id}"
    pages = [signed_in(one).get(f"/console/events/{event.id}").text for one in (auditor, chen())]

    assert [link in page for page in pages] == [True, False]


def test_who_looked_at_contacts_and_why_is_there_to_read(app, signed_in, desk):
    event = an_event("报名的讲座", takes_enrolments=True, starts_at=now() + timedelta(days=9))
    enrol(event, name="李某示例", mobile="13800001234", as_of=now())
    signed_in(chen()).post(f"/console/events/{event.id}/contacts", data={"reason": "核对名单"})

    answer = desk.get(f"/console/audit?about=Event:{event.id}&what=contacts_shown")

    assert (sentences(answer), "核对名单" in answer.text) == (["Chen 查看了联系方式： 活动“报名的讲座”"], True)


def test_no_route_of_the_audit_alters_anything(app):
    methods = {(rule.rule, method) for rule in app.url_map.iter_rules() if rule.endpoint.startswith("audit.")
               for method in rule.methods - {"HEAD", "OPTIONS"}}

    assert methods == {("/console/audit", "GET"), ("/console/audit/export", "POST")}


def test_everything_that_is_noted_has_a_word():
    noted = re.compile(
        r'(?:Change\([^"]*?,\s*|_chang(?:e|ed|ing)\([^")]*|_note\(|_decide\([^"]*?,\s*|\brecord\()"([a-z_]+)"')
    said = {word for path in (TOP / "app").rglob("*.py") for word in noted.findall(path.read_text(encoding="utf-8"))}

    assert (len(said) > 30, sorted(said - set(DONE)), "change_refused" in said) == (True, [], True)


def test_a_verb_that_is_put_together_has_a_word_whatever_it_becomes():
    made_up = re.compile(r'(?:note\(Change\([^"]*?,\s*|_chang(?:e|ed|ing)\(|_note\(|\brecord\()(f".*?")')
    found = {word for path in (TOP / "app").rglob("*.py")
             for word in made_up.findall(path.read_text(encoding="utf-8"))}

    assert (found, {f"step_{one.value}" for one in Standing} - {"step_listed"} - set(DONE)) == (
        {'f"step_{to.value}"'}, set())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_filter_tells_every_verb_from_every_other(app, language):
    with app.test_request_context(f"/?lang={language}"):
        words = [word for _what, word in doings()]

    assert ([word for word in words if words.count(word) > 1], [word for word in words if word.endswith(("：", ":"))]
            ) == ([], [])


def test_a_change_that_waited_is_told_field_by_field_and_what_became_of_it(desk, as_of):
    event, clerk = an_event("蜀光讲坛"), chen()
    wished = Proposed(event)
    wished.revise(as_of, capacity=80, tasks=[a_task("I2.1")])
    wished.reschedule(event.span.moved_by(timedelta(days=1)), as_of, location="图书馆")
    wished.keep(clerk, as_of).refuse(clerk, as_of, "再核对地点")
    db.session.commit()

    page = desk.get(f"/console/audit?about=Event:{event.id}").text
    lines = [" ".join(TAG.sub("", one).split()) for one in re.findall(r"<li>(.*?)</li>", page, re.S)]

    assert lines[1:8] == [
        "意见：再核对地点", "修改的内容：名额、结束、地点、开始、计划任务", "名额：80",
        "结束：2026年3月12日（周四） 11:00 → 2026年3月13日（周五） 11:00", "地点：天府新区会议中心 → 图书馆",
        "开始：2026年3月12日（周四） 09:00 → 2026年3月13日（周五） 09:00", "计划任务：I2.1 省委党校“蜀光讲坛”"]


def test_a_move_to_another_place_at_the_same_time_is_told_as_that(desk, as_of):
    event = an_event("蜀光讲坛")
    event.reschedule(event.span, as_of, location="图书馆")
    db.session.commit()

    assert sentences(desk.get(f"/console/audit?about=Event:{event.id}"))[0] == "系统 换了地点： 活动“蜀光讲坛”"


def test_in_english_a_noun_is_a_noun_and_a_name_stands_apart(desk, as_of):
    event = an_event_with_a_past(as_of)

    assert sentences(desk.get(f"/console/audit?about=Event:{event.id}&lang=en")) == [
        "Chen moved event “蜀光讲坛”", "Chen published event “蜀光讲坛”"]


def test_what_is_done_to_somebody_elses_account_names_him(desk):
    other = a_person("Zhou", Role.PLANNER, an_office())
    with acting_as(f"person:{chen().id}"):
        note(Change(other, "second_factor_removed", now()))
        db.session.commit()
    about = f"/console/audit?about=Person:{other.id}&what=second_factor_removed"

    told = sentences(desk.get(about)) + sentences(desk.get(f"{about}&lang=en"))

    assert told == ["Chen 关了两步验证： 人员“Zhou”",
                    "Chen switched off two-step sign-in of person “Zhou”"]

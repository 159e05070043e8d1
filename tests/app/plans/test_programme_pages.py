import re

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.audit.models import AuditRow
from app.clock import now
from app.db import db
from app.plans.programmes import Programme
from tests.app.events.filling import in_days, kept, mistakes
from tests.app.plans.keeping import a_programme
from tests.factories import (
    a_city_office,
    a_person,
    a_plan,
    a_region,
    a_task,
    an_event,
    an_office,
    chen,
    figures,
    wang,
)

PROGRAMMES = "/console/plan/programmes"


@pytest.fixture
def planning(app, signed_in):
    return signed_in(a_person("Ping", Role.PLANNER, an_office()))


@pytest.fixture
def forum(app):
    made = a_programme(name_en="Shuguang Forum")
    db.session.commit()
    return made


def held(by, *, code="I2.1", regions=("锦江区",), attendances=80, **changes):
    year = now().year
    event = an_event(starts_at=in_days(-1), tasks=[a_task(code, year)],
                     regions=[a_region(name) for name in regions], **changes)
    event.record_figures(figures(by, attendances), now(), confirmed=True)
    return event


def rows(page):
    """Of the table: each row's cells as words."""
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.DOTALL)[1]
    return [[worded(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)]


def numbers(page):
    found = re.search(r'<dl class="figures.*?</dl>', page, re.DOTALL)[0]
    return [worded(one) for one in re.findall(r"<dd>.*?</dd>", found)]


def worded(markup):
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def all_of_them():
    db.session.expire_all()
    return [(one.name, one.name_en, one.aliases, one.closed_at is not None)
            for one in db.session.scalars(select(Programme).order_by(Programme.id))]


def test_a_planner_adds_renames_closes_and_reopens_a_programme(planning):
    planning.post(PROGRAMMES, data={"name": "蜀光讲坛", "name_en": "Forum", "aliases": "蜀光\r\n\r\n光讲坛"})
    first = all_of_them()
    [forum] = db.session.scalars(select(Programme))
    page = planning.get(f"{PROGRAMMES}/{forum.id}/edit").text
    planning.post(f"{PROGRAMMES}/{forum.id}/edit", data={
        "version": kept(page, "version"), "name": "新光讲坛", "aliases": "蜀光"})
    planning.post(f"{PROGRAMMES}/{forum.id}/closing")

    assert first == [("蜀光讲坛", "Forum", ["蜀光", "光讲坛"], False)]
    assert kept(page, "name") == "蜀光讲坛"
    assert all_of_them() == [("新光讲坛", "", ["蜀光", "蜀光讲坛"], True)]
    planning.post(f"{PROGRAMMES}/{forum.id}/reopening")
    assert all_of_them()[0][3] is False
    assert list(db.session.scalars(select(AuditRow.what).where(AuditRow.subject_type == "Programme").order_by(
        AuditRow.id))) == ["founded", "aliases_set", "renamed", "aliases_set", "closed", "reopened"]


@pytest.mark.parametrize(("typed", "told"), [
    ({"name": ""}, "名称：请填名称。"), ({"name": "蜀光讲坛"}, "“蜀光讲坛”已经是“蜀光讲坛”的名称或别名。"),
    ({"name": "另一讲坛", "aliases": "蜀光讲坛"}, "“蜀光讲坛”已经是“蜀光讲坛”的名称或别名。"),
    ({"name": "另一讲坛", "aliases": "长" * 121}, "别名：别名最多 120 个字。"),
    ({"name": "另一讲坛", "aliases": "\n".join(str(number) for number in range(21))}, "别名：最多 20 个别名。")])
def test_a_name_that_another_goes_by_is_refused_and_nothing_is_lost(planning, forum, typed, told):
    answer = planning.post(PROGRAMMES, data={"name_en": "Typed"} | typed)

    assert (answer.status_code, mistakes(answer.text), kept(answer.text, "name_en")) == (422, [told], "Typed")
    assert len(all_of_them()) == 1


@pytest.mark.parametrize("word", ["另一讲坛", "别的名"])
def test_it_is_not_renamed_to_what_another_is_called(planning, forum, word):
    a_programme("另一讲坛").go_by(["别的名"], now())
    db.session.commit()

    answer = planning.post(f"{PROGRAMMES}/{forum.id}/edit", data={
        "version": str(forum.version), "name": word, "aliases": "蜀光"})

    assert (answer.status_code, mistakes(answer.text), kept(answer.text, "name")) == (
        422, [f"“{word}”已经是“另一讲坛”的名称或别名。"], word)
    assert all_of_them()[0] == ("蜀光讲坛", "Shuguang Forum", [], False)


def test_what_another_saved_meanwhile_is_not_overwritten_and_what_was_typed_stays(planning, forum):
    opened = {"version": str(forum.version), "aliases": "蜀光"}
    planning.post(f"{PROGRAMMES}/{forum.id}/edit", data=opened | {"name": "新光讲坛"})

    answer = planning.post(f"{PROGRAMMES}/{forum.id}/edit", data=opened | {"name": "旧光讲坛"})
    again = planning.post(f"{PROGRAMMES}/{forum.id}/edit", data=opened | {
        "version": kept(answer.text, "version"), "name": "旧光讲坛"})

    assert (answer.status_code, kept(answer.text, "name"), again.status_code) == (409, "旧光讲坛", 302)
    assert all_of_them()[0][0] == "旧光讲坛"


def test_a_programme_groups_events_across_tasks_and_counts_the_cities(planning, forum):
    by = chen()
    for event in (held(by), held(by, code="E1.2", regions=("武侯区", "绵阳"), attendances=50)):
        event.programmes = [forum]
    an_event("还没办的", starts_at=in_days(5), regions=[a_region("德阳")]).programmes = [forum]
    an_event("草稿", starts_at=in_days(5), published=False).programmes = [forum]
    held(by)
    db.session.commit()

    listed, page = planning.get(PROGRAMMES).text, planning.get(f"{PROGRAMMES}/{forum.id}").text

    assert rows(listed)[[row[0] for row in rows(listed)].index("蜀光讲坛")] == ["蜀光讲坛", "2", "1", "130", "2 / 21"]
    assert numbers(page) == ["2", "1", "130", "2 / 21"]
    assert [(row[2], "已办" in row[1]) for row in rows(page)] == [("", False), ("80", True), ("50", True)]
    assert "草稿" not in page


def test_another_year_is_another_count(planning, forum):
    for year in (now().year, now().year - 1):
        a_plan(year)
    held(chen()).programmes = [forum]
    db.session.commit()

    assert numbers(planning.get(f"{PROGRAMMES}/{forum.id}?year={now().year - 1}").text)[0] == "0"
    assert planning.get(f"{PROGRAMMES}?year=1999").status_code == 404


def test_an_organizer_of_a_city_looks_and_changes_nothing(app, signed_in, forum):
    stranger, planner = signed_in(wang()), signed_in(a_person("Pu", Role.PLANNER, a_city_office()))

    seen = [stranger.get(PROGRAMMES).status_code, stranger.get(f"{PROGRAMMES}/{forum.id}").status_code]
    refused = [one.post(f"{PROGRAMMES}/{forum.id}/{verb}", data={"name": "别的"}).status_code
               for one in (stranger, planner) for verb in ("edit", "closing", "reopening")]

    assert (seen, refused) == ([200, 200], [403] * 3 + [404] * 3)
    assert planner.post(PROGRAMMES, data={"name": "别的"}).status_code == 404
    assert all_of_them() == [("蜀光讲坛", "Shuguang Forum", [], False)]


def test_the_pages_ask_as_often_however_much_there_is(planning, forum, count_queries):
    by, counts = chen(), []
    for number in (1, 4):
        for _each in range(number):
            held(by).programmes = [forum, a_programme(f"讲坛{number}{_each}")]
        db.session.commit()
        for address in (PROGRAMMES, f"{PROGRAMMES}/{forum.id}"):
            planning.get(address)
            counts.append(count_queries(lambda address=address: planning.get(address)))

    assert counts[:2] == counts[2:]

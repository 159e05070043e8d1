from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts import merging
from app.accounts.models import Grant, Role
from app.accounts.places import Organization, OrganizationPeriod
from app.accounts.settings import OfficeSettings, settings_of
from app.accounts.tree import Impossible, NameTaken
from app.audit.models import AuditRow
from app.db import db
from app.feeds.models import FeedEntry
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, a_region, an_event, an_office

LATER = AS_OF + timedelta(days=30)


def a_county(name: str = "锦江区市场监督管理局", city: str = "成都") -> Organization:
    return an_office(name, "锦江区", parent=a_city_office(city))


def whats(organization: Organization) -> list[str]:
    return list(db.session.scalars(select(AuditRow.what).where(
        AuditRow.subject_type == "Organization", AuditRow.subject_id == str(organization.id)).order_by(AuditRow.id)))


def entry_lines(event, start: str) -> list[str]:
    body = db.session.scalars(select(FeedEntry.body).where(
        FeedEntry.event_id == event.id, FeedEntry.language == "zh")).one()
    text = body.decode().replace("\r\n ", "")
    return [line for line in text.splitlines() if start in line]


def test_a_move_takes_all_below_along(app):
    county, city = a_county(), a_city_office("绵阳")
    unit = an_office("锦江区知识产权服务站", "锦江区", parent=county, kind="unit")
    chengdu = county.parent

    county.move(city, LATER)
    db.session.commit()

    assert county.path == f"{city.path}{county.id}/"
    assert unit.path == f"{county.path}{unit.id}/"
    assert [(one.name, one.parent_name, one.since, one.until) for one in county.past] == [
        (county.name, chengdu.name, None, LATER)]
    assert (county.since, unit.past, whats(county)) == (LATER, [], ["moved"])


def test_paths_that_only_look_alike_stay(app):
    county = a_county()
    twin = Organization(id=int(f"{county.id}0"), name="另一个单位", region=a_region(), parent=county.parent,
                        aliases=[])
    db.session.add(twin)
    db.session.flush()
    twin.settle()
    db.session.flush()

    county.move(a_city_office("绵阳"), LATER)

    assert twin.path == f"{a_city_office().path}{twin.id}/"


@pytest.mark.parametrize("under", ["itself", "below"])
def test_nothing_moves_under_itself(app, under):
    city, county = a_city_office(), a_county()

    with pytest.raises(Impossible):
        city.move({"itself": city, "below": county}[under], LATER)

    assert city.parent == an_office()


def test_the_top_neither_moves_nor_merges_nor_closes(app):
    root, city = an_office(), a_city_office()

    for attempt in (lambda: root.move(city, LATER), lambda: root.merge_into(city, LATER), lambda: root.close(LATER)):
        with pytest.raises(Impossible):
            attempt()


def test_a_rename_keeps_the_old_name_and_when(app):
    city = a_city_office()
    old = city.name

    city.rename("成都市知识产权局", LATER, name_en="Chengdu IP Office")
    city.rename("成都市知识产权局", LATER, name_en="Chengdu IP Office")
    db.session.commit()

    assert (city.name, city.name_en, city.known_as) == (
        "成都市知识产权局", "Chengdu IP Office", ["成都市知识产权局", "Chengdu IP Office", old])
    assert [(one.name, one.until) for one in city.past] == [(old, LATER)]
    assert whats(city) == ["renamed"]


def test_a_name_that_is_taken_is_refused(app):
    with pytest.raises(NameTaken):
        a_city_office("绵阳").rename(a_city_office().name, LATER)
    with pytest.raises(NameTaken):
        Organization.founded(a_city_office().name, an_office(), LATER)


def test_a_rename_reaches_calendars_without_moving_a_reminder(app):
    city = a_city_office()
    event = an_event(organization=city)
    db.session.commit()
    before = (event.sequence, event.schedule_version)

    city.rename("成都市知识产权局", LATER)
    db.session.commit()

    assert "主办：成都市知识产权局" in entry_lines(event, "DESCRIPTION")[0]
    assert entry_lines(event, "SEQUENCE") == ["SEQUENCE:1"]
    assert (before, event.sequence, event.schedule_version, event.revised_at) == ((0, 0), 1, 0, LATER)


def test_a_move_leaves_the_entry_as_it_is(app):
    event = an_event(organization=a_county())
    db.session.commit()

    event.organization.move(a_city_office("绵阳"), LATER)
    db.session.commit()

    assert (event.sequence, event.revised_at) == (0, AS_OF)


def test_a_merger_hands_over_events_people_and_roles(app):
    source, target = a_county(), a_county("青羊区市场监督管理局")
    unit = an_office("锦江区知识产权服务站", "锦江区", parent=source, kind="unit")
    li = a_person("Li", Role.ORGANIZER, source)
    both = a_person("Both", Role.ORGANIZER, target)
    both.grants.append(Grant(role=Role.ORGANIZER.value, organization=source))
    event, name = an_event(organization=source), source.name
    db.session.commit()

    source.merge_into(target, LATER)
    db.session.commit()

    assert (event.organization, event.sequence, event.schedule_version) == (target, 1, 0)
    assert entry_lines(event, "DESCRIPTION")[0].count(f"主办：{target.name}") == 1
    assert (li.organization, [grant.organization for grant in li.grants]) == (target, [target])
    assert [grant.organization for grant in both.grants] == [target]
    assert (unit.parent, unit.path) == (target, f"{target.path}{unit.id}/")
    assert (target.aliases, source.merged_into, source.closed_at) == ([name], target, LATER)
    assert (whats(source), whats(target)) == (["merged"], ["received"])


def test_the_name_of_a_merged_office_may_be_taken_up(app):
    source, target = a_county(), a_county("青羊区市场监督管理局")
    name = source.name
    source.merge_into(target, LATER)

    target.rename(name, LATER)
    db.session.commit()

    assert (target.name, [one.name for one in source.past]) == (name, [name])


def test_whatever_points_at_an_organization_follows_or_is_known_to_stay(app):
    columns = {f"{table.name}.{column.name}" for table, column in merging.pointing_at_organizations()}

    assert {"event.organization_id", "person.organization_id", "role_grant.organization_id",
            "plan.organization_id", "task.lead_organization_id"} <= columns
    assert not {name.split(".")[0] for name in columns} & {"organization", "organization_period"}


def test_an_office_with_open_events_people_or_offices_below_stays_open(app):
    city, county = a_city_office(), a_county()
    event, li = an_event(organization=county), a_person("Li", Role.ORGANIZER, county)

    with pytest.raises(Impossible, match=r"还有 1 名工作人员"):
        county.close(LATER)
    li.active = False
    with pytest.raises(Impossible, match=r"还有 1 个活动没有办完"):
        county.close(LATER)
    with pytest.raises(Impossible, match=r"下面还有 1 个单位"):
        city.close(LATER)
    event.cancel(LATER)
    county.close(LATER)
    county.close(LATER)
    city.close(LATER)
    db.session.commit()

    assert (county.closed_at, city.closed_at, whats(county)) == (LATER, LATER, ["closed"])


def test_a_closed_office_is_offered_nowhere_and_can_be_reopened(app):
    county = a_county()
    county.close(LATER)

    assert county not in db.session.scalars(Organization.open_under(frozenset({"/"}))).all()
    county.reopen(LATER)
    assert county in db.session.scalars(Organization.open_under(frozenset({"/"}))).all()


def test_ensuring_founds_once_and_knows_old_names(app):
    city = a_city_office()

    first = Organization.ensure("武侯区市场监督管理局", city, a_region("武侯区"), AS_OF)
    again = Organization.ensure("武侯区市场监督管理局", city, a_region("武侯区"), LATER)
    first.rename("武侯区知识产权局", LATER)
    by_old_name = Organization.ensure("武侯区市场监督管理局", city, None, LATER)
    unit = Organization.ensure("武侯区服务站", first, None, LATER, kind="unit")
    db.session.commit()

    assert again is first
    assert by_old_name is first
    assert (first.path, first.since, unit.region_code) == (f"{city.path}{first.id}/", LATER, first.region_code)
    assert whats(first) == ["founded", "renamed"]


def test_moves_and_mergers_on_both_databases(either_app):
    source, target = a_county(), a_county("青羊区市场监督管理局")
    unit = an_office("锦江区知识产权服务站", "锦江区", parent=source, kind="unit")
    event = an_event(organization=unit)
    source.move(a_city_office("绵阳"), LATER)

    source.merge_into(target, LATER)
    db.session.commit()

    assert unit.path == f"{target.path}{unit.id}/"
    assert event.organization.path == unit.path
    assert len(db.session.scalars(select(OrganizationPeriod)).all()) == 3


def test_a_merger_brings_settings_where_the_other_has_none_of_its_own(app):
    source, target, third = a_county(), a_county("青羊区市场监督管理局"), a_county("武侯区市场监督管理局")
    OfficeSettings.of(source).change(LATER, tolerance=5)
    OfficeSettings.of(third).change(LATER, tolerance=20)
    db.session.commit()

    source.merge_into(target, LATER)
    third.merge_into(target, LATER)
    db.session.commit()

    assert settings_of(target).tolerance == 5


def test_a_branch_does_not_move_deeper_than_paths_reach(app):
    def a_branch(letter: str) -> tuple[Organization, Organization]:
        top = lowest = an_office(f"{letter}0", parent=an_office())
        for number in range(1, 40):
            lowest = an_office(f"{letter}{number}", parent=lowest)
        return top, lowest

    (_, deep), (branch, _) = a_branch("甲"), a_branch("乙")

    with pytest.raises(Impossible):
        branch.move(deep, LATER)

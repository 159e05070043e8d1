from datetime import timedelta

from app.accounts.models import Actor, Role
from app.db import db
from app.events.queries import of_programme
from app.events.words import EventKind
from app.plans.programmes import Programme
from app.reports.counting.programmes import ProgrammeFigures, programme_tally
from tests.app.reports.asking import held
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_region, a_task, an_event, an_office, chen


def a_programme(name):
    made = Programme(organization=an_office(), name=name, aliases=[])
    db.session.add(made)
    db.session.flush()
    return made


def test_a_programme_counts_its_events_over_tasks_and_the_cities_reached(either_app):
    forum, other, by = a_programme("某某讲坛"), a_programme("另一讲坛"), chen()
    first, second = a_task("E1.1"), a_task()
    for task, places in ((first, ["锦江区", "武侯区"]), (second, ["绵阳"]), (second, ["四川"])):
        held(by, tasks=[task], regions=[a_region(place) for place in places]).programmes = [forum]
    held(by, confirmed=False).programmes = [forum]
    held(by, days=100).programmes = [forum]  # of the year before
    an_event(starts_at=AS_OF + timedelta(days=5), regions=[a_region("德阳")]).programmes = [forum, other]
    db.session.flush()

    found = programme_tally(2026)

    assert found == {
        forum.id: ProgrammeFigures(3, 1, 1, 240, frozenset({"510100", "510700"}), frozenset({first.id, second.id})),
        other.id: ProgrammeFigures(coming=1)}


def test_a_programme_of_one_office_is_what_that_office_held(either_app):
    forum, by = a_programme("某某讲坛"), chen()
    for office in (an_office(), a_city_office()):
        held(by, organization=office).programmes = [forum]
    db.session.flush()

    assert programme_tally(2026, within=a_city_office())[forum.id].done == 1


def test_a_campaign_and_its_items_under_one_name_are_the_items(either_app):
    forum, other, by = a_programme("某某讲坛"), a_programme("另一讲坛"), chen()
    campaign = held(by, title="宣传周", kind=EventKind.CAMPAIGN, attendances=900)
    items = [held(by, title=f"第{number}场", attendances=80) for number in (1, 2)]
    for one in items:
        campaign.add_part(one, AS_OF, announced=False)
        one.programmes = [forum]
    campaign.programmes = [forum, other]
    db.session.flush()

    found = programme_tally(2026)
    seen = of_programme(Actor.of(by, frozenset(Role)), forum, AS_OF - timedelta(days=50), AS_OF)
    listed = db.session.scalars(seen).unique().all()

    assert {id: (one.done, one.attendances) for id, one in found.items()} == {forum.id: (2, 160), other.id: (1, 900)}
    assert {one.title for one in listed} == {"第1场", "第2场"}

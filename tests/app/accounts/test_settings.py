from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.accounts.settings import BadSetting, OfficeSettings, Settings, relay_limits, settings_of
from app.audit.models import AuditRow
from app.db import db
from app.outbox import claiming
from app.plans.indicators import Indicator
from app.reminders.models import ReminderRule
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_plan, a_task, an_event, an_office


def set_for(office, **values):
    own = OfficeSettings.of(office)
    own.change(AS_OF, **values)
    db.session.flush()
    return own


def test_an_office_that_sets_nothing_has_the_usual_values(either_app):
    found = settings_of(an_office())

    assert found == Settings()
    assert (found.tolerance, found.participants_kept_days, found.reminder_leads) == (10, 180, ("1d", "1h"))


def test_a_county_has_what_the_nearest_office_above_it_sets(either_app):
    province, city = an_office(), a_city_office("成都")
    county = an_office("锦江区市场监督管理局", "锦江区", parent=city)
    set_for(province, tolerance=5, participants_kept_days=90)
    set_for(city, tolerance=8)
    set_for(a_city_office("绵阳"), tolerance=20)

    found = settings_of(county)

    assert (found.tolerance, found.participants_kept_days) == (8, 90)
    assert {name: office.name for name, office in found.sources.items()} == {
        "tolerance": city.name, "participants_kept_days": province.name}


def test_an_empty_list_of_reminders_is_not_the_parents(app):
    city = a_city_office()
    set_for(an_office(), reminder_leads=["3d"])
    set_for(city, reminder_leads=[])

    assert settings_of(city).reminder_leads == ()


def test_a_value_taken_back_is_inherited_again(app):
    set_for(an_office(), tolerance=5)
    set_for(an_office(), tolerance=None)

    assert settings_of(an_office()).tolerance == 10


def test_a_change_is_audited_with_old_and_new_and_nothing_else(app):
    own = set_for(an_office(), tolerance=5, idle_minutes=20)
    db.session.commit()
    own.change(AS_OF, tolerance=7, idle_minutes=20)
    db.session.commit()

    row = db.session.scalars(select(AuditRow).where(AuditRow.subject_type == "OfficeSettings")
                             .order_by(AuditRow.id.desc()).limit(1)).one()

    assert (row.what, row.subject_id) == ("changed", str(an_office().id))
    assert (json.loads(row.before), json.loads(row.after)) == ({"tolerance": 5}, {"tolerance": 7})


@pytest.mark.parametrize(("name", "value"), [
    ("tolerance", 51), ("participants_kept_days", 0), ("idle_minutes", 4), ("idle_minutes", 61),
    ("reminder_leads", ["1w"]), ("reminder_leads", ["1d", "1d"]), ("reminder_leads", ["0d"])])
def test_a_value_out_of_its_range_is_refused_and_named(app, name, value):
    with pytest.raises(BadSetting) as refused:
        set_for(an_office(), **{name: value})

    assert refused.value.field == name


def test_a_city_cannot_set_the_footer_or_the_relay(app):
    with pytest.raises(BadSetting) as refused:
        set_for(a_city_office(), mail_per_day=10)

    assert refused.value.field == "mail_per_day"


def test_about_thirty_is_met_at_twenty_nine_or_not_by_the_offices_tolerance(app):
    plan = a_plan()
    about = db.session.scalars(select(Indicator).where(
        Indicator.comparison == "about", Indicator.minimum == 30).limit(1)).one()
    key, before = about.id, about.target.band
    set_for(plan.organization, tolerance=0)
    db.session.commit()
    db.session.expunge_all()

    assert (before, db.session.get(Indicator, key).target.band) == ((27, 33), (30, 30))


def test_publishing_switches_on_the_reminders_of_the_events_office(app):
    set_for(an_office(), reminder_leads=["3d", "2h"])

    event = an_event(tasks=[a_task()], takes_enrolments=True)
    db.session.commit()

    rules = db.session.scalars(ReminderRule.of_event(event.id)).all()
    assert [(one.lead_amount, one.lead_unit, one.useful_for) for one in rules] == [
        (3, "days", 3 * 1440 - 120), (2, "hours", 120)]


def test_the_usual_reminders_help_until_two_hours_before_and_until_the_start(app):
    event = an_event(takes_enrolments=True)
    db.session.commit()

    rules = db.session.scalars(ReminderRule.of_event(event.id)).all()

    assert [(one.lead_amount, one.lead_unit, one.useful_for) for one in rules] == [
        (1, "days", 22 * 60), (1, "hours", 60)]


def test_the_root_office_may_lower_the_relays_ceiling_but_not_raise_it(make_app):
    app = make_app(MAIL_PER_MINUTE="50", MAIL_PER_DAY="1000")
    with app.app_context():
        set_for(an_office(), mail_per_minute=20, mail_per_day=5000)
        db.session.commit()

        assert relay_limits() == (20, 5000)
        assert claiming.room(AS_OF, 200) == 20
        set_for(an_office(), mail_per_minute=90)
        assert claiming.room(AS_OF, 200) == 50
        db.session.remove()


@pytest.mark.parametrize(("above", "own", "named"), [
    ({}, {"blue_from": 80, "yellow_from": 80}, "yellow_from"),
    ({"blue_from": 60, "yellow_from": 50}, {"yellow_from": 70}, "yellow_from"),
    ({"yellow_from": 85}, {"blue_from": 80}, "blue_from"),
])
def test_yellow_begins_below_blue_whichever_is_inherited(app, above, own, named):
    OfficeSettings.of(an_office()).change(AS_OF, **above)
    db.session.flush()

    with pytest.raises(BadSetting) as refused:
        OfficeSettings.of(a_city_office()).change(AS_OF, **own)

    assert refused.value.field == named
    assert settings_of(a_city_office()).blue_from == above.get("blue_from", 95)

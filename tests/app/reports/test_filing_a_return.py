"""Draft, filed, returned, filed again, approved; and who may."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.audit.models import AuditRow
from app.db import db
from app.events.approval import NotForYou
from app.reports.returns.figures import corrections
from app.reports.returns.monthly import FilesNone, MonthlyReturn, MonthNotOver, StaleReturn, WrongReturnState
from app.reports.returns.scope import may_decide
from tests.app.reports.filing import APRIL_2, MARCH, WORDS, Offices, approved, filed, held, now_of
from tests.factories import a_person, an_office, figures, wang


@pytest.fixture
def offices(app) -> Offices:
    return Offices()


def audited() -> list[str]:
    return list(db.session.scalars(select(AuditRow.what).where(
        AuditRow.subject_type == "MonthlyReturn").order_by(AuditRow.id)))


def test_filing_freezes_the_figures_and_a_later_correction_shows_beside_them(offices):
    event = held(offices.county, offices.chen, attendances=80)
    found = filed(offices.county, offices.chen)

    event.record_figures(figures(offices.chen, 95), APRIL_2 + timedelta(days=1), confirmed=True)
    db.session.commit()

    db.session.expire_all()
    assert found.frozen.totals.attendances == 80
    assert [one.changed for one in corrections(found.frozen.all, now_of(offices.county).all)] == [
        [("attendances", 80, 95)]]


def test_a_return_goes_county_city_and_back_and_is_approved_in_the_end(offices):
    event = held(offices.county, offices.chen, attendances=80)
    found = filed(offices.county, offices.chen)
    found.send_back(offices.he, APRIL_2, "人次对不上")
    event.record_figures(figures(offices.chen, 95), APRIL_2, confirmed=True)
    db.session.commit()
    returned = (found.state, found.returned_reason)
    filed(offices.county, offices.chen, at=APRIL_2 + timedelta(days=1))
    found.approve(offices.he, APRIL_2 + timedelta(days=2))
    found.approve(offices.he, APRIL_2 + timedelta(days=3))
    db.session.commit()

    assert returned == ("returned", "人次对不上")
    assert (found.state, found.frozen.totals.attendances, found.returned_reason) == ("approved", 95, "")
    assert found.decided_at == APRIL_2 + timedelta(days=2)
    assert audited() == ["filed", "returned", "filed", "approved"]


def test_the_audit_keeps_what_was_filed_before(offices):
    event = held(offices.county, offices.chen, attendances=80)
    filed(offices.county, offices.chen).send_back(offices.he, APRIL_2, "人次对不上")
    event.record_figures(figures(offices.chen, 95), APRIL_2, confirmed=True)
    filed(offices.county, offices.chen)

    last = db.session.scalars(select(AuditRow).where(AuditRow.what == "filed").order_by(AuditRow.id.desc())).first()
    assert ('"attendances": 80' in last.before, '"attendances": 95' in last.after) == (True, True)


def test_a_month_that_is_not_over_is_kept_but_not_filed(offices):
    march_31 = datetime(2026, 3, 31, 2, tzinfo=UTC)
    found = MonthlyReturn.ensure(offices.county, MARCH)

    found.write(march_31, **WORDS)
    with pytest.raises(MonthNotOver):
        found.submit(now_of(offices.county), offices.chen, march_31, **WORDS)

    assert (found.state, found.words) == ("draft", "办了讲座")


def test_what_is_filed_is_not_written_on_until_it_is_taken_back(offices):
    found = filed(offices.county, offices.chen)

    with pytest.raises(WrongReturnState):
        found.write(APRIL_2, words="改一下", problems="")
    found.take_back(APRIL_2)
    found.write(APRIL_2, words="改一下", problems="")

    assert (found.state, found.words) == ("draft", "改一下")


def test_an_approved_return_is_not_taken_back_but_may_be_returned(offices):
    found = approved(offices.county, offices.chen, offices.he)

    with pytest.raises(WrongReturnState):
        found.take_back(APRIL_2)
    found.send_back(offices.he, APRIL_2, "漏了一场")

    assert found.state == "returned"


def test_only_a_reviewer_of_an_office_above_decides_and_of_the_root_its_own(offices):
    own_reviewer = a_person("Own", Role.REVIEWER, offices.county)
    organizer = a_person("Org", Role.ORGANIZER, offices.city)
    beside = a_person("Beside", Role.REVIEWER, wang().organization)

    people = (offices.he, offices.gu, own_reviewer, organizer, beside, offices.chen)
    found = filed(offices.county, offices.chen)
    with pytest.raises(NotForYou):
        found.approve(own_reviewer, APRIL_2)
    with pytest.raises(NotForYou):
        found.send_back(beside, APRIL_2, "不行")

    assert [may_decide(one, offices.county) for one in people] == [True, True, False, False, False, False]
    assert [may_decide(one, offices.city) for one in people] == [False, True, False, False, False, False]
    assert [may_decide(one, offices.province) for one in people] == [False, True, False, False, False, False]
    assert found.state == "submitted"


def test_a_unit_and_a_closed_office_file_none(offices):
    unit = an_office("服务站", "成都", parent=offices.city, kind="unit")
    offices.pidu.close(APRIL_2)

    for office in (unit, offices.pidu):
        with pytest.raises(FilesNone):
            MonthlyReturn.ensure(office, MARCH)


def test_an_older_form_is_refused(offices):
    found = filed(offices.county, offices.chen)

    with pytest.raises(StaleReturn):
        found.must_be_fresh("0")
    found.must_be_fresh(str(found.version))


def test_saving_the_same_words_again_changes_nothing(offices):
    found = MonthlyReturn.ensure(offices.county, MARCH)
    found.write(APRIL_2, **WORDS)
    found.write(APRIL_2, **WORDS)
    db.session.commit()

    assert (found.version, audited()) == (1, ["revised"])

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditKey, AuditRow
from app.audit.recording import personal_of
from app.db import db
from app.errors import NotThere
from app.plans.entry_life import AlreadyListed, RegisterClosed, StepTaken
from app.plans.registers import Register, RegisterEntry, RegisterNameTaken
from app.plans.standing import Course, OutOfOrder, Standing
from tests.app.plans.keeping import a_register, an_entry, approved
from tests.conftest import AS_OF
from tests.factories import a_region, an_office

TODAY = date(2026, 3, 2)


def counted() -> list[str]:
    return [one.name for one in db.session.scalars(RegisterEntry.counted())]


def audited(what: str) -> list[AuditRow]:
    db.session.commit()
    return list(db.session.scalars(select(AuditRow).where(AuditRow.what == what).order_by(AuditRow.id)))


def test_an_entry_goes_from_listed_to_its_plaque_and_counts_once_approved(app):
    entry, seen = an_entry(), []

    for number, step in enumerate((Standing.APPLIED, Standing.REVIEWED, Standing.ANNOUNCED, Standing.APPROVED,
                                   Standing.PLAQUE)):
        entry.advance(step, TODAY - timedelta(days=9 - number), AS_OF, number="川知促〔2026〕3号")
        seen.append((entry.standing, counted() != []))

    assert seen == [("applied", False), ("reviewed", False), ("announced", False), ("approved", True),
                    ("plaque", True)]
    assert (entry.approved_on, entry.approval_number, entry.version) == (date(2026, 2, 24), "川知促〔2026〕3号", 6)


def test_steps_may_be_left_out_but_no_plaque_without_an_approval(app):
    entry = an_entry()

    with pytest.raises(OutOfOrder) as refused:
        entry.advance(Standing.PLAQUE, TODAY, AS_OF)
    entry.advance(Standing.APPROVED, TODAY, AS_OF)

    assert (refused.value.field, entry.standing) == ("plaque_on", "approved")


@pytest.mark.parametrize(("step", "day", "field"), [
    (Standing.APPROVED, date(2026, 1, 4), "approved_on"),
    (Standing.APPROVED, TODAY + timedelta(days=1), "approved_on"),
    (Standing.WITHDRAWN, date(2026, 1, 1), "withdrawn_on")])
def test_days_follow_each_other_and_have_come(app, step, day, field):
    entry = an_entry(course=Course(applied_on=date(2026, 1, 5)))

    with pytest.raises(OutOfOrder) as refused:
        entry.advance(step, day, AS_OF)

    assert (refused.value.field, entry.standing) == (field, "applied")


def test_a_step_is_not_taken_twice_nor_backwards(app):
    entry = an_entry(course=approved())

    for step in (Standing.APPROVED, Standing.APPLIED):
        with pytest.raises(StepTaken):
            entry.advance(step, TODAY, AS_OF)

    assert (entry.standing, entry.version) == ("approved", 1)


def test_a_day_entered_wrongly_is_corrected_and_the_standing_follows(app):
    entry = an_entry(course=approved())

    entry.correct(AS_OF, course=Course(applied_on=date(2026, 1, 6)))

    assert (entry.standing, entry.approved_on, counted()) == ("applied", None, [])
    row = audited("corrected")[-1]
    assert ('"approved_on": "2026-02-10"' in row.before, '"standing": "applied"' in row.after) == (True, True)


def test_a_withdrawn_entry_no_longer_counts_and_says_why(app):
    entry = an_entry(course=approved())

    entry.advance(Standing.WITHDRAWN, TODAY, AS_OF, reason="停止招生")

    assert (entry.standing, entry.withdrawn_reason, counted()) == ("withdrawn", "停止招生", [])


def test_the_same_name_in_the_same_region_is_entered_once(app):
    an_entry()

    with pytest.raises(AlreadyListed):
        an_entry()
    elsewhere = an_entry(region=a_region("锦江区"))

    with pytest.raises(AlreadyListed):
        elsewhere.correct(AS_OF, region=a_region("成都"))
    assert elsewhere.region_code == "510104"


def test_nothing_is_added_to_a_closed_register_and_what_is_in_it_counts_on(app):
    an_entry(course=approved())
    register = a_register()
    register.close(AS_OF)

    with pytest.raises(RegisterClosed):
        an_entry("又一个")

    register.reopen(AS_OF)
    assert (an_entry("又一个").name, counted()) == ("又一个", ["演示培训基地"])


def test_two_registers_of_an_office_never_go_by_one_name(app):
    a_register().close(AS_OF)
    other = a_register("远程教育分站")

    with pytest.raises(RegisterNameTaken):
        Register.founded(an_office(), AS_OF, name="培训基地")
    with pytest.raises(RegisterNameTaken):
        other.revise(AS_OF, name="培训基地")

    assert other.name == "远程教育分站"


def test_an_entry_made_by_mistake_goes_and_its_name_is_free(app):
    entry = an_entry(course=approved())

    entry.discard(AS_OF)
    again = an_entry()

    assert (counted(), entry.id != again.id, [one.id for one in db.session.scalars(
        select(RegisterEntry).where(RegisterEntry.deleted_at.is_(None)))]) == ([], True, [again.id])


def test_a_person_in_the_audit_is_encrypted_and_forgotten_with_the_entry(app):
    teachers = a_register("涉外培训教育师资", unit="人", is_personal=True)
    entry = an_entry("张演示", register=teachers, address="演示大学", level="省级")
    [entered] = audited("entered")
    told = personal_of([entered])

    entry.discard(AS_OF)
    [discarded] = audited("removed")

    assert told == {entered.id: {"name": "张演示", "address": "演示大学"}}
    assert [row for row in (entered, discarded) if "张演示" in row.before + row.after] == []
    assert (personal_of([entered]), db.session.scalars(select(AuditKey)).all()) == ({}, [])
    assert (entry.name, entry.address) == (f"（已删除，{entry.id}）", "")


def test_a_file_that_is_not_there_cannot_be_dropped(app):
    with pytest.raises(NotThere):
        an_entry().drop_file("nothing", AS_OF)


@pytest.mark.parametrize(("course", "standing"), [
    (Course(), "listed"), (Course(applied_on=TODAY), "applied"), (Course(reviewed_on=TODAY), "reviewed"),
    (approved(), "approved"), (Course(approved_on=TODAY, withdrawn_on=TODAY), "withdrawn")])
def test_what_the_days_come_to_is_the_standing(course, standing):
    assert course.standing == standing

import pytest
from sqlalchemy import select

from app.db import db
from app.plans.models import Plan
from app.plans.programmes import Programme, ProgrammeNameTaken
from app.plans.registers import Register
from app.plans.usual_registers import USUAL, named_in
from tests.conftest import AS_OF
from tests.factories import a_plan, an_office


@pytest.fixture
def plan(app) -> Plan:
    found = a_plan(2023)
    db.session.commit()
    return found


def registers_of(plan):
    return {(task.code, one.wording): one.register.name for task in plan.tasks for one in task.indicators
            if one.register}


def programmes():
    return [one.name for one in db.session.scalars(Programme.in_order())]


def test_the_first_plan_brings_the_usual_registers_and_its_programmes(plan):
    named = {name for task in plan.tasks for name in task.programmes}

    assert [one.name for one in db.session.scalars(Register.in_order())] == [one.name for one in USUAL]
    assert (programmes(), "星空讲坛" in named) == (sorted(named), True)


def test_each_number_of_entries_points_to_the_register_its_clause_names(plan):
    assert registers_of(plan) == {
        ("E4.1", "新增1-2个"): "“知识产权+蓉欧班列”基地", ("S1.3", "30所左右"): "试点示范学校",
        ("S1.3", "青少年知识产权普及教育基地1个"): "青少年知识产权普及教育基地",
        ("S2.3", "新增2-3所"): "知识产权学院（研究院）", ("S3.1", "新建1-2个"): "培训基地",
        ("S3.2", "100人"): "涉外培训教育师资", ("N2.2", "新设2-3个"): "远程教育分站",
        ("N2.3", "新建2-3个"): "资源共享融合平台"}


def test_the_next_plan_makes_nothing_twice_and_its_numbers_point_the_same_way(plan):
    rolled = plan.roll_over(2026, AS_OF)
    db.session.add(rolled)
    rolled.adopt(AS_OF)
    before = programmes()
    db.session.commit()

    assert (programmes(), len(db.session.scalars(Register.in_order()).all())) == (before, 13)
    assert registers_of(rolled) == registers_of(plan)


def test_a_renamed_programme_is_not_made_again_under_its_old_name(plan):
    [one] = [one for one in db.session.scalars(Programme.in_order()) if one.name == "星空讲坛"]
    one.rename(AS_OF, "星空大讲坛")
    count = len(programmes())

    rolled = plan.roll_over(2026, AS_OF)
    db.session.add(rolled)
    db.session.commit()

    assert (one.aliases, "星空讲坛" in programmes(), len(programmes())) == (["星空讲坛"], False, count)


def test_no_two_programmes_go_by_one_word(plan):
    first, second = db.session.scalars(Programme.in_order().limit(2)).all()
    first.go_by(["另一个名字"], AS_OF)
    second.close(AS_OF)

    for word in ("另一个名字", first.name):
        with pytest.raises(ProgrammeNameTaken):
            second.rename(AS_OF, word)
    with pytest.raises(ProgrammeNameTaken):
        Programme.founded(an_office(), second.name, AS_OF)
    with pytest.raises(ProgrammeNameTaken):
        first.go_by([second.name], AS_OF)

    assert first.aliases == ["另一个名字"]


def test_a_register_that_was_renamed_stays_the_only_one(plan):
    register = db.session.scalars(select(Register).where(Register.name == "培训基地")).one()
    register.revise(AS_OF, name="省级培训基地")

    rolled = plan.roll_over(2026, AS_OF)
    db.session.add(rolled)
    db.session.commit()

    assert len(db.session.scalars(select(Register)).all()) == 13
    assert registers_of(rolled)["S3.1", "新建1-2个"] == "省级培训基地"


@pytest.mark.parametrize(("clause", "name"), [
    ("新建1-2个省级知识产权培训基地", "培训基地"),
    ("新建青少年知识产权普及教育基地1个", "青少年知识产权普及教育基地"),
    ("培育50家优势企业", ""), ("建设知识产权培训基地和远程教育分站", ""), ("", "")])
def test_a_clause_that_names_none_or_several_is_left_alone(clause, name):
    assert named_in(clause) == name

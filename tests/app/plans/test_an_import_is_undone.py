"""An import is undone once: the plan is as it was, unless something has come to hang on what the import made."""

import pytest
from sqlalchemy import select

from app.audit.models import AuditRow
from app.db import db
from app.plans.milestones import Milestone
from app.plans.models import Category, Plan, Task
from app.plans.revisions import PlanRevision
from app.plans.sheet.applying import ALL, Applying, plain_now
from app.plans.sheet.columns import QUARTERS
from app.plans.sheet.undoing import CannotUndo, Undoing
from tests.app.plans.typing_a_sheet import a_sheet, against
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_task, an_event, chen

HEAD = ("编号", "板块", "类别", "任务", "目标", *(column.head for column in QUARTERS))
FIRST = (("E1.1", "进企业", "宣传", "政策解读讲座", "12场", "3", "3", "3", "3"),
         ("S1.1", "进学校", "示范", "试点示范学校建设", "30所左右", "", "", "", ""))
SECOND = (("E1.1", "进企业", "培训", "星空讲坛", "1-2期", "", "", "", ""),
          ("E1.2", "进企业", "宣传普及", "政策解读讲座", "15场", "定方案", "", "", ""))


def brought_in(*tasks):
    revision = Applying(against(a_sheet(*tasks, head=HEAD)), AS_OF, source="表.xlsx", confirmed=ALL).apply()
    db.session.commit()
    return revision


def undone(revision):
    Undoing(revision, AS_OF, chen()).undo()
    db.session.commit()
    db.session.expunge_all()


def as_it_is(plan_id):
    plan = plain_now(db.session.get(Plan, plan_id))
    categories = {one.pop("id"): one for one in plan["categories"]}
    for task in plan["tasks"]:
        task["category"] = categories[task.pop("category_id")]
        for one in task["indicators"]:
            del one["id"]
    return sorted(plan["tasks"], key=lambda task: task["id"])


def test_a_changed_table_undone_leaves_the_plan_as_it_was(app):
    plan_id = brought_in(*FIRST).plan_id
    before = as_it_is(plan_id)
    second = brought_in(*SECOND)

    changed = as_it_is(plan_id)
    undone(second)

    assert changed != before
    assert as_it_is(plan_id) == before
    assert db.session.scalars(select(Milestone.id)).all() == []
    assert db.session.scalars(select(Category.code).order_by(Category.position)).all() == ["E1", "S1"]


def test_the_first_import_undone_leaves_no_plan_and_the_audit_tells_of_it(app):
    undone(brought_in(*FIRST))

    assert [db.session.scalars(select(of.id)).all() for of in (Plan, Category, Task, PlanRevision)] == [[]] * 4
    assert db.session.scalars(select(AuditRow.what).where(
        AuditRow.what.in_(("sheet_imported", "import_undone"))).order_by(AuditRow.id)).all() == [
        "sheet_imported", "import_undone"]


def test_the_table_can_be_brought_in_again_after_it_was_undone(app):
    undone(brought_in(*FIRST))

    assert brought_in(*FIRST).summary["new"] == 2


def test_one_import_after_the_other_is_undone_the_newest_first(app):
    first = brought_in(*FIRST)
    second = brought_in(*SECOND)

    with pytest.raises(CannotUndo, match="先撤销后面的那次"):
        Undoing(first, AS_OF).undo()
    Undoing(second, AS_OF).undo()
    with pytest.raises(CannotUndo, match="已经撤销过"):
        Undoing(second, AS_OF).undo()
    Undoing(first, AS_OF).undo()


def test_a_task_that_somebody_changed_since_stands_in_the_way(app):
    brought_in(*FIRST)
    second = brought_in(*SECOND)
    a_task("E1.1").revise(AS_OF, in_charge="李四")
    db.session.commit()

    with pytest.raises(CannotUndo, match=r"E1\.1 又改过"):
        Undoing(second, AS_OF).undo()


def test_a_target_split_since_stands_in_the_way(app):
    first = brought_in(*FIRST)
    a_task("E1.1").indicators[0].split({a_city_office().region_code: 12}, AS_OF)
    db.session.commit()

    with pytest.raises(CannotUndo, match=r"E1\.1 又改过"):
        Undoing(first, AS_OF).undo()


def test_an_event_on_a_task_that_is_new_stands_in_the_way(app):
    brought_in(*FIRST)
    second = brought_in(*SECOND)
    an_event(tasks=[a_task("E1.1")])
    db.session.commit()

    with pytest.raises(CannotUndo, match="已经有活动 1 个，不能撤销"):
        Undoing(second, AS_OF).undo()


def test_an_event_on_a_task_that_was_there_before_does_not(app):
    plan_id = brought_in(*FIRST).plan_id
    before = as_it_is(plan_id)
    event = an_event(tasks=[a_task("E1.1")])
    second = brought_in(*SECOND)

    undone(second)

    assert as_it_is(plan_id) == before
    assert [task.code for task in db.session.merge(event).tasks] == ["E1.1"]


def test_a_milestone_that_somebody_worked_on_stands_in_the_way(app):
    brought_in(*FIRST)
    second = brought_in(*SECOND)
    db.session.scalars(select(Milestone)).one().reached_on = AS_OF.date()
    db.session.commit()

    with pytest.raises(CannotUndo, match="节点“定方案”已经有人改过"):
        Undoing(second, AS_OF).undo()


def test_a_milestone_that_somebody_added_to_a_new_task_stands_in_the_way(app):
    brought_in(*FIRST)
    second = brought_in(*SECOND)
    task = a_task("E1.1")
    db.session.add(Milestone(task=task, organization=task.plan.organization, title="评审", created_at=AS_OF,
                             revised_at=AS_OF))
    db.session.commit()

    with pytest.raises(CannotUndo, match="已经有节点 1 个，不能撤销"):
        Undoing(second, AS_OF).undo()

import csv
from collections import Counter

import pytest
from sqlalchemy import func, select

from app.db import db
from app.errors import Refused
from app.plans.importing import UnreadablePlan, read
from app.plans.indicators import Indicator
from app.plans.models import Plan, Task
from tests.factories import SEED, a_plan, a_task, an_office


def test_the_plan_of_2023_has_14_categories_and_37_tasks_in_five_sectors(app):
    plan = a_plan(2023)

    assert (len(plan.categories), len(list(plan.tasks))) == (14, 37)
    assert Counter(one.sector for one in plan.categories) == {"E": 4, "I": 2, "C": 3, "S": 3, "N": 2}


def test_nine_tasks_state_ten_numbers_and_only_one_is_met_by_events(app):
    plan = a_plan(2023)

    stated = [one for task in plan.tasks for one in task.indicators if one.basis == "stated"]

    assert (len(stated), len({one.task.code for one in stated})) == (10, 9)
    assert [one.task.code for one in stated if one.measure == "events"] == ["I2.1"]


def test_a_rolled_over_task_keeps_the_year_of_its_wording(app, as_of):
    rolled = a_plan(2023).roll_over(2026, as_of)
    db.session.add(rolled)
    db.session.flush()

    task = next(one for one in rolled.tasks if one.code == "I2.1")

    assert (task.wording_year, task.is_carried_over, task.due_on.year) == (2023, True, 2026)


def test_a_stated_target_rolls_over_as_an_unconfirmed_working_one(app, as_of):
    rolled = a_plan(2023).roll_over(2026, as_of)

    indicator = next(one for one in rolled.tasks if one.code == "I2.1").indicators[0]

    assert (indicator.basis, indicator.is_confirmed, indicator.is_public) == ("working", False, False)


def test_a_plan_does_not_roll_back(app, as_of):
    with pytest.raises(Refused):
        a_plan(2026).roll_over(2026, as_of)


def test_a_file_with_an_unknown_sector_is_refused_by_its_line(app, tmp_path):
    with SEED.open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    rows[3][1] = "X"
    bad = tmp_path / "bad.csv"
    with bad.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)

    with pytest.raises(UnreadablePlan, match=r"^line 4: "):
        read(bad, an_office(), 2026, "坏表")


def test_importing_twice_is_refused_and_adds_nothing(app):
    an_office()
    db.session.commit()
    run = app.test_cli_runner().invoke

    first = run(args=["plan", "import", str(SEED), "--year", "2025"])
    second = run(args=["plan", "import", str(SEED), "--year", "2025"])

    assert (first.exit_code, second.exit_code) == (0, 1)
    assert db.session.scalar(select(func.count()).select_from(Plan)) == 1


def test_a_dry_run_keeps_nothing(app):
    an_office()
    db.session.commit()

    answer = app.test_cli_runner().invoke(args=["plan", "import", str(SEED), "--year", "2025", "--dry-run"])

    assert "I2.1" in answer.output
    assert db.session.scalar(select(func.count()).select_from(Task)) == 0


def test_the_public_plan_shows_wording_and_never_a_working_target(app, client, as_of):
    rolled = a_plan(2023).roll_over(2026, as_of)
    db.session.add(rolled)
    rolled.adopt(as_of)
    working = next(one for one in rolled.tasks if one.code == "I2.1").indicators[0]
    working.wording = "内部三期"
    db.session.commit()

    page = client.get("/plans/2026").text + client.get("/plans/2026/tasks/I2.1").text

    assert "蜀光讲坛" in page
    assert "内部三期" not in page


def test_the_plan_page_asks_as_often_for_many_events_as_for_few(app, client, count_queries):
    from tests.factories import an_event

    a_plan(2026)
    an_event(tasks=[a_task()])
    db.session.commit()
    few = count_queries(lambda: client.get("/plans/2026"))
    for number in range(30):
        an_event(title=f"讲座{number}", tasks=[a_task()])
    db.session.commit()

    assert count_queries(lambda: client.get("/plans/2026")) == few
    assert db.session.scalar(select(func.count()).select_from(Indicator)) > 0

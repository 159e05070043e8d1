"""What machines that watch are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.clock import now
from app.db import db
from app.keeping import health
from app.keeping.backup import back_up
from app.outbox import holding
from app.reminders.models import Heartbeat
from tests.letters import posted

TOKEN = "m" * 40


@pytest.fixture
def beating(app):
    """The scheduler rang just now."""
    Heartbeat.beat("tick", "here:1", now())
    db.session.commit()
    return app


def states(answer):
    return answer.status_code, {name: point["state"] for name, point in answer.json.items() if name != "status"}


def test_a_place_in_order_says_so(beating, client, tmp_path, monkeypatch):
    back_up(tmp_path / "b.zip", now())
    monkeypatch.setattr(health, "NEARLY_FULL", 0)

    answer = client.get("/healthz")

    assert states(answer) == (200, dict.fromkeys(("backup", "database", "disk", "outbox", "scheduler"), "ok"))
    assert (answer.json["status"], answer.headers["Cache-Control"]) == ("ok", "no-store")
    assert (answer.json["backup"]["age_seconds"] < 60, answer.json["scheduler"]["age_seconds"] < 60) == (True, True)


def test_a_place_without_a_backup_is_warned_of_and_goes_on(beating, client):
    assert client.get("/healthz").json["backup"] == {"state": "warning", "age_seconds": None}
    assert client.get("/healthz").status_code == 200


def test_a_scheduler_gone_silent_is_a_failure(app, client):
    Heartbeat.beat("tick", "here:1", now() - timedelta(minutes=5))
    db.session.commit()

    answer = client.get("/healthz")

    assert (answer.status_code, answer.json["status"], answer.json["scheduler"]["state"]) == (503, "failed", "failed")


def test_letters_that_should_have_left_are_a_failure_unless_they_are_held(beating, client):
    posted(as_of=now() - timedelta(hours=1))
    late = client.get("/healthz")
    holding.hold("moving house", now())
    db.session.commit()
    held = client.get("/healthz")

    assert (late.status_code, late.json["outbox"]["state"], late.json["outbox"]["oldest_seconds"] >= 3600) == (
        503, "failed", True)
    assert (held.status_code, held.json["outbox"]["state"], held.json["outbox"]["held"]) == (200, "warning", True)


def test_a_full_disk_is_a_failure(beating, client, monkeypatch):
    monkeypatch.setattr(health, "FULL", 1 << 60)

    assert states(client.get("/healthz"))[1]["disk"] == "failed"


def test_tables_behind_the_code_are_not_ready(app, client):
    db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    db.session.commit()

    ready, healthy = client.get("/readyz"), client.get("/healthz")

    assert (ready.status_code, ready.json) == (503, {"status": "not ready"})
    assert (healthy.status_code, healthy.json["database"]["state"]) == (503, "failed")


def test_a_database_that_is_gone_is_told_and_not_a_crash(make_app, tmp_path):
    app = make_app()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    (tmp_path / "wujin.db").unlink()
    (tmp_path / "wujin.db").mkdir()

    ready, healthy = (app.test_client().get(path) for path in ("/readyz", "/healthz"))

    assert (ready.status_code, healthy.status_code) == (503, 503)
    assert healthy.json["database"] == {"state": "failed", "why": "no answer"}


def test_measures_are_read_from_this_machine(beating, client):
    posted()
    client.get("/")
    client.get("/nowhere")

    lines = client.get("/metrics").text.splitlines()

    told = [line for line in lines if line.startswith("wujin_requests_total")]
    assert [line.partition("endpoint=")[2] for line in told] == [
        '"board.calendar",method="GET",status="200"} 1', '"none",method="GET",status="404"} 1']
    assert [line for line in lines if line.startswith("wujin_letters")] == ['wujin_letters{state="pending"} 1']
    assert next(line for line in lines if "board.calendar" in line and 'le="+Inf"' in line).endswith("} 1")
    assert [line for line in lines if line and not line.startswith("#") and len(line.rsplit(" ", 1)) != 2] == []


@pytest.mark.parametrize("headers", [
    {"X-Forwarded-For": "203.0.113.9"}, {"X-Real-Ip": "203.0.113.9"}, {"Forwarded": "for=203.0.113.9"}])
def test_measures_are_not_there_for_who_comes_through_a_proxy_nobody_told_of(client, headers):
    assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("proxies", ["0", "1"])
def test_measures_are_not_there_for_strangers_but_for_who_has_the_token(make_app, proxies):
    client = make_app(METRICS_TOKEN=TOKEN, TRUSTED_PROXIES=proxies).test_client()
    far = {"REMOTE_ADDR": "203.0.113.9"} if proxies == "0" else {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}

    answers = [client.get("/metrics", environ_overrides=far, headers=headers).status_code
               for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {TOKEN}"})]

    assert answers == [404, 404, 200]


def test_without_a_token_set_no_empty_one_opens_the_measures(client):
    answer = client.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
                        headers={"Authorization": "Bearer "})

    assert answer.status_code == 404

"""Wujin: turns a yearly outreach plan into events people come to. `create_app` is the table of contents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask


def create_app(**settings: str) -> Flask:
    """The application with `settings` over the environment's. Starts nothing: no scheduler, no sending."""
    # Not above: the child that reads a stranger's file (app/limits.py) is of this package and needs none of it.
    from flask import Flask
    from flask_compress import Compress
    from werkzeug.middleware.proxy_fix import ProxyFix

    import config
    from app import db, errors, headers, languages, legible, look
    from app.form_tokens import csrf
    from app.rates import limiter
    from app.routing import Rule

    app = Flask(__name__)
    app.url_rule_class = Rule
    app.config.from_mapping(_settings(settings))
    app.config["TOP"] = config.TOP
    if app.config["TRUSTED_PROXIES"]:
        count = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, count, count, 0)  # type: ignore[method-assign]
    for tool in (db, errors, languages, headers, legible, csrf, limiter, look, Compress()):
        tool.init_app(app)
    _open_rooms(app)
    _hear_changes(app)
    _watch_letters(app)
    _remind(app)
    _ring_rooms(app)
    _date_deadlines(app)
    _keep_offices_open(app)
    _name_work(app)
    from app.accounts import access

    access.check_every_route(app)
    return app


def _settings(changes: dict[str, str]) -> dict[str, Any]:
    """A `flask` command says in one sentence what is wrong with a setting, and makes files for its owner alone."""
    import os

    import click

    import config

    if not click.get_current_context(silent=True):
        return config.load(**changes)
    os.umask(config.OWNERS_ALONE)
    try:
        return config.load(**changes)
    except config.SettingError as error:
        raise click.ClickException(str(error)) from error


def _open_rooms(app: Flask) -> None:
    """One line a room, left to right."""
    from app import checking
    from app.accounts import access, office, oidc, signing_in
    from app.accounts import cli as accounts_cli
    from app.accounts.views import pages as accounts
    from app.audit import cli as audit_cli
    from app.audit.views import pages as audit
    from app.events.views import board, console
    from app.feeds import cli as feeds_cli
    from app.feeds import doorstep, shelf
    from app.feeds.views import pages as feeds
    from app.keeping import alarms, watching
    from app.keeping import cli as keeping_cli
    from app.keeping import views as keeping
    from app.outbox import cli as outbox_cli
    from app.outbox.views import pages as outbox
    from app.plans import cli as plans_cli
    from app.plans.views import pages as console_plans
    from app.plans.views import public as plans
    from app.reminders import cli as reminders_cli
    from app.reminders.views import pages as reminders
    from app.reports.views import pages as reports
    from app.signup import cli as signup_cli
    from app.signup.views import pages as signup

    access.init_app(app)
    office.init_app(app)
    signing_in.init_app(app)
    oidc.init_app(app)
    shelf.init_app(app)
    doorstep.init_app(app)
    watching.init_app(app)
    alarms.init_app(app)
    for room in (audit.bp, outbox.bp, accounts.bp, plans.bp, board.bp, console.bp, console_plans.bp, signup.bp,
                 feeds.bp, reminders.bp, keeping.bp, reports.returns, reports.slips,
                 reports.reports, reports.leaders):
        app.register_blueprint(room)
    for commands in (checking.check, audit_cli.audit, accounts_cli.setup, accounts_cli.accounts, plans_cli.plan,
                     feeds_cli.feeds, outbox_cli.outbox, reminders_cli.reminders, signup_cli.signup,
                     keeping_cli.backup, keeping_cli.restore):
        app.cli.add_command(commands)


def _hear_changes(app: Flask) -> None:
    """Who follows a change, in its own transaction, just before it commits; one line a room."""
    from app import db
    from app.accounts import sessions, staff
    from app.audit import recording
    from app.feeds import entries, tokens
    from app.feeds.following import news
    from app.plans import following as plans
    from app.reminders import following, standard
    from app.reports.slips import supervising
    from app.signup import telling

    db.follow(app, recording.record)
    db.follow(app, sessions.follow)
    db.follow(app, staff.follow)
    db.follow(app, plans.follow)
    db.follow(app, telling.follow)
    db.follow(app, entries.follow)
    db.follow(app, tokens.follow)
    db.follow(app, news.follow)
    db.follow(app, following.follow)
    db.follow(app, standard.follow)
    db.follow(app, supervising.follow)


def _watch_letters(app: Flask) -> None:
    """Who is asked just before a letter leaves; one line a letter."""
    from app.accounts import inviting, recovery, settings
    from app.accounts.installation import Installation
    from app.feeds.following import letters as follow_letters
    from app.outbox import ceilings, gates, late, transport, unsubscribing
    from app.reminders import letters, optional
    from app.reports import board_letter, mondays
    from app.reports import letters as reports
    from app.reports.returns import reminding
    from app.reports.slips import supervising
    from app.signup import gate as signup
    from app.signup import letters as signup_letters
    from app.signup import links

    transport.keep_when(app, Installation.is_shown_as_demonstration)
    ceilings.lower(app, settings.relay_limits)
    for letter in signup.LETTERS:
        gates.register(app, letter, signup.gate)
        late.register(app, letter, links.of_letter)
    late.register(app, signup_letters.WITHDRAWN, links.of_goodbye)
    gates.register(app, inviting.NAME, inviting.gate)
    late.register(app, inviting.NAME, inviting.late_fields)
    gates.register(app, recovery.NAME, recovery.gate)
    late.register(app, recovery.NAME, recovery.late_fields)
    for letter in (letters.NAME, letters.THANKS):
        unsubscribing.optional(app, letter, optional.paths)
    for letter in (follow_letters.CONFIRMATION, follow_letters.DIGEST):
        gates.register(app, letter, follow_letters.gate)
        late.register(app, letter, follow_letters.late_fields)
    unsubscribing.optional(app, follow_letters.DIGEST, follow_letters.paths)
    for letter in reminding.LETTERS:
        gates.register(app, letter, reminding.gate)
    gates.register(app, reports.SLIP, supervising.gate)
    gates.register(app, board_letter.NAME, mondays.gate)
    unsubscribing.optional(app, board_letter.NAME, mondays.paths)


def _remind(app: Flask) -> None:
    """What rules of reminders may speak of: kinds of things, anchors, audiences, letters; one line a room."""
    from app.reminders import usual

    usual.init_app(app)


def _ring_rooms(app: Flask) -> None:
    """What the tick rings besides reminders; one line a room."""
    from app.feeds.following import digest
    from app.reminders import due
    from app.reports import mondays, mornings

    due.ring_too(app, digest.ring)
    due.ring_too(app, mondays.look)
    due.ring_too(app, mornings.look)


def _date_deadlines(app: Flask) -> None:
    """Who tells private calendars of days, and copies of private calendars, that rooms to the left cannot know."""
    from app.feeds import days, sign_ups
    from app.reports.returns import own_days

    days.also(app, own_days.own_return_days)
    sign_ups.init_app(app)


def _keep_offices_open(app: Flask) -> None:
    """Who is asked before an office is closed; one line a room."""
    from app.accounts import holding, tree
    from app.events import offices

    tree.hold_open_when(app, holding.hold_open)
    tree.hold_open_when(app, offices.hold_open)


def _name_work(app: Flask) -> None:
    """What may be done behind a page, in a child process; one line a kind."""
    from app import jobs
    from app.accounts.views import staff_import
    from app.events.importing import held_reading
    from app.events.views import importing
    from app.plans.sheet import reading
    from app.plans.views import entry_import, outside_import
    from app.reminders.views import notice
    from app.reports.statements import making

    jobs.register(app, staff_import.KIND, "app.sheets:read")
    jobs.register(app, importing.KIND, "app.events.importing.reading:read")
    jobs.register(app, held_reading.KIND, held_reading.WORK)
    jobs.register(app, making.LEDGER, making.make_ledger)
    jobs.register(app, making.EVIDENCE, making.make_evidence)
    jobs.register(app, making.WORD, "app.reports.statements.word:render")
    jobs.register(app, entry_import.KIND, "app.sheets:read")
    jobs.register(app, outside_import.KIND, "app.sheets:read")
    jobs.register(app, reading.KIND, reading.WORK)
    jobs.register(app, notice.KIND, "app.reminders.notice_reading:read")


def wsgi() -> Any:
    """For a server that wants a factory: a real installation, or the reason why not."""
    import config

    app = create_app()
    config.refuse_unfit(app.config, is_debug=app.debug)
    return app

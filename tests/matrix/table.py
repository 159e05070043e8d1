"""For each route: which roles it is for, how far they reach, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.accounts.models import Role

PUBLIC, SIGNED_IN = "public", "signed in"
STAFF = frozenset(Role)
EDITORS = frozenset({Role.ORGANIZER, Role.REVIEWER})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
HANDLERS = frozenset({Role.ORGANIZER, Role.REVIEWER, Role.ADMINISTRATOR})
REVIEWERS = frozenset({Role.REVIEWER})
MAKERS = frozenset({Role.PLANNER, Role.REVIEWER})
KEEPERS = frozenset({Role.ADMINISTRATOR, Role.PLANNER})
SENDERS = frozenset({Role.REVIEWER, Role.PLANNER})
GUARDS = frozenset({Role.SECURITY_ADMIN})
PLANNERS = frozenset({Role.PLANNER})
REGISTRARS = frozenset({Role.PLANNER, Role.ORGANIZER})
LOOKERS = frozenset({Role.ADMINISTRATOR, Role.SECURITY_ADMIN, Role.AUDITOR})

# Where the actor stands, seen from the object, which is the city's.
OWN, ABOVE, BELOW, SIDEWAYS = "own office", "office above", "office below", "office beside"
PLACES = (OWN, ABOVE, BELOW, SIDEWAYS)
EVERYWHERE = frozenset(PLACES)
DOWNWARD = frozenset({OWN, ABOVE})  # a role reaches its office and all below
ROOT = frozenset({ABOVE})  # the office above is the root, whose the plan and its registers are
NOBODY: frozenset[str] = frozenset()
UPROOTING = frozenset({ABOVE})  # to move, merge or close an office one needs its parent

# Whose own the things are that belong to one person alone.
OWNER = (Role.ADMINISTRATOR, OWN)

ANONYMOUS, WITHOUT_ROLE = "nobody signed in", "no role"


@dataclass(frozen=True)
class Row:
    """What a route asks and answers. `args` names things of the `World`; `shows` is one that a list names
    only to whom it belongs."""

    roles: frozenset[Role] | str
    reach: frozenset[str] = EVERYWHERE
    args: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    status: int | str = 0
    shows: str = ""
    anonymous: int = 0  # where it differs: the form to sign in greets nobody who has
    own: int = 0  # where one's own office is for the office above to rule
    is_private: bool = False  # for `OWNER` alone, whoever else holds the role

    def expected(self, method: str, role: Role | str, place: str) -> str:
        through = str(self.status or (200 if method == "GET" else 302))
        if role == ANONYMOUS and self.roles != PUBLIC:
            return WORDS_WAIT if self.data and self.roles != SIGNED_IN else TO_SIGN_IN
        if role == ANONYMOUS and self.anonymous:
            return str(self.anonymous)
        if role not in self.roles and self.roles not in (PUBLIC, SIGNED_IN):
            return "403"
        if self.is_private:
            return through if (role, place) == OWNER else "404"
        if self.roles in (PUBLIC, SIGNED_IN):
            return through
        if self.shows:
            return f"{through}, {'shown' if place in DOWNWARD else 'hidden'}"
        if place == OWN and self.own:
            return str(self.own)
        return through if place in self.reach else "404"


def on_event(roles: frozenset[Role], of: str = "published", **more: Any) -> Row:
    return Row(roles, DOWNWARD, {"id": of} | more.pop("args", {}), **more)


def on_office(roles: frozenset[Role] = ADMINISTRATORS, reach: frozenset[str] = DOWNWARD, **more: Any) -> Row:
    return Row(roles, reach, {"id": "city"} | more.pop("args", {}), **more)


def on_person(roles: frozenset[Role] = ADMINISTRATORS, **more: Any) -> Row:
    return Row(roles, DOWNWARD, {"id": "person"} | more.pop("args", {}), **more)


def on_entry(roles: frozenset[Role] = REGISTRARS, **more: Any) -> Row:
    return Row(roles, DOWNWARD, {"id": "entry"} | more.pop("args", {}), **more)


def on_milestone(roles: frozenset[Role] = REGISTRARS, **more: Any) -> Row:
    return Row(roles, DOWNWARD, {"id": "milestone"} | more.pop("args", {}), **more)


MADE, FORM_SHOWN_AGAIN = 201, 422
TO_SIGN_IN, WORDS_WAIT = "302 to sign in", "403"  # what was typed waits until one has signed in

TABLE: dict[tuple[str, str], Row] = {
    # the public board, plan, feeds
    ("GET", "static"): Row(PUBLIC, args={"filename": "file"}),
    ("GET", "board.calendar"): Row(PUBLIC),
    ("GET", "board.show"): Row(PUBLIC, args={"id": "published"}),
    ("GET", "board.campaign"): Row(PUBLIC, args={"slug": "slug"}),
    ("GET", "board.photo"): Row(PUBLIC, args={"id": "held", "file_id": "photo"}),
    ("GET", "plans.newest"): Row(PUBLIC, status=302),
    ("GET", "plans.show"): Row(PUBLIC, args={"year": "year"}),
    ("GET", "plans.task"): Row(PUBLIC, args={"year": "year", "code": "code"}),
    ("GET", "feeds.calendar"): Row(PUBLIC),
    ("GET", "feeds.without_slash"): Row(PUBLIC, status=301),
    ("GET", "feeds.news"): Row(PUBLIC),
    ("GET", "feeds.entry"): Row(PUBLIC, args={"id": "published"}),
    ("GET", "feeds.subscribe"): Row(PUBLIC),
    ("GET", "feeds.follow_form"): Row(PUBLIC),
    ("POST", "feeds.follow"): Row(PUBLIC, status=FORM_SHOWN_AGAIN),
    ("GET", "feeds.following"): Row(PUBLIC, args={"token": "follower"}),
    ("POST", "feeds.confirm_following"): Row(PUBLIC, args={"token": "follower"}, status=303),
    ("POST", "feeds.change_following"): Row(PUBLIC, args={"token": "follower"}, status=FORM_SHOWN_AGAIN),
    ("POST", "feeds.stop_following"): Row(PUBLIC, args={"token": "follower"}, data={"scope": "following"},
                                         status=303),
    ("GET", "feeds.following_data"): Row(PUBLIC, args={"token": "follower"}),
    ("POST", "feeds.erase_following"): Row(PUBLIC, args={"token": "follower"}, status=200),
    ("GET", "feeds.unsubscribing"): Row(PUBLIC, args={"token": "stop"}),
    ("POST", "feeds.one_click"): Row(
        PUBLIC, args={"token": "stop"}, data={"List-Unsubscribe": "One-Click"}, status=200),
    ("POST", "feeds.unsubscribe"): Row(PUBLIC, args={"token": "stop"}, data={"scope": "all"}, status=303),
    # signing up, and the ticket
    ("GET", "signup.form"): Row(PUBLIC, args={"id": "published"}),
    ("POST", "signup.enrolment"): Row(PUBLIC, args={"id": "published"}, status=FORM_SHOWN_AGAIN),
    ("GET", "signup.ticket"): Row(PUBLIC, args={"token": "ticket"}),
    ("GET", "signup.entry"): Row(PUBLIC, args={"token": "ticket"}),
    ("GET", "signup.withdrawing"): Row(PUBLIC, args={"token": "ticket"}),
    ("POST", "signup.withdrawal"): Row(PUBLIC, args={"token": "ticket"}, status=303),
    ("GET", "signup.data"): Row(PUBLIC, args={"token": "ticket"}),
    ("GET", "signup.data_as_json"): Row(PUBLIC, args={"token": "ticket"}),
    ("GET", "signup.data_as_csv"): Row(PUBLIC, args={"token": "ticket"}),
    ("GET", "signup.correcting"): Row(PUBLIC, args={"token": "ticket"}),
    ("POST", "signup.correction"): Row(PUBLIC, args={"token": "ticket"}, status=FORM_SHOWN_AGAIN),
    ("GET", "signup.erasing_page"): Row(PUBLIC, args={"token": "ticket"}),
    ("POST", "signup.erasure"): Row(PUBLIC, args={"token": "ticket"}, status=200),
    ("POST", "signup.send_link"): Row(PUBLIC, args={"token": "ticket"}, status=303),
    ("GET", "feeds.signed_up"): Row(PUBLIC, args={"token": "mailbox"}),
    ("POST", "feeds.add_sign_ups"): Row(PUBLIC, args={"token": "mailbox_without"}, status=200),
    ("POST", "feeds.rotate_sign_ups"): Row(PUBLIC, args={"token": "mailbox", "id": "sign_ups"}, status=200),
    ("POST", "feeds.revoke_sign_ups"): Row(PUBLIC, args={"token": "mailbox", "id": "sign_ups"}, status=303),
    ("GET", "signup.privacy_statement"): Row(PUBLIC),
    # whether it runs
    ("GET", "keeping.healthz"): Row(PUBLIC),
    ("GET", "keeping.readyz"): Row(PUBLIC),
    ("GET", "keeping.robots"): Row(PUBLIC),
    ("GET", "keeping.measures"): Row(PUBLIC),
    # signing in
    ("GET", "accounts.show_link"): Row(PUBLIC, args={"token": "link"}),
    ("POST", "accounts.use_link"): Row(PUBLIC, args={"token": "link"}),
    ("GET", "accounts.sign_in_page"): Row(PUBLIC, status=302, anonymous=200),
    ("POST", "accounts.sign_in"): Row(PUBLIC, status=FORM_SHOWN_AGAIN),
    ("GET", "accounts.second_part"): Row(PUBLIC, status=TO_SIGN_IN),
    ("POST", "accounts.second_part_by_code"): Row(PUBLIC, status=TO_SIGN_IN),
    ("POST", "accounts.second_part_by_passkey"): Row(PUBLIC, status=TO_SIGN_IN),
    ("GET", "accounts.to_provider"): Row(PUBLIC, status=TO_SIGN_IN),
    ("GET", "accounts.from_provider"): Row(PUBLIC, status=400),
    ("GET", "accounts.recovery_page"): Row(PUBLIC),
    ("POST", "accounts.ask_for_recovery"): Row(PUBLIC, status=FORM_SHOWN_AGAIN),
    ("GET", "accounts.recover_page"): Row(PUBLIC, args={"token": "recovery"}),
    ("POST", "accounts.recover"): Row(PUBLIC, args={"token": "recovery"}, status=FORM_SHOWN_AGAIN),
    ("POST", "accounts.sign_out"): Row(SIGNED_IN),
    # one's own account
    ("GET", "accounts.me"): Row(SIGNED_IN),
    ("GET", "accounts.password"): Row(SIGNED_IN),
    ("POST", "accounts.set_password"): Row(SIGNED_IN, status=FORM_SHOWN_AGAIN),
    ("POST", "accounts.end_other_sessions"): Row(SIGNED_IN),
    ("POST", "accounts.end_session"): Row(SIGNED_IN, args={"handle": "session"}, is_private=True),
    ("GET", "accounts.second_factor"): Row(SIGNED_IN),
    ("POST", "accounts.begin_second_factor"): Row(SIGNED_IN),
    ("POST", "accounts.confirm_second_factor"): Row(SIGNED_IN, status=FORM_SHOWN_AGAIN),
    ("POST", "accounts.remove_second_factor"): Row(SIGNED_IN),
    ("POST", "accounts.renew_recovery_codes"): Row(SIGNED_IN, status=200, is_private=True),
    ("GET", "accounts.new_passkey"): Row(SIGNED_IN, status=404),
    ("POST", "accounts.add_passkey"): Row(SIGNED_IN, status=404),
    ("POST", "accounts.remove_passkey"): Row(SIGNED_IN, args={"id": "passkey"}, is_private=True),
    ("GET", "accounts.reach"): Row(SIGNED_IN),
    ("GET", "accounts.leaving"): Row(SIGNED_IN),
    ("POST", "accounts.leave"): Row(SIGNED_IN, status=FORM_SHOWN_AGAIN),
    # what the staff sees
    ("GET", "console.today"): Row(STAFF, shows="published"),
    ("GET", "console.events"): Row(STAFF, shows="published"),
    ("GET", "console.show"): on_event(STAFF),
    ("GET", "console.preview"): on_event(STAFF, "draft"),
    ("GET", "console.photo"): on_event(STAFF, "held", args={"file_id": "photo"}),
    ("GET", "console_plans.show"): Row(STAFF),
    ("GET", "console_plans.task"): Row(STAFF, args={"code": "code"}),
    ("POST", "console_plans.show_lights"): Row(PLANNERS, ROOT, {"year": "year"}),
    ("GET", "console_plans.double"): Row(STAFF),
    # the plan by sheet; what is read behind the page is for who handed it in
    ("GET", "console_plans.import_plan"): Row(PLANNERS, ROOT),
    ("POST", "console_plans.upload_plan"): Row(PLANNERS, ROOT, status=FORM_SHOWN_AGAIN),
    ("GET", "console_plans.show_plan_import"): Row(PLANNERS, NOBODY, {"id": "job"}),
    ("GET", "console_plans.preview_plan_import"): Row(PLANNERS, NOBODY, {"id": "job"}),
    ("POST", "console_plans.apply_plan_import"): Row(PLANNERS, NOBODY, {"id": "job"}),
    ("GET", "console_plans.plan_import_problems"): Row(PLANNERS, NOBODY, {"id": "job"}),
    ("GET", "console_plans.plan_template"): Row(PLANNERS),
    ("GET", "console_plans.show_revision"): Row(PLANNERS, ROOT, {"id": "revision"}),
    ("POST", "console_plans.undo_revision"): Row(PLANNERS, ROOT, {"id": "revision"}, status=409),
    ("GET", "console_plans.edit_task"): Row(PLANNERS, ROOT, {"code": "code"}),
    ("POST", "console_plans.revise_task"): Row(PLANNERS, ROOT, {"code": "code"}, status=409),
    ("POST", "console_plans.confirm_proposals"): Row(PLANNERS, ROOT, {"code": "code"}, status=FORM_SHOWN_AGAIN),
    ("GET", "console_plans.new_target"): Row(PLANNERS, ROOT, {"code": "code"}),
    ("POST", "console_plans.add_target"): Row(PLANNERS, ROOT, {"code": "code"}, status=FORM_SHOWN_AGAIN),
    ("GET", "console_plans.edit_target"): Row(PLANNERS, ROOT, {"id": "indicator"}),
    ("POST", "console_plans.revise_target"): Row(PLANNERS, ROOT, {"id": "indicator"}, status=409),
    ("POST", "console_plans.confirm_target"): Row(PLANNERS, ROOT, {"id": "indicator"}, status=409),
    ("POST", "console_plans.retire_target"): Row(PLANNERS, ROOT, {"id": "indicator"}, status=409),
    ("GET", "console_plans.unconfirmed_targets"): Row(PLANNERS, ROOT),
    ("POST", "console_plans.confirm_targets"): Row(PLANNERS, ROOT, status=422),
    ("GET", "console_plans.edit_split"): Row(PLANNERS, ROOT, {"id": "indicator"}),
    ("POST", "console_plans.save_split"): Row(PLANNERS, ROOT, {"id": "indicator"}, status=409),
    ("POST", "console_plans.export_plan"): Row(STAFF, data={"year": "year"}, status=200),
    ("GET", "console_plans.indicator_rows"): Row(STAFF, args={"id": "indicator"}),
    # years: the plan is the root office's, so only its planner makes the next one
    ("GET", "console_plans.next_year"): Row(PLANNERS, ROOT),
    ("POST", "console_plans.make_next_year"): Row(PLANNERS, ROOT, data={"year": "next_year"}, status=409),
    ("POST", "console_plans.adopt_draft"): Row(PLANNERS, ROOT, {"id": "draft_plan"}),
    ("POST", "console_plans.remove_draft"): Row(PLANNERS, ROOT, {"id": "draft_plan"}),
    ("GET", "console_plans.compare"): Row(STAFF),
    ("GET", "console_plans.compare_sheet"): Row(STAFF),
    ("GET", "console_plans.results"): Row(PLANNERS, ROOT),
    ("POST", "console_plans.enter_results"): Row(PLANNERS, ROOT, status=409),
    ("GET", "outbox.letters"): Row(STAFF, shows="published"),
    ("GET", "outbox.wordings"): Row(ADMINISTRATORS, status=302),
    ("GET", "outbox.office_wordings"): on_office(),
    ("GET", "outbox.wording"): on_office(args={"letter": "letter_name", "language": "zh"}),
    ("POST", "outbox.change_wording"): on_office(args={"letter": "letter_name", "language": "zh"}),
    ("GET", "outbox.letter"): Row(HANDLERS, DOWNWARD, {"id": "letter"}),
    ("POST", "outbox.retry"): Row(HANDLERS, DOWNWARD, {"id": "letter"}),
    ("POST", "outbox.stop"): Row(HANDLERS, DOWNWARD, {"id": "letter"}),
    ("POST", "outbox.release_storm"): Row(HANDLERS, status=302),
    ("POST", "outbox.send_anyway"): Row(HANDLERS, DOWNWARD, {"id": "letter"}),
    # monthly returns
    ("GET", "returns.index"): Row(STAFF),
    ("GET", "returns.show"): Row(STAFF, DOWNWARD, {"month": "month", "office": "city"}),
    ("POST", "returns.write"): Row(EDITORS, DOWNWARD, {"month": "month_before"},
                                   data={"office": "city", "version": "0", "words": "办了讲座"}),
    ("POST", "returns.take_back"): Row(EDITORS, DOWNWARD, {"id": "return"}),
    ("POST", "returns.approve"): Row(REVIEWERS, DOWNWARD, {"id": "return"}, own=403,
                                     data={"version": "return_version"}),
    ("POST", "returns.send_back"): Row(REVIEWERS, DOWNWARD, {"id": "return"}, own=403,
                                       data={"version": "return_version", "reason": "人次对不上"}),
    ("GET", "returns.total"): Row(STAFF, DOWNWARD, {"month": "month", "office": "city"}),
    ("GET", "returns.total_sheet"): Row(STAFF, DOWNWARD, {"month": "month", "office": "city", "ending": "ending"}),
    ("GET", "returns.outstanding"): Row(STAFF, DOWNWARD, {"month": "month", "office": "city"}),
    # supervision
    ("POST", "returns.prepare_for_late"): Row(SENDERS, DOWNWARD, {"month": "month"}, data={"office": "city"}),
    ("GET", "slips.index"): Row(STAFF),
    ("GET", "slips.show"): Row(STAFF, DOWNWARD, {"id": "slip"}),
    ("POST", "slips.send"): Row(SENDERS, UPROOTING, {"id": "slip_prepared"},
                                data={"words": "请尽快报出", "due_on": "soon", "version": "1"}),
    ("POST", "slips.drop"): Row(SENDERS, UPROOTING, {"id": "slip_prepared"}, data={"version": "1"}),
    ("POST", "slips.close"): Row(SENDERS, DOWNWARD, {"id": "slip"}, own=403,
                                 data={"fact": "已电话答复", "version": "2"}),
    ("GET", "slips.new"): Row(SENDERS),
    ("POST", "slips.prepare"): Row(SENDERS, status=FORM_SHOWN_AGAIN),
    ("POST", "slips.suggest"): Row(SENDERS),
    # registers
    ("GET", "console_plans.registers"): Row(STAFF),
    ("POST", "console_plans.make_usual_registers"): Row(PLANNERS, ROOT),
    ("GET", "console_plans.new_register"): Row(PLANNERS, ROOT),
    ("POST", "console_plans.add_register"): Row(PLANNERS, ROOT, status=FORM_SHOWN_AGAIN),
    ("GET", "console_plans.edit_register"): Row(PLANNERS, ROOT, {"id": "register"}),
    ("POST", "console_plans.revise_register"): Row(PLANNERS, ROOT, {"id": "register"}, status=FORM_SHOWN_AGAIN),
    ("POST", "console_plans.close_register"): Row(PLANNERS, ROOT, {"id": "register"}),
    ("POST", "console_plans.reopen_register"): Row(PLANNERS, ROOT, {"id": "register"}),
    ("GET", "console_plans.register"): Row(STAFF, args={"id": "register"}, shows="entry"),
    ("POST", "console_plans.export_register"): Row(STAFF, args={"id": "register"}, status=200, shows="entry"),
    ("POST", "console_plans.register_names"): Row(REGISTRARS, args={"id": "register"}, status=200, shows="entry"),
    ("GET", "console_plans.new_entry"): Row(REGISTRARS, args={"id": "register"}),
    ("POST", "console_plans.add_entry"): Row(REGISTRARS, args={"id": "register"}, status=FORM_SHOWN_AGAIN),
    ("GET", "console_plans.entry"): on_entry(STAFF),
    ("GET", "console_plans.edit_entry"): on_entry(),
    ("POST", "console_plans.correct_entry"): on_entry(status=409),
    ("POST", "console_plans.advance_entry"): on_entry(status=FORM_SHOWN_AGAIN),
    ("POST", "console_plans.add_entry_files"): on_entry(status=FORM_SHOWN_AGAIN),
    ("GET", "console_plans.entry_file"): on_entry(STAFF, args={"file_id": "evidence"}),
    ("POST", "console_plans.drop_entry_file"): on_entry(args={"file_id": "evidence"}),
    ("POST", "console_plans.entry_name"): on_entry(status=200),
    ("POST", "console_plans.discard_entry"): on_entry(),
    ("GET", "console.import_calendar"): Row(EDITORS),
    ("POST", "console.upload_calendar"): Row(EDITORS, status=FORM_SHOWN_AGAIN),
    ("GET", "console.show_calendar_import"): Row(EDITORS, NOBODY, {"job_id": "job"}),
    ("POST", "console.apply_calendar_import"): Row(EDITORS, NOBODY, {"job_id": "job"}),
    ("GET", "console.import_held"): Row(EDITORS),
    ("POST", "console.upload_held"): Row(EDITORS, status=FORM_SHOWN_AGAIN),
    ("GET", "console.show_held_import"): Row(EDITORS, NOBODY, {"job_id": "job"}),
    ("POST", "console.apply_held_import"): Row(EDITORS, NOBODY, {"job_id": "job"}),
    ("POST", "console.undo_held_import"): Row(EDITORS, NOBODY, {"job_id": "job"}),
    ("GET", "console.held_template"): Row(EDITORS),
    ("GET", "console_plans.import_entries"): Row(REGISTRARS, args={"id": "register"}),
    ("POST", "console_plans.upload_entries"): Row(REGISTRARS, args={"id": "register"}, status=FORM_SHOWN_AGAIN),
    ("GET", "console_plans.show_entry_import"): Row(REGISTRARS, NOBODY, {"id": "register", "job_id": "job"}),
    ("POST", "console_plans.apply_entry_import"): Row(REGISTRARS, NOBODY, {"id": "register", "job_id": "job"}),
    ("GET", "console_plans.entry_template"): Row(REGISTRARS),
    # the working calendar
    ("GET", "reminders.calendar_days"): Row(STAFF),
    ("POST", "reminders.enter_days"): Row(KEEPERS, status=FORM_SHOWN_AGAIN),
    ("POST", "reminders.remove_day"): Row(KEEPERS, DOWNWARD, {"region": "region", "number": "day"}),
    ("POST", "reminders.enter_term"): Row(KEEPERS, status=FORM_SHOWN_AGAIN),
    ("POST", "reminders.remove_term"): Row(KEEPERS, DOWNWARD, {"id": "term"}),
    ("GET", "reminders.notice"): Row(KEEPERS, ROOT),
    ("POST", "reminders.upload_notice"): Row(KEEPERS, ROOT, status=FORM_SHOWN_AGAIN),
    ("GET", "reminders.show_notice"): Row(KEEPERS, NOBODY, {"job_id": "job"}),
    ("POST", "reminders.bring_in_notice"): Row(KEEPERS, NOBODY, {"job_id": "job"}),
    # rules of reminders
    ("GET", "reminders.event_rules"): on_event(STAFF),
    ("POST", "reminders.add_event_rule"): on_event(EDITORS, status=FORM_SHOWN_AGAIN),
    ("GET", "reminders.try_event_rule"): on_event(STAFF, args={"rule_id": "reminder_rule"}),
    ("POST", "reminders.switch_event_rule"): on_event(EDITORS, args={"rule_id": "reminder_rule"}),
    ("GET", "reminders.office_rules"): Row(STAFF),
    ("POST", "reminders.add_office_rule"): Row(KEEPERS, status=FORM_SHOWN_AGAIN),
    ("GET", "reminders.try_office_rule"): Row(STAFF, DOWNWARD, {"id": "office_rule"}),
    ("POST", "reminders.switch_office_rule"): Row(KEEPERS, DOWNWARD, {"id": "office_rule"}),
    # milestones
    ("GET", "console_plans.new_milestone"): Row(PLANNERS, args={"code": "code"}),
    ("POST", "console_plans.add_milestone"): Row(PLANNERS, args={"code": "code"}, status=FORM_SHOWN_AGAIN),
    ("GET", "console_plans.usual_milestones"): Row(PLANNERS, args={"code": "code"}),
    ("POST", "console_plans.add_usual_milestones"): Row(PLANNERS, args={"code": "code"}, status=FORM_SHOWN_AGAIN),
    ("GET", "console_plans.milestone"): on_milestone(STAFF),
    ("GET", "console_plans.edit_milestone"): on_milestone(PLANNERS),
    ("POST", "console_plans.correct_milestone"): on_milestone(PLANNERS, status=409),
    ("POST", "console_plans.reach_milestone"): on_milestone(status=FORM_SHOWN_AGAIN),
    ("POST", "console_plans.unreach_milestone"): on_milestone(status=409),
    ("GET", "console_plans.milestone_file"): on_milestone(STAFF, args={"file_id": "milestone_file"}),
    ("POST", "console_plans.drop_milestone_file"): on_milestone(args={"file_id": "milestone_file"}),
    ("POST", "console_plans.discard_milestone"): on_milestone(PLANNERS),
    ("GET", "outbox.releasing_page"): Row(ADMINISTRATORS, UPROOTING, status=302),
    ("POST", "outbox.release"): Row(ADMINISTRATORS, UPROOTING),
    # figures from elsewhere
    ("GET", "console_plans.outside_figures"): Row(STAFF, args={"id": "outside"}),
    ("POST", "console_plans.record_figure"): Row(PLANNERS, ROOT, {"id": "outside"}, status=FORM_SHOWN_AGAIN),
    ("POST", "console_plans.remove_figure"): Row(PLANNERS, ROOT, {"id": "outside", "figure_id": "figure"}),
    ("GET", "console_plans.import_figures"): Row(PLANNERS, ROOT, {"id": "outside"}),
    ("POST", "console_plans.upload_figures"): Row(PLANNERS, ROOT, {"id": "outside"}, status=FORM_SHOWN_AGAIN),
    ("GET", "console_plans.show_figure_import"): Row(PLANNERS, NOBODY, {"id": "outside", "job_id": "job"}),
    ("POST", "console_plans.apply_figure_import"): Row(PLANNERS, NOBODY, {"id": "outside", "job_id": "job"}),
    ("GET", "console_plans.figure_template"): Row(PLANNERS),
    # private feeds
    ("GET", "feeds.private"): Row(PUBLIC, args={"token": "feed_token"}),
    ("GET", "feeds.my_feeds"): Row(STAFF),
    ("POST", "feeds.add_feed"): Row(STAFF, status=FORM_SHOWN_AGAIN),
    ("POST", "feeds.rotate_feed"): Row(STAFF, args={"id": "feed"}, is_private=True, status=200),
    ("POST", "feeds.revoke_feed"): Row(STAFF, args={"id": "feed"}, is_private=True),
    # slices with a short address
    ("GET", "feeds.saved_feed"): Row(PUBLIC, args={"slug": "short"}),
    ("GET", "feeds.saved_page"): Row(PUBLIC, args={"slug": "short"}, status=302),
    ("GET", "feeds.slices"): Row(REGISTRARS),
    ("POST", "feeds.save_slice"): Row(REGISTRARS, status=FORM_SHOWN_AGAIN),
    ("POST", "feeds.delete_slice"): Row(REGISTRARS, DOWNWARD, {"id": "slice"}),
    # programmes
    ("GET", "console_plans.programmes"): Row(STAFF),
    ("GET", "console_plans.programme"): Row(STAFF, args={"id": "programme"}),
    ("GET", "console_plans.new_programme"): Row(PLANNERS, ROOT),
    ("POST", "console_plans.add_programme"): Row(PLANNERS, ROOT, status=FORM_SHOWN_AGAIN),
    ("GET", "console_plans.edit_programme"): Row(PLANNERS, ROOT, {"id": "programme"}),
    ("POST", "console_plans.revise_programme"): Row(PLANNERS, ROOT, {"id": "programme"}, status=409),
    ("POST", "console_plans.close_programme"): Row(PLANNERS, ROOT, {"id": "programme"}),
    ("POST", "console_plans.reopen_programme"): Row(PLANNERS, ROOT, {"id": "programme"}),
    # making and changing events
    ("GET", "console.new"): Row(EDITORS),
    ("POST", "console.create"): Row(EDITORS, status=FORM_SHOWN_AGAIN),
    ("GET", "console.repetition"): on_event(EDITORS),
    ("POST", "console.repeat"): on_event(EDITORS, status=FORM_SHOWN_AGAIN),
    ("GET", "console.shares"): on_event(EDITORS),
    ("POST", "console.share_out"): on_event(EDITORS, status=409),
    ("GET", "console.edit"): on_event(EDITORS),
    ("POST", "console.save"): on_event(EDITORS, status=409),
    ("GET", "console.new_part"): on_event(EDITORS, "course"),
    ("POST", "console.add_part"): on_event(EDITORS, "course", status=FORM_SHOWN_AGAIN),
    ("POST", "console.publish"): on_event(EDITORS, "draft"),
    ("POST", "console.unpublish"): on_event(EDITORS),
    ("POST", "console.discard"): on_event(EDITORS, "draft"),
    ("GET", "console.schedule"): on_event(EDITORS),
    ("POST", "console.reschedule"): on_event(EDITORS, status=FORM_SHOWN_AGAIN),
    ("GET", "console.postponement"): on_event(EDITORS),
    ("POST", "console.postpone"): on_event(EDITORS, data={"reason": "场地检修", "version": "version"}),
    ("GET", "console.cancellation"): on_event(EDITORS),
    ("POST", "console.cancel"): on_event(EDITORS, data={"reason": "场地检修", "version": "version"}),
    ("POST", "console.restore"): on_event(EDITORS, "cancelled"),
    ("POST", "console.contacts"): on_event(EDITORS, status=200),
    ("GET", "console.knowing"): on_event(EDITORS, of="cancelled"),
    ("POST", "console.calls"): on_event(EDITORS, of="cancelled", status=200),
    ("GET", "console.figures"): on_event(EDITORS, "held"),
    ("POST", "console.record_figures"): on_event(EDITORS, "held", status=FORM_SHOWN_AGAIN),
    ("GET", "console.annulment"): on_event(EDITORS, "entered"),
    ("POST", "console.annul"): on_event(EDITORS, "entered", status=FORM_SHOWN_AGAIN),
    ("POST", "console.close"): on_event(EDITORS, "held"),
    ("GET", "console.held"): Row(EDITORS),
    ("POST", "console.record_held"): Row(EDITORS, status=FORM_SHOWN_AGAIN),
    # approval
    ("GET", "console.review"): Row(REVIEWERS),
    ("GET", "console.review_one"): on_event(REVIEWERS),
    ("POST", "console.decide"): Row(REVIEWERS, status=FORM_SHOWN_AGAIN),
    ("POST", "console.take_back"): on_event(EDITORS, "submitted"),
    ("POST", "console.take_back_change"): on_event(EDITORS),
    ("POST", "console.remark"): on_event(EDITORS, status=FORM_SHOWN_AGAIN),
    ("GET", "console.publishing"): Row(ADMINISTRATORS),
    ("POST", "console.lay_down_rule"): Row(ADMINISTRATORS, status=FORM_SHOWN_AGAIN),
    ("POST", "console.decide_to_publish_alone"): Row(ADMINISTRATORS),
    ("POST", "console.lift_rule"): Row(ADMINISTRATORS, DOWNWARD, {"id": "rule"}, own=409),
    # reports
    ("GET", "leaders.board_letter"): Row(frozenset({Role.LEADER})),
    ("POST", "leaders.switch_board_letter"): Row(frozenset({Role.LEADER})),
    ("GET", "leaders.show"): Row(STAFF, DOWNWARD, {"office": "city"}),
    ("GET", "reports.index"): Row(STAFF),
    ("GET", "reports.show"): Row(STAFF, args={"period": "period"}),
    ("GET", "reports.task_sheet"): Row(STAFF, args={"period": "period"}),
    ("POST", "reports.make"): Row(STAFF, args={"period": "period", "what": "ledger"}),
    ("GET", "reports.made_file"): Row(STAFF, args={"id": "report_job"}, is_private=True),
    ("GET", "reports.download"): Row(STAFF, args={"id": "report_job"}, is_private=True),
    ("POST", "reports.seal"): Row(MAKERS, args={"period": "period"}, data={"again": "yes"}),
    ("GET", "reports.snapshot"): Row(STAFF, DOWNWARD, {"id": "snapshot"}),
    ("POST", "reports.amend"): Row(MAKERS, DOWNWARD, {"id": "snapshot"}, status=FORM_SHOWN_AGAIN),
    ("GET", "reports.snapshot_sheet"): Row(STAFF, DOWNWARD, {"id": "snapshot"}),
    ("POST", "reports.snapshot_word"): Row(STAFF, DOWNWARD, {"id": "snapshot"}),
    ("GET", "reports.template"): Row(KEEPERS),
    ("POST", "reports.set_template"): Row(KEEPERS, status=FORM_SHOWN_AGAIN),
    ("POST", "reports.remove_template"): Row(KEEPERS),
    ("GET", "reports.template_file"): Row(STAFF),
    # the tree of organizations
    ("GET", "accounts.admin"): Row(STAFF),
    ("GET", "accounts.organizations"): Row(STAFF, shows="city"),
    ("GET", "accounts.organization"): on_office(STAFF),
    ("GET", "accounts.new_organization"): on_office(),
    ("POST", "accounts.add_organization"): on_office(
        data={"name": "高新区知识产权服务站", "kind": "unit", "region": "510100"}),
    ("GET", "accounts.organization_name"): on_office(),
    ("POST", "accounts.rename_organization"): on_office(data={"name": "成都市知识产权局"}),
    ("GET", "accounts.organization_aliases"): on_office(),
    ("POST", "accounts.set_organization_aliases"): on_office(data={"aliases": "成都局"}),
    ("GET", "accounts.organization_parent"): on_office(reach=UPROOTING),
    ("POST", "accounts.move_organization"): on_office(reach=UPROOTING, data={"target": "beside"}),
    ("GET", "accounts.organization_merger"): on_office(reach=UPROOTING),
    ("POST", "accounts.merge_organization"): on_office(reach=UPROOTING, data={"target": "beside"}),
    ("POST", "accounts.close_organization"): on_office(reach=UPROOTING, status=409),
    ("POST", "accounts.reopen_organization"): on_office(reach=UPROOTING),
    # the staff
    ("GET", "accounts.staff"): Row(LOOKERS, shows="person"),
    ("GET", "accounts.new_person"): Row(ADMINISTRATORS),
    ("POST", "accounts.bring_in"): Row(ADMINISTRATORS, status=FORM_SHOWN_AGAIN),
    ("GET", "accounts.person"): on_person(LOOKERS),
    ("GET", "accounts.edit_person"): on_person(),
    ("POST", "accounts.correct_person"): on_person(status=FORM_SHOWN_AGAIN),
    ("POST", "accounts.renew_link"): on_person(status=MADE),
    ("POST", "accounts.give_role"): on_person(data={"role": "reviewer", "organization": "city"}),
    ("POST", "accounts.take_role"): on_person(args={"grant_id": "grant"}),
    ("POST", "accounts.deactivate"): on_person(),
    ("POST", "accounts.reactivate"): on_person(),
    ("GET", "accounts.handover"): on_person(),
    ("POST", "accounts.hand_over"): on_person(status=FORM_SHOWN_AGAIN),
    ("GET", "accounts.import_staff"): Row(ADMINISTRATORS),
    ("POST", "accounts.upload_staff"): Row(ADMINISTRATORS, status=FORM_SHOWN_AGAIN),
    ("GET", "accounts.show_import"): Row(ADMINISTRATORS, args={"id": "job"}, is_private=True),
    ("POST", "accounts.apply_import"): Row(ADMINISTRATORS, args={"id": "job"}, is_private=True),
    ("GET", "accounts.staff_template"): Row(ADMINISTRATORS),
    ("GET", "accounts.job"): Row(STAFF, args={"id": "job"}, is_private=True),
    # settings of an office
    ("GET", "accounts.settings"): Row(ADMINISTRATORS, status=302),
    ("GET", "accounts.office_settings"): on_office(),
    ("POST", "accounts.change_settings"): on_office(data={"version": "0"}),
    # what is demanded of signing in
    ("GET", "accounts.sign_in_rules"): Row(GUARDS),
    ("POST", "accounts.change_sign_in_rules"): on_office(GUARDS),
    ("POST", "accounts.remove_somebodys_second_factor"): on_person(GUARDS),
    # the audit
    ("GET", "audit.audit"): Row(LOOKERS, args={"about": "about"}, shows="published"),
    ("POST", "audit.export"): Row(LOOKERS, status=200, shows="published"),
}

"""The words of the weekly board: four figures, what needs attention and why, and where the rest is."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from app.outbox.letter import Letter, giving_way, place, sealed, subject_of
from app.outbox.message import UNSUBSCRIBE
from app.reports.board import Board
from app.reports.charts import written
from app.reports.letters import day_words, spoken

NAME = "reports.board"
NAMED = 6  # of what needs attention; the page has them all


def letter_of(board: Board, language: str) -> Letter:
    """For every leader of the office who reads this language."""
    language = spoken(language)
    with force_locale(language):
        subject = _("本周看板：%(office)s，%(day)s", office=giving_way(board.office.called(language)),
                    day=day_words(board.today))
        page = f"{current_app.config['BASE_URL']}/console/board"
        words = {"subject": subject_of(subject),
                 "figures": figures(board), "concerns": board.concerns[:NAMED],
                 "more": max(0, len(board.concerns) - NAMED), "name_here": place("name"),
                 "address": f"{page}?office={board.office.id}&year={board.plan.year}", "switch": f"{page}/letter",
                 "stop_here": place(UNSUBSCRIBE), "language_of_letter": language}
        return Letter(name=NAME, language=language, subject=words["subject"],  # type: ignore[arg-type]
                      text=sealed(render_template("reports/letters/board.txt", **words)).strip() + "\n",
                      html=sealed(render_template("reports/letters/board.html", **words)))


def figures(board: Board) -> Sequence[tuple[str, str, str]]:
    """The four of the page: what, how much, and beside what."""
    whole, before, lights = board.whole, board.before, board.lights
    spots = (_("覆盖市（州）") if board.is_provincial else _("覆盖县（市、区）"),
             f"{len(board.covered)} / {len(board.spots)}",
             _("还差 %(count)s 个", count=len(board.missed)) if board.missed else _("全部覆盖"))
    return [
        (_("已办活动（场）"), written(whole.done), _since(before.events) if before else ""),
        (_("参与人次"), written(whole.attendances), _since(before.attendances) if before else ""),
        spots if board.spots else (_("参与人数"), written(whole.people), _("不重复的人")),
        (_("任务达标"), f"{lights.get('met', 0)} / {board.tasks_counted}",
         _("%(red)s 项落后，%(yellow)s 项偏慢", red=lights.get("red", 0), yellow=lights.get("yellow", 0)))]


def _since(before: int) -> str:
    return _("去年同期 %(count)s", count=written(before))

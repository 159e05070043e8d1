"""What every letter keeps to, whoever wrote it: a short subject, two languages, why it comes, how to stop it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.accounts import inviting, recovery
from app.db import db
from app.events import due_letters as staff
from app.events import letters as review
from app.events.span import Span
from app.feeds.following import letters as follow
from app.feeds.following.items import Item
from app.feeds.following.rhythm import Rhythm
from app.feeds.slices import Slice
from app.outbox.letter import LONGEST_SUBJECT, giving_way, place, subject_of
from app.outbox.message import UNSUBSCRIBE, Prepared
from app.outbox.models import LetterContent
from app.reminders import letters as reminders
from app.signup import letters as signup
from tests.conftest import AS_OF
from tests.factories import an_event
from tests.letters import enrolled

LONG = "四川省中小微企业知识产权质押融资政策解读与典型案例剖析暨银企对接交流活动第三期川南片区专场" * 3
LONG_EN = "Policies and typical cases of loans secured by patents and trade marks for small enterprises " * 2
CHINESE = re.compile(r"[\u3400-\u9fff\u3001\u3002\uff01-\uff5e]+")


def an_english_event(title="讲座", title_en="Lecture"):
    event = an_event(title, location="Hall 2", takes_enrolments=True)
    event.title_en, event.contact, event.reason = title_en, "028-1", "Rain"
    event.organization.name_en = "Sichuan Office"
    db.session.flush()
    return event


def to_the_public(event, language):
    """Each kind, and each news of a change."""
    enrolment = enrolled(event)
    enrolment.language = language
    was = replace(signup.Schedule.of(event.facts(), event.zone), span=event.span.moved_by(timedelta(days=-1)),
                  location="Hall 1")
    item = Item(event, "new", None)
    return [signup.confirmation(enrolment, AS_OF), signup.withdrawn(enrolment, AS_OF, is_last=True),
            *(signup.of_change(event, news, was, language) for news in signup.News),
            reminders.reminder(event, language), reminders.thanks(event, language),
            follow.confirmation([Slice()], Rhythm.WEEKLY, 8, language), follow.digest([(Slice(), [item])], language)]


def to_the_staff(event, language):
    return [write(event, None, language) for write in
            (staff.starting, staff.ended, staff.signup_closing, staff.figures_due)] + [
        review.decided(event, news, language) for news in (review.PUBLISHED, review.APPROVED, review.RETURNED)] + [
        review.acted(event, language), inviting.letter(language), recovery.letter(language)]


def test_a_title_that_is_too_long_gives_way_and_what_stands_behind_it_stays():
    subject = subject_of(f"提醒：{giving_way(LONG)}，4月20日 14:30")

    assert (len(subject), subject[:6], subject[-13:]) == (60, "提醒：四川省", "…，4月20日 14:30")


def test_a_subject_that_fits_is_left_alone_and_one_without_a_title_ends_in_dots():
    assert (subject_of(f"提醒：{giving_way('讲座')}"), subject_of("长" * 61)) == ("提醒：讲座", "长" * 59 + "…")


def test_a_place_in_a_subject_is_never_cut_in_half():
    assert subject_of("长" * 52 + place("name") + "您好" * 9) == "长" * 52 + "…"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_subject_is_longer_than_a_mail_program_shows(app, language):
    event = an_english_event(LONG[:120], LONG_EN[:120])
    event.location = LONG[:90]

    letters = to_the_public(event, language) + to_the_staff(event, language)

    assert [one.subject for one in letters if not 0 < len(one.subject) <= LONGEST_SUBJECT] == []


def test_letters_to_the_public_speak_english_throughout_to_who_reads_it(app):
    letters = to_the_public(an_english_event(), "en")

    said = {(one.name, words) for one in letters for words in CHINESE.findall(one.subject + one.text + one.html)}
    assert {words for _name, words in said} == {"五进"}


def test_what_nobody_need_get_says_in_both_parts_how_to_stop_it(app):
    optional = app.extensions["wujin.optional_letters"]
    told = {one.name: one for one in to_the_public(an_english_event(), "zh") if one.name in optional}

    link = f"{{{{{UNSUBSCRIBE}}}}}"
    assert set(told) == {"reminders.reminder", "reminders.thanks", "feeds.digest"}
    assert [one.name for one in told.values() if link not in one.text or f'href="{link}"' not in one.html] == []


def test_every_letter_says_why_one_gets_it_in_both_parts(app):
    letters = to_the_public(an_english_event(), "zh") + to_the_staff(an_english_event(), "zh")

    unsaid = [one.name for one in letters
              if not re.search(r"\n--\n五进 Wujin.*\n.*[。？]", one.text)
              or not re.search(r'<div class="end"><p>[^<]+[。？]</p>', one.html)]
    assert unsaid == []


def test_colours_for_dark_mail_programs_reach_them_and_are_stronger_than_those_on_the_elements(app):
    letter = reminders.reminder(an_english_event(), "zh")

    html = Prepared.of(LetterContent.of(letter)).html

    rules = re.search(r"@media \(prefers-color-scheme: dark\) \{(.*?)\n\}", html, re.S)
    assert rules is not None
    assert [one for one in re.findall(r"[a-z-]+: [^;}]+", rules[1]) if not one.strip().endswith("!important")] == []


def test_several_tickets_in_one_mailbox_are_links_on_lines_that_break(app):
    html = signup.of_change(an_english_event(), signup.News.MOVED, signup.Schedule.of(
        an_english_event().facts(), "Asia/Shanghai"), "zh", is_several=True).html

    assert ("<pre" in html, '<p class="lines">{{tickets}}</p>' in html) == (False, True)


def test_the_staff_is_told_the_weekday_and_of_whole_days_no_hour(app):
    whole = an_event("导航周", span=Span.of_days(date(2026, 4, 20), date(2026, 4, 22)))
    timed = an_event(starts_at=datetime(2026, 4, 20, 6, 30, tzinfo=UTC))

    facts = [re.findall(r"\n  (.+)", staff.starting(one, None, "zh").text) for one in (whole, timed)]

    assert facts == [["4月20日 周一 – 4月22日 周三 天府新区会议中心"], ["4月20日 周一 14:30 天府新区会议中心"]]


def test_what_happened_is_told_to_followers_in_words_and_not_as_an_order(app):
    event = an_english_event()
    was = signup.Schedule.of(event.facts(), event.zone)

    subjects = [follow.digest([(Slice(), [Item(event, news, was)])], "zh").subject for news in signup.News]

    assert [one.partition("：")[0] for one in subjects] == [
        "已改期", "换地点", "已延期", "恢复举办", "已取消", "已撤回"]

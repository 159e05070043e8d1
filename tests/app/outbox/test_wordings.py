"""An office's own words in the letters to the public."""

import re

import pytest

from app.accounts.models import Role
from app.accounts.wordings import LetterWording, wording_of
from app.db import db
from app.signup import letters
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, an_event, an_office, wang
from tests.letters import enrolled, ledger


@pytest.fixture
def root(app):
    return a_person("Root", Role.ADMINISTRATOR, an_office())


def page(office=None, letter="signup.confirmation", language="zh"):
    return f"/console/admin/offices/{(office or an_office()).id}/wordings/{letter}/{language}"


def said(number=0, **words):
    return {"number": number, "subject": "", "opening": "", "closing": ""} | words


def test_an_offices_words_stand_in_its_letters_and_in_those_below(app, root, signed_in):
    enrolment = enrolled(an_event("专利讲座", organization=a_city_office()))

    signed_in(root).post(page(), data=said(subject="{{主办单位}}：{{活动名称}}", opening="{{姓名}}，欢迎来{{地点}}。",
                                           closing="请带身份证。"))
    letter = letters.confirmation(enrolment, AS_OF)

    assert letter.subject == "成都市市场监督管理局：专利讲座"
    assert letter.text.splitlines()[0] == "{{name}}，欢迎来天府新区会议中心。"
    assert ("请带身份证。" in letter.text, "请带身份证。" in letter.html, letter.wording) == (
        True, True, f"{an_office().id}-1")


def test_the_nearest_office_has_the_word_until_it_hands_it_back(app):
    def word(office, number, subject):
        LetterWording.word(office, "signup.confirmation", "zh", AS_OF, subject=subject, opening="", closing="",
                           after=number)
        return wording_of(a_city_office(), "signup.confirmation", "zh").subject

    assert [word(an_office(), 0, "省"), word(a_city_office(), 0, "市"), word(a_city_office(), 1, "")] == [
        "省", "市", "省"]


def test_a_place_that_nobody_knows_is_refused_and_the_words_are_kept(app, root, signed_in):
    answer = signed_in(root).post(page(), data=said(opening="{{身份证号}}您好"))

    assert (answer.status_code, "不认识{{身份证号}}。可以用的有：{{活动名称}}" in answer.text) == (422, True)
    assert "{{身份证号}}您好</textarea>" in answer.text
    assert db.session.query(LetterWording).count() == 0


@pytest.mark.parametrize("opening", ["{{活动名称，您好", "活动名称}}，您好", "{{活动名称}您好"])
def test_a_place_that_is_not_closed_is_refused_and_the_words_are_kept(app, root, signed_in, opening):
    answer = signed_in(root).post(page(), data=said(opening=opening))

    assert (answer.status_code, "的括号不成对，请写成 {{活动名称}} 这样。" in answer.text) == (422, True)
    assert f"{opening}</textarea>" in answer.text
    assert db.session.query(LetterWording).count() == 0


@pytest.mark.parametrize("letter", [
    "signup.confirmation", "signup.changed", "signup.cancelled", "reminders.reminder", "reminders.thanks"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_seen_with_a_real_readers_letter_his_name_masked(app, root, signed_in, letter, language):
    enrolled(an_event("专利讲座"), "李娜")

    answer = signed_in(root).post(page(letter=letter, language=language), data=said(
        opening="Dear {{姓名}}", do="look"))

    [words] = re.findall(r'(?s)<pre class="letter-words">(.*?)</pre>', answer.text)
    assert (answer.status_code, "Dear 李**" in words, "李娜" in answer.text) == (200, True, False)
    assert db.session.query(LetterWording).count() == 0


def test_it_is_tried_on_oneself_alone(app, root, signed_in):
    enrolled(an_event("专利讲座"), "李娜")

    signed_in(root).post(page(), data=said(subject="试试", do="try"))

    assert [(one.address, one.letter, one.content.subject) for one in ledger()] == [
        ("root@example.org", "outbox.trial", "试试")]


def test_who_saves_over_somebody_elses_words_is_told(app, root, signed_in):
    browser = signed_in(root)
    browser.post(page(), data=said(subject="先"))

    answer = browser.post(page(), data=said(subject="后"))

    assert (answer.status_code, [one.subject for one in db.session.query(LetterWording)]) == (409, ["先"])


def test_a_sign_typed_into_a_title_stays_words(app):
    enrolment = enrolled(an_event("讲座{{姓名}}"))
    LetterWording.word(an_office(), "signup.confirmation", "zh", AS_OF, subject="{{活动名称}}", opening="",
                       closing="", after=0)

    assert letters.confirmation(enrolment, AS_OF).subject == "讲座{ {姓名}}"


def test_a_stranger_writes_nobodys_letters(app, signed_in):
    stranger = a_person("Fang", Role.ADMINISTRATOR, wang().organization)
    city = a_city_office()
    browser = signed_in(stranger)

    assert [browser.get(page(city)).status_code, browser.post(page(city), data=said(subject="x")).status_code] == [
        404, 404]


@pytest.mark.parametrize(("letter", "news", "language", "last_news"), [
    (letters.CHANGED, letters.News.MOVED, "zh", "现在时间："),
    (letters.CHANGED, letters.News.MOVED, "en", "New time: "),
    (letters.CHANGED, letters.News.PLACE, "zh", "时间不变："),
    (letters.CHANGED, letters.News.POSTPONED, "zh", "待定"),
    (letters.CANCELLED, letters.News.CANCELLED, "zh", "活动已取消"),
    (letters.CANCELLED, letters.News.UNPUBLISHED, "en", "withdrawn")])
def test_the_opening_of_a_change_stands_right_after_what_is_new_and_before_the_rest(
        app, letter, news, language, last_news):
    event = an_event("专利讲座", contact="028-1234")
    LetterWording.word(an_office(), letter, language, AS_OF, subject="", opening="OPENING", closing="", after=0)

    made = letters.of_change(event, news, letters.Schedule.of(event.facts(), event.zone), language)

    for words, ticket in ((made.text, "{{ticket_url}}"), (made.html.partition("</h1>")[2], '"{{ticket_url}}"')):
        places = [words.find(one) for one in (last_news, "OPENING", "{{name}}", ticket)]
        assert (places == sorted(places), min(places) >= 0, words.count("OPENING")) == (True, True, 1)

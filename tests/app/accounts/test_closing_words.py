"""What an office says under each letter to participants."""

from datetime import timedelta

import pytest

from app.accounts.models import Role
from app.accounts.settings import BadSetting, OfficeSettings, settings_of
from app.db import db
from app.reminders import letters as reminding
from app.signup import letters
from tests.app.accounts.test_settings_pages import address, administrator, hint
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, an_event, an_office, wang
from tests.letters import enrolled

WORDS = "来时请带身份证。\n停车场在<北门>。"


def test_an_office_writes_them_and_those_below_inherit_them(app, signed_in):
    browser = signed_in(administrator())

    page = browser.get(address(an_office())).text
    answer = browser.post(address(an_office()), data={"version": "0", "closing": WORDS.replace("\n", "\r\n")})

    assert (answer.status_code, settings_of(a_city_office()).closing) == (302, WORDS)
    assert hint(page, "closing").endswith("不填就不写。")
    assert f'href="/console/reports/template?office={an_office().id}"' in page


def test_they_stand_under_every_letter_to_participants_as_plain_words(app):
    OfficeSettings.of(an_office()).change(AS_OF, closing=WORDS)
    event = an_event("讲座", organization=a_city_office(), takes_enrolments=True,
                     starts_at=AS_OF + timedelta(days=5))
    enrolment = enrolled(event)
    db.session.commit()

    made = [letters.confirmation(enrolment, AS_OF), letters.withdrawn(enrolment, AS_OF, is_last=False),
            reminding.reminder(event, "zh")]

    assert [WORDS in one.text for one in made] == [True] * 3
    assert ["<p>停车场在&lt;北门&gt;。</p>" in one.html for one in made] == [True] * 3


def test_an_office_beside_writes_other_words_and_a_stranger_none(app, signed_in):
    OfficeSettings.of(a_city_office()).change(AS_OF, closing=WORDS)
    db.session.commit()

    answers = [signed_in(wang()).post(address(a_city_office()), data={"version": "1", "closing": "别的"}),
               signed_in(a_person("Mian", Role.ADMINISTRATOR, a_city_office("绵阳"))).post(
                   address(a_city_office()), data={"version": "1", "closing": "别的"})]

    assert [one.status_code for one in answers] == [403, 404]
    assert [settings_of(a_city_office(city)).closing for city in ("成都", "绵阳")] == [WORDS, ""]


def test_too_many_words_are_refused_and_kept_in_the_form(app, signed_in):
    answer = signed_in(administrator()).post(address(an_office()), data={"version": "0", "closing": "字" * 301})

    assert (answer.status_code, "字" * 301 in answer.text, settings_of(an_office()).closing) == (422, True, "")
    with pytest.raises(BadSetting):
        OfficeSettings.of(an_office()).change(AS_OF, closing="字" * 301)

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from sqlalchemy import select

from app.db import db
from app.outbox.letter import filled
from app.outbox.models import Delivery
from app.signup import letters, links, mailbox
from app.signup.enrolling import enrol
from tests.conftest import AS_OF
from tests.factories import an_event


@pytest.fixture
def event(app):
    return an_event("蜀光讲坛第一期", takes_enrolments=True, starts_at=datetime(2026, 4, 20, 6, 30, tzinfo=UTC))


def li(event, **changes):
    return enrol(event, **({"name": "李老师", "email": "li@example.org", "as_of": AS_OF} | changes))


def delivery(letter):
    return db.session.scalars(select(Delivery).where(Delivery.letter == letter).order_by(Delivery.id.desc())).first()


def test_a_confirmation_says_when_where_and_how_to_cancel(event):
    enrolment = li(event)

    letter = letters.confirmation(enrolment, AS_OF)

    assert letter.subject == "报名成功：4月20日 周一 14:30，蜀光讲坛第一期"
    assert filled(letter.text, letters.fields_of([enrolment])) == f"""李老师，您好，报名成功，名额已为您留好。

蜀光讲坛第一期
时间：2026年4月20日（周一）14:30–16:30 北京时间
地点：天府新区会议中心
活动页面：http://wujin.test/events/{event.id}

查看报名凭证：http://wujin.test/t/{enrolment.token}
来不了，请取消报名：http://wujin.test/t/{enrolment.token}/withdrawal

附上日历条目，打开即可加到日历；活动前会再提醒您。
我的全部报名，也可以整个放进手机日历：{mailbox.address_of(enrolment)}

--
五进 Wujin · 省知识产权促进中心
您收到这封信，是因为有人用这个邮箱报名了上述活动。不是您本人？打开凭证即可取消。
"""


def test_a_confirmation_invites_exactly_the_one_it_goes_to(event):
    letter = letters.confirmation(li(event), AS_OF)

    invitation = icalendar.Calendar.from_ical(letter.calendar)
    entry = invitation.walk("VEVENT")[0]
    assert (letter.calendar_method, invitation["METHOD"], entry["UID"], entry["SEQUENCE"], entry["ATTENDEE"]) == (
        "REQUEST", "REQUEST", event.ical_uid, event.sequence, "mailto:li@example.org")
    assert (entry["ATTENDEE"].params["PARTSTAT"], entry["ATTENDEE"].params["RSVP"]) == ("ACCEPTED", "FALSE")


def test_no_token_stands_in_the_calendar_part(event):
    enrolment = li(event)

    assert enrolment.token.encode() not in letters.confirmation(enrolment, AS_OF).calendar.replace(b"\r\n ", b"")


def test_a_confirmation_has_a_ticket_and_stands_under_its_event(event):
    enrolment = li(event)
    db.session.commit()

    posted = delivery("signup.confirmation")
    late = links.of_letter(posted, AS_OF)
    assert (posted.address, posted.about, late["ticket_url"], posted.useful_until) == (
        "li@example.org", f"event:{event.id}", f"http://wujin.test/t/{enrolment.token}", event.ends_at)
    assert posted.fields == {"enrolments": str(enrolment.id)}


@pytest.mark.feeds(34)
def test_the_calendar_drops_the_event_only_with_the_last_enrolment_of_a_mailbox(event):
    first, second = li(event), li(event, name="王老师")
    db.session.commit()
    methods = []
    for enrolment in (first, second):
        enrolment.withdraw(AS_OF + timedelta(minutes=1))
        db.session.commit()
        methods.append(delivery("signup.withdrawn").content.calendar_method)

    assert methods == ["", "CANCEL"]


def test_a_confirmation_that_has_not_left_is_taken_back_with_the_enrolment(event):
    li(event).withdraw(AS_OF + timedelta(minutes=1))
    db.session.commit()

    assert [one.letter for one in db.session.scalars(Delivery.waiting())] == ["signup.withdrawn"]


def test_markup_in_a_title_is_text_in_the_html_and_itself_in_the_text(app):
    letter = letters.confirmation(li(an_event("<b>讲座</b> & 沙龙", takes_enrolments=True)), AS_OF)

    assert "<b>讲座</b>" not in letter.html and "&lt;b&gt;讲座&lt;/b&gt; &amp; 沙龙" in letter.html
    assert letter.text.splitlines()[2] == "<b>讲座</b> & 沙龙"


def test_a_name_of_two_lines_cannot_add_one_to_the_letter(event):
    enrolment = li(event)
    enrolment.name = "李\r\nBcc: wang@example.org"

    assert letters.fields_of([enrolment])["name"] == "李 Bcc: wang@example.org"

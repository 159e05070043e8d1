"""A letter as bytes: read back with the standard library's parser."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from app.outbox.letter import Letter
from app.outbox.message import Prepared, Unsendable, envelope, message_id
from app.outbox.models import Delivery, LetterContent
from tests.conftest import AS_OF
from tests.letters import a_letter

CALENDAR = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


def sent(letter: Letter, *, name: str = "李娜", sender: str = "五进 <wujin@office.test>",
         **fields: str) -> EmailMessage:
    delivery = Delivery(id=7, cause="test:7", address="li@example.org", name=name, fields=fields,
                        message_id="<abc@wujin.test>")
    raw = Prepared.of(LetterContent.of(letter)).to(delivery, sender=sender, at=AS_OF)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    return message_from_bytes(raw, policy=policy.default)


def body(message: EmailMessage, kind: str) -> str:
    return next(part.get_content() for part in message.walk() if part.get_content_type() == kind)


def test_a_letter_without_a_calendar_is_text_and_html():
    message = sent(a_letter())

    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "text/html"]
    assert body(message, "text/plain") == "李娜，您好。"


def test_a_calendar_is_the_last_alternative_and_the_same_bytes_are_attached():
    message = sent(a_letter(calendar=CALENDAR, method="request"))
    parts = list(message.walk())

    assert [part.get_content_type() for part in parts] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics"]
    assert parts[4].get_param("method") == "REQUEST"
    assert parts[4].get_content_disposition() is None
    assert parts[5].get_content_disposition() == "attachment"
    assert parts[4].get_payload(decode=True) == parts[5].get_payload(decode=True) == CALENDAR


def test_headers_name_sender_recipient_subject_date_and_that_no_person_wrote_it():
    message = sent(a_letter("关于知识产权讲座改期到下周三下午两点并更换会场的通知，请各参训单位知悉"))

    assert message["From"] == "五进 <wujin@office.test>"
    assert message["To"] == "李娜 <li@example.org>"
    assert message["Subject"] == "关于知识产权讲座改期到下周三下午两点并更换会场的通知，请各参训单位知悉"
    assert message["Date"] == "Mon, 02 Mar 2026 01:00:00 +0000"
    assert message["Message-ID"] == "<abc@wujin.test>"
    assert message["Auto-Submitted"] == "auto-generated"


def test_no_line_of_a_header_is_longer_than_a_mail_server_takes():
    delivery = Delivery(id=7, cause="c", address="li@example.org", name="李" * 60, fields={}, message_id="<a@b>")
    raw = Prepared.of(LetterContent.of(a_letter("讲" * 200))).to(delivery, sender="五进 <w@office.test>", at=AS_OF)

    assert max(len(line) for line in raw.split(b"\r\n")) <= 78


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x00", "\u2028", "\x85"])
def test_nothing_in_a_title_or_name_makes_a_header(end):
    message = sent(a_letter(f"讲座{end}Bcc: wang@example.org"), name=f"Li{end}Bcc: wang@example.org")

    assert message["Bcc"] is None
    assert message["Subject"] == "讲座 Bcc: wang@example.org"
    assert message["To"].addresses[0].addr_spec == "li@example.org"


@pytest.mark.parametrize("address", [
    "li@example.org\r\nRCPT TO:<wang@example.org>", "li@example.org>", "li wang@example.org", "li", "@example.org",
    "li@", "a,b@example.org", "李@example.org", "li@example.org\n", ""])
def test_an_address_that_could_end_a_command_is_not_told_to_a_server(address):
    with pytest.raises(Unsendable):
        envelope(address)


def test_a_domain_in_chinese_is_told_in_ascii():
    assert envelope("li@例子.中国") == "li@xn--fsqu00a.xn--fiqs8s"


def test_a_name_is_text_in_html_and_never_markup():
    message = sent(a_letter(), name='<img src=x onerror="1">')

    assert body(message, "text/html") == (
        "<html><head></head><body><p>&lt;img src=x onerror=&#34;1&#34;&gt;，您好。</p></body></html>")
    assert body(message, "text/plain") == '<img src=x onerror="1">，您好。'


def test_ticket_links_are_links_in_html_and_lines_in_text():
    letter = a_letter(text="{{ticket_links}}", html="<p>{{ticket_links}}</p>")
    message = sent(letter, ticket_links="Li: http://wujin.test/t/a\nHe: http://wujin.test/t/b")

    assert body(message, "text/plain") == "Li: http://wujin.test/t/a\nHe: http://wujin.test/t/b"
    assert body(message, "text/html") == (
        '<html><head></head><body><p>Li: <a href="http://wujin.test/t/a" style="color: #1d4f9e">http://wujin.test/t/a</a><br>'
        'He: <a href="http://wujin.test/t/b" style="color: #1d4f9e">http://wujin.test/t/b</a></p></body></html>')


def test_styles_stand_on_the_elements_where_mail_programs_look_for_them():
    message = sent(a_letter(html="<html><head><style>p{color:red}</style></head><body><p>x</p></body></html>"))

    assert body(message, "text/html") == '<html><head></head><body><p style="color: red;">x</p></body></html>'


def test_a_message_id_is_the_same_at_each_try_and_another_for_another_letter():
    one, other = (Delivery(id=id, cause="c", address="li@example.org") for id in (1, 2))

    assert message_id(one, "key", "wujin.test") == message_id(one, "key", "wujin.test")
    assert message_id(one, "key", "wujin.test") != message_id(other, "key", "wujin.test")
    assert message_id(one, "key", "wujin.test").endswith("@wujin.test>")

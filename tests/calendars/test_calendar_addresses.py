import pytest

from calendars.errors import UnusableMailbox, UnusableUri
from calendars.uris import MEETING, absolute, mailto


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("https://x.example/events/1", "https://x.example/events/1"),
        (
            "https://x.example/活动/1?q=川 a#顶",
            "https://x.example/%E6%B4%BB%E5%8A%A8/1?q=%E5%B7%9D%20a#%E9%A1%B6",
        ),
        ("https://x.example/%E6%B4%BB?a=100%", "https://x.example/%E6%B4%BB?a=100%25"),
        ("https://例子.中国/a", "https://xn--fsqu00a.xn--fiqs8s/a"),
        ("http://127.0.0.1:8000/events/1", "http://127.0.0.1:8000/events/1"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ('https://x.example/"a"\\<b>', "https://x.example/%22a%22%5C%3Cb%3E"),
        ("https://x.example/a\r\nX-EVIL:1", "https://x.example/aX-EVIL:1"),
    ],
)
def test_a_link_is_written_in_ascii(address, written):
    assert absolute(address) == written


@pytest.mark.parametrize(
    "address",
    ["", "/events/1", "events", "javascript:alert(1)", "https:///a", "ftp://x.example/", "https://[x/"],
)
def test_what_no_reader_should_follow_is_refused(address):
    with pytest.raises(UnusableUri):
        absolute(address)


def test_a_meeting_may_be_a_telephone_number_and_a_page_may_not():
    assert absolute("tel:+86-28-00000000", MEETING) == "tel:+86-28-00000000"
    with pytest.raises(UnusableUri):
        absolute("tel:+86-28-00000000")


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("li@example.org", "mailto:li@example.org"),
        ("o'neil+rsvp=1@example.org", "mailto:o'neil+rsvp=1@example.org"),
        ("a?b&c%@example.org", "mailto:a%3Fb%26c%25@example.org"),
        ("李@example.org", "mailto:%E6%9D%8E@example.org"),
    ],
)
def test_a_mailbox_is_written_as_it_stands_in_the_letter(address, written):
    assert mailto(address) == written


@pytest.mark.parametrize(
    "address", ["", "li", "li@", "@x", "a b@x.example", "li@x.example\r\nBcc: w@x", "a@b@c", "<a@b>"]
)
def test_what_is_no_mailbox_is_refused(address):
    with pytest.raises(UnusableMailbox):
        mailto(address)

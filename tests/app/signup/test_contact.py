import pytest

from app.signup.contact import BadContact, Contact, masked


@pytest.mark.parametrize(("written", "key"), [
    ("Li@Example.ORG", "li@example.org"),
    ("li@例子.中国", "li@xn--fsqu00a.xn--fiqs8s"),
    ("138 0000 1234", "13800001234"),
    ("+86 138-0000-1234", "13800001234"),
    ("0086 13800001234", "13800001234"),
    ("１３８００００１２３４", "13800001234"),
])
def test_two_ways_of_writing_it_are_one_contact(app, written, key):
    assert Contact.read(written).key == key


@pytest.mark.parametrize("written", [
    "li@example.org\nBcc: wang@example.org", "li@example", "@example.org", "李@example.org",
    "li@example.org,wang@x.cn", "12800001234", "1380000123", "138000012345", "+1 13800001234", "电话",
    "li＠example.org",
])
def test_what_no_letter_or_call_can_reach_is_refused(app, written):
    with pytest.raises(BadContact):
        Contact.read(written)


def test_a_masked_contact_is_recognised_but_cannot_be_written_to():
    assert [masked("13812341234"), masked("liming@example.org")] == ["138****1234", "li***@example.org"]

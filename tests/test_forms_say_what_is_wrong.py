"""Small sentences on pages that were beside the point: what is wrong, and where."""

import io
import re

import pytest

from app.accounts.models import Role
from app.db import db
from tests.factories import a_person, an_office, chen


def uploaded(browser, name, content):
    return browser.post("/console/admin/staff/import", data={"sheet": (io.BytesIO(content), name)},
                        content_type="multipart/form-data")


@pytest.mark.parametrize(("name", "content", "status"), [
    ("fake.xlsx", "这是一段文字".encode(), 422), ("FAKE.XLS", b"hello,world", 422),
    ("real.csv", "姓名,单位\n".encode(), 302)])
def test_text_under_the_name_of_a_workbook_is_told_to_be_none(signed_in, name, content, status):
    desk = signed_in(a_person("Guan", Role.ADMINISTRATOR, an_office()))

    answer = uploaded(desk, name, content)

    assert (answer.status_code, "这不是 Excel 文件" in answer.text) == (status, status == 422)


@pytest.mark.parametrize(("address", "sentence"), [
    ("/", "本月还没有活动"), ("/?view=list", "还没有活动"), ("/?kind=lecture", "没有符合条件的活动")])
def test_an_empty_calendar_speaks_of_a_filter_only_where_there_is_one(app, address, sentence):
    an_office()
    db.session.commit()

    page = app.test_client().get(address).text

    assert re.search(r'<div class="empty">.*?<h2>(.*?)</h2>', page, re.S)[1] == sentence


def test_mistakes_in_an_event_are_listed_as_the_page_has_them(signed_in):
    answer = signed_in(chen()).post("/console/events", data={"capacity": "0"})

    listed = re.findall(r'<li><a href="#([a-z_]+)">', answer.text)
    onpage = re.findall(r'\bid="([a-z_]+)"', answer.text)

    assert (len(listed) > 3, listed) == (True, [one for one in onpage if one in listed])

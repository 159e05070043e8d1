"""One calendar of each kind, alike on any day; run as a module it writes the golden files anew."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from calendars.entry import Alarm, Entry, Status, render_entry
from calendars.feed import FeedHeader, render_feed, render_single
from calendars.invitation import Mailbox, render_cancel, render_request

GOLDEN = Path(__file__).parent / "golden"
PRODUCT_ID = "-//Wujin//Wujin//ZH"
OFFICE = Mailbox("events@office.example.org", "四川省知识产权服务促进中心")
LI = Mailbox("li@example.org", "Li, Attends")


def an_entry(**changes) -> Entry:
    facts = {
        "uid": "5f0c3ac2e2f94c39@wujin.example.org",
        "sequence": 0,
        "stamp": datetime(2026, 3, 20, 1, 30, tzinfo=UTC),
        "created": datetime(2026, 3, 1, 2, tzinfo=UTC),
        "starts": datetime(2026, 4, 20, 6, 30, tzinfo=UTC),
        "ends": datetime(2026, 4, 20, 8, 30, tzinfo=UTC),
        "summary": "蜀光讲坛第一期:专利, 商标; 地理标志",
    }
    return Entry(**(facts | changes))


def a_header(**changes) -> FeedHeader:
    facts = {
        "title": "知识产权“五进”活动, 成都市",
        "description": "成都市的全部活动\n2025年3月至2027年10月",
        "source": "https://wujin.example.org/calendar.ics?region=成都市",
        "product_id": PRODUCT_ID,
        "color": "steelblue",
        "language": "zh-CN",
    }
    return FeedHeader(**(facts | changes))


def a_feed(*entries: Entry, **header) -> bytes:
    zones = [entry.zone for entry in entries]
    return b"".join(render_feed(a_header(**header), map(render_entry, entries), zones))


LECTURE = an_entry(
    description="主讲:专利审查与布局\n请带身份证;座位有限, 先到先得。\n\n路径 C:\\讲义",
    location="四川省图书馆, 成都市青羊区人民西路4号",
    url="https://wujin.example.org/events/12",
    contact="活动联系人 028-00000000",
    categories=("进单位", "讲座", "I2.1", "成都市"),
    geo=(30.6586, 104.0647),
)
WEEK = an_entry(
    uid="week@wujin.example.org",
    starts=date(2026, 4, 20),
    ends=date(2026, 4, 26),
    summary="2026年全国知识产权宣传周",
    categories=("进社区", "宣传周"),
    is_transparent=True,
)
WEEK_ITEM = an_entry(
    uid="week-item@wujin.example.org",
    starts=datetime(2026, 4, 22, 1, tzinfo=UTC),
    ends=datetime(2026, 4, 22, 3, tzinfo=UTC),
    summary="宣传周启动仪式",
    related_to=("week@wujin.example.org",),
)
CANCELLED = an_entry(sequence=3, summary="【已取消】蜀光讲坛第一期", status=Status.CANCELLED)
POSTPONED = an_entry(
    sequence=2,
    summary="【延期】版权征文决赛",
    status=Status.TENTATIVE,
    is_transparent=True,
    alarms=(Alarm(timedelta(hours=1), "版权征文决赛"),),
)
ONLINE = an_entry(
    summary="知识产权远程教育公开课",
    description="入会链接 https://meeting.example.com/j/123",
    location="https://meeting.example.com/j/123",
    conference="https://meeting.example.com/j/123",
)
SESSION = an_entry(
    uid="session-2@wujin.example.org",
    summary="强企培育工程培训班 第2课:专利导航",
    starts=datetime(2026, 5, 12, 1, tzinfo=UTC),
    ends=datetime(2026, 5, 12, 4, tzinfo=UTC),
    related_to=("class@wujin.example.org",),
    categories=("进企业", "培训班"),
    alarms=(Alarm(timedelta(days=1), "明天上课"), Alarm(timedelta(hours=1), "一小时后上课")),
)

CALENDARS = {
    "lecture": a_feed(LECTURE),
    "campaign": a_feed(WEEK, WEEK_ITEM),
    "cancelled": a_feed(CANCELLED),
    "postponed": a_feed(POSTPONED),
    "online": a_feed(ONLINE),
    "session": render_single(PRODUCT_ID, SESSION),
    "empty": a_feed(),
    "request": render_request(LECTURE, OFFICE, LI, PRODUCT_ID),
    "cancel": render_cancel(CANCELLED, OFFICE, LI, PRODUCT_ID),
}

if __name__ == "__main__":
    for name, calendar in CALENDARS.items():
        (GOLDEN / f"{name}.ics").write_bytes(calendar)

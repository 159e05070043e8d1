import csv

import pytest

from app.plans.importing import SAMPLE
from app.plans.target import Target
from app.plans.wording import Comparison, Counting, Per, Period, find, read

EXACT, RANGE, ABOUT = Comparison.EXACT, Comparison.RANGE, Comparison.ABOUT
AT_LEAST, MORE_THAN = Comparison.AT_LEAST, Comparison.MORE_THAN


def _said(one):
    return one and (one.comparison, one.minimum, one.maximum, one.unit)


@pytest.mark.parametrize(("wording", "said"), [
    ("1-2个", (RANGE, 1, 2, "个")), ("1至2期", (RANGE, 1, 2, "期")), ("1—2", (RANGE, 1, 2, "")),
    ("1~2", (RANGE, 1, 2, "")), ("１－２期", (RANGE, 1, 2, "期")), ("一至两期", (RANGE, 1, 2, "期")),
    ("1个-2个", (RANGE, 1, 2, "个")), ("1或2个", (RANGE, 1, 2, "个")), ("1 - 2 个", (RANGE, 1, 2, "个")),
    ("新增1-2个", (RANGE, 1, 2, "个")), ("新建1-2个", (RANGE, 1, 2, "个")), ("约3-5家", (RANGE, 3, 5, "家")),
    ("3-5万人", (RANGE, 30_000, 50_000, "人")), ("8000-1万人", (RANGE, 8_000, 10_000, "人")),
    ("30所左右", (ABOUT, 30, 30, "所")), ("约30所", (ABOUT, 30, 30, "所")), ("大约30", (ABOUT, 30, 30, "")),
    ("近30所", (ABOUT, 30, 30, "所")), ("三十所左右", (ABOUT, 30, 30, "所")), ("30来所", (ABOUT, 30, 30, "所")),
    ("达到30所左右", (ABOUT, 30, 30, "所")),
    ("30余所", (MORE_THAN, 30, None, "所")), ("二十余场", (MORE_THAN, 20, None, "场")),
    ("1万余人次", (MORE_THAN, 10_000, None, "人次")), ("30余万人", (MORE_THAN, 300_000, None, "人")),
    ("突破30万", (MORE_THAN, 300_000, None, "")), ("超过30万", (MORE_THAN, 300_000, None, "")),
    ("人数突破30万", (MORE_THAN, 300_000, None, "人")), ("不少于50家", (AT_LEAST, 50, None, "家")),
    ("至少3场", (AT_LEAST, 3, None, "场")), ("不低于30场", (AT_LEAST, 30, None, "场")),
    ("50家以上", (AT_LEAST, 50, None, "家")), ("3场及以上", (AT_LEAST, 3, None, "场")),
    ("3场(含)以上", (AT_LEAST, 3, None, "场")), ("累计达到100家", (AT_LEAST, 100, None, "家")),
    ("30万人次", (EXACT, 300_000, 300_000, "人次")), ("3.5万人", (EXACT, 35_000, 35_000, "人")),
    ("3万5千人", (EXACT, 35_000, 35_000, "人")), ("三万半人", (EXACT, 35_000, 35_000, "人")),
    ("1,000人", (EXACT, 1_000, 1_000, "人")), ("1000人", (EXACT, 1_000, 1_000, "人")),
    ("一百人", (EXACT, 100, 100, "人")), ("一百零五人", (EXACT, 105, 105, "人")), ("两期", (EXACT, 2, 2, "期")),
    ("十二场", (EXACT, 12, 12, "场")), ("100个人", (EXACT, 100, 100, "人")), ("30", (EXACT, 30, 30, "")),
    ("签约30家", (EXACT, 30, 30, "家")), ("附近30家", (EXACT, 30, 30, "家")),
    ("高达30家", (AT_LEAST, 30, None, "家")), ("青少年知识产权普及教育基地1个", (EXACT, 1, 1, "个")),
    ("举办两期培训班", (EXACT, 2, 2, "期")), ("制作二十期短视频", (EXACT, 20, 20, "期")),
    ("拍摄三部微电影", (EXACT, 3, 3, "部")), ("编印十册读本", (EXACT, 10, 10, "册")),
])
def test_a_wording_is_read_as_it_is_meant(wording, said):
    assert _said(read(wording)) == said


@pytest.mark.parametrize("wording", [
    "", "若干", "一批", "按需", "持续开展", "2023年", "2023", "2021-2025", "2021-2025年", "4月26日",
    "2023-04-26", "十四五",
    "“十四五”规划", "二十四小时", "第三届", "第1-2期", "五进", "十件大事", "2022年全省知识产权十件大事", "10件大事",
    "21个市(州)", "覆盖21个市（州）", "“我们这十年”", "“三个一批”", "四个意识", "一级学科和二级学院",
    "完成率100%", "100％",
    "百分之三十", "增长3倍", "6个月内", "30个工作日", "3个百分点", "百家企业", "数十家", "十几家", "三五家",
    "三万五", "0个", "007人",
    "1.5个", "1.2.3个", "2-1个", "3个至5家", "前10名", "A4", "第十二期", "每人不少于16学时", "每场50人以上",
    "每周1次", "各地不少于2场",
    "不超过5场", "最多3场", "5场以内", "30人以下", "不足30所", "少于3场", "“最多跑一次”", "减少30所",
    "不再新增3个", "已建成30所",
    "现有30所", "超过1-2个", "3-5家以上", "约30余所", "近三期", "100人才计划", "1,00人", "2023,100人", "12亿人",
    "1234567890123456个", "30所、基地1个", "各市(州)、县(市、区)不少于1场", "各市(州)要高度重视，全年活动不少于100场",
    "2023 3场", "“新时代3个故事”展播", "只进门一次",
    "每市每校1场", "每季度每月1场", "每市举办讲座1场、培训2期", "补贴500元",
    "每市" + "办" * 120 + "3场", "开展16学时培训", "¾个", "٣个", "1" * 500 + "个", "办" * 500 + "3场",
])
def test_what_says_no_number_for_sure_stays_words(wording):
    assert read(wording) is None


@pytest.mark.parametrize(("wording", "per", "period"), [
    ("每市(州)至少1场", Per.CITY, Period.YEAR), ("每个市（州）至少1场", Per.CITY, Period.YEAR),
    ("各市1场", Per.CITY, Period.YEAR), ("21个市(州)各举办1场", Per.CITY, Period.YEAR),
    ("1场/市", Per.CITY, Period.YEAR),
    ("各县(市、区)不少于2场", Per.COUNTY, Period.YEAR), ("每县1场", Per.COUNTY, Period.YEAR),
    ("每个县（市、区）1场", Per.COUNTY, Period.YEAR), ("每校1次", Per.UNIT, Period.YEAR),
    ("每所学校1次", Per.UNIT, Period.YEAR),
    ("每家企业至少1次", Per.UNIT, Period.YEAR), ("每季度1次", Per.TOTAL, Period.QUARTER),
    ("1次/季度", Per.TOTAL, Period.QUARTER), ("每月不少于1期", Per.TOTAL, Period.MONTH),
    ("每半年至少开展一次", Per.TOTAL, Period.HALF), ("累计达到100家", Per.TOTAL, Period.CUMULATIVE),
    ("全年不少于10场", Per.TOTAL, Period.YEAR), ("年内1场", Per.TOTAL, Period.YEAR),
    ("全省每市每季度至少举办1场", Per.CITY, Period.QUARTER), ("各市(州)合计100场", Per.TOTAL, Period.YEAR),
    ("每季度组织专家进社区，开展讲座不少于1次", Per.TOTAL, Period.QUARTER),
])
def test_places_and_times_are_read(wording, per, period):
    understood = read(wording)

    assert (understood.per, understood.period) == (per, period)


@pytest.mark.parametrize(("wording", "counting"), [
    ("100人", Counting.PEOPLE), ("100名", Counting.PEOPLE), ("100位专家", Counting.PEOPLE),
    ("100人次", Counting.ATTENDANCES), ("100场次", Counting.THINGS), ("100家", Counting.THINGS)])
def test_people_count_once_and_attendances_each_time(wording, counting):
    assert read(wording).counting is counting


@pytest.mark.parametrize(("text", "wordings"), [
    ("全年举办讲座100场、培训20期。", ["全年举办讲座100场", "20期"]),
    ("累计举办活动100场，参与人数突破30万人次", ["累计举办活动100场", "突破30万人次"]),
    ("每市（州）举办讲座不少于1场、培训不少于2期", ["每市（州）举办讲座不少于1场"]),
    ("每市1场；全省100场", ["每市1场", "100场"]),
    ("讲座30，200人参加", ["200人"]),
    ("从20家增至30家", ["30家"]),
    ("至少1场，不超过3场", ["至少1场"]),
    ("突破30万。2023年", ["突破30万"]),
    ("1-2", []),
])
def test_running_text_gives_its_targets_in_order(text, wordings):
    assert [one.wording for one in find(text)] == wordings


def test_the_official_clauses_of_the_plan_hold_these_targets_and_no_other():
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        found = [(row["code"], one.wording, *_said(one)) for row in csv.DictReader(file)
                 for one in find(row["official_wording"])]

    assert found == [
        ("E4.1", "新增1-2个", RANGE, 1, 2, "个"),
        ("I2.1", "1-2期", RANGE, 1, 2, "期"),
        ("S1.3", "30所左右", ABOUT, 30, 30, "所"),
        ("S1.3", "1个", EXACT, 1, 1, "个"),
        ("S2.3", "新增2-3所", RANGE, 2, 3, "所"),
        ("S3.1", "新建1-2个", RANGE, 1, 2, "个"),
        ("S3.2", "100人", EXACT, 100, 100, "人"),
        ("N2.2", "新设2-3个", RANGE, 2, 3, "个"),
        ("N2.3", "新建2-3个", RANGE, 2, 3, "个"),
        ("N2.4", "突破30万人", MORE_THAN, 300_000, None, "人"),
    ]


def test_the_stated_targets_of_the_plan_are_read_as_the_sheet_has_them():
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        stated = [(row[f"{which}_wording"], row[f"{which}_comparison"], int(row[f"{which}_min"]),
                   row[f"{which}_unit"])
                  for row in csv.DictReader(file) if row["target_basis"] == "stated"
                  for which in ("target", "second_target") if row[f"{which}_min"]]

    understood = [read(wording) for wording, *_ in stated]

    assert len(stated) == 10
    assert [(one.comparison.value, one.minimum, one.unit) for one in understood] == [tuple(row[1:]) for row in stated]


@pytest.mark.parametrize(("wording", "described"), [
    ("1-2期", "1 到 2 期，达到 1 期即完成"), ("每市至少1场", "每个市（州）至少 1 场"), ("约30所", "约 30 所"),
    ("突破30万人", "多于 300,000 人（同一人只计一次）"), ("1000人次", "1,000 人次（每参加一次计一次）"), ("30", "30"),
    ("每县每季度1次", "每个县（市、区）每季度1 次"), ("累计达到100家", "累计至少 100 家"),
])
def test_what_was_understood_is_said(app, wording, described):
    assert read(wording).describe() == described


def test_what_was_understood_becomes_the_target():
    assert read("每市每季度约30人").target(tolerance=20) == Target(
        ABOUT, 30, 30, "人", 20, Counting.PEOPLE, Per.CITY, Period.QUARTER)

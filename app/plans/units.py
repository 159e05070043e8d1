"""The units of official numbers (“期”, “所”, “人次”) and the words that only begin like one (“次性”, “个月”)."""

from __future__ import annotations

import re

from app.plans.target import Counting

# Unit and the characters after which it is none, longest unit first where one begins another.
_UNITS = {
    "人次": "", "个人": "才工员民信体所大", "人": "才工大民事文力物口数均士类", "名": "单称录牌次", "位": "置于居次",
    "场次": "", "班次": "", "课次": "", "期次": "", "家次": "", "户次": "", "件次": "", "学时": "", "课时": "",
    "个": "月半工小百季星年别体性案", "期": "间限末满货", "场": "地所馆景合面", "所": "有属得在需谓",
    "家": "庭属乡", "次": "性要日年生序品", "项": "目", "件": "套", "班": "级子主列", "门": "户店诊槛",
    "部": "门委分队署级长际", "篇": "幅章", "册": "子", "本": "科级省市地次年月周身土报着单系部", "份": "额子",
    "套": "餐", "批": "次准发复示", "处": "理置于罚长", "支": "持撑付出", "队": "伍员", "组": "织建成合长",
    "节": "日能约目点气假", "堂": "", "讲": "座话解坛述堂师好", "集": "中体群成团聚约", "条": "例件款码",
    "例": "如外行会", "幅": "度", "张": "", "块": "链", "台": "湾账", "户": "外籍", "起": "来步草点到诉",
    "种": "植业子", "类": "似别型", "款": "项", "档": "案次", "座": "谈位", "轮": "", "站": "点", "元": "旦素",
}
_MONEY_AND_HOURS = frozenset({"元", "学时", "课时"})  # a price or a length unless the wording compares
_COUNTING = dict.fromkeys(("人", "名", "位"), Counting.PEOPLE) | {"人次": Counting.ATTENDANCES}
# Places that are counted are the scope of a sentence (“21个市(州)”), not what is asked for.
_SCOPE = re.compile(r"(?:省|市|县|区|州|乡|镇|街道|地市|部门|方面)(?!级|域|场|直|属|监|块)")

UNIT = "|".join(f"{unit}(?![{others}])" if others else unit for unit, others in _UNITS.items())


def counting_of(unit: str) -> Counting:
    return _COUNTING.get(unit, Counting.THINGS)


def is_measure_of_something_else(unit: str, after: str) -> bool:
    """“500元补贴”, “21个市(州)”, “十件大事”: a number that says nothing is to be reached, by what stands after."""
    return unit in _MONEY_AND_HOURS or bool(_SCOPE.match(after)) or after.startswith("大事")

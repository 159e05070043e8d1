"""What leads up to a number, read backwards from it: “力争新增不少于”, “人数突破”, “举办”."""

from __future__ import annotations

from dataclasses import dataclass

from app.plans.target import Comparison


def _words(together: str) -> frozenset[str]:
    return frozenset(together.split())


_LEAST = _words("不少于 不低于 不小于 不得少于 不得低于 不应少于 至少 最少 起码 达到 达 >= ≥")
_MORE = _words("超过 突破 超 逾 多于 大于 高于 >")
_ABOUT = _words("大约 约为 约 大概 将近 接近 近")
_MARKS = (dict.fromkeys(_LEAST, Comparison.AT_LEAST) | dict.fromkeys(_MORE, Comparison.MORE_THAN)
          | dict.fromkeys(_ABOUT, Comparison.ABOUT))
_CEILINGS = _words("不超过 不得超过 不能超过 不应超过 不突破 不多于 不得多于 不高于 不得高于 不大于 至多 最多 "
                   "少于 低于 小于 不足 不到 不满 未满 控制在 <= ≤ < 减少 压减 取消 撤销")
_THERE_ALREADY = _words("已 已有 现有 原有")
_NEW = _words("新增 新建 新设")  # said with the number: “新增1-2个”
_MAKING = _NEW | _words("举办 召开 培育 推荐 建成 组建 遴选 评选 发布 印发 完成 建立 设立 创建 打造 "
                          "制作 拍摄 录制 编写 编印 推出 出版 举行 开设 开办")
_PASSED_OVER = _words("开展 组织 培训 力争 确保 争取 累计 全年 年内 合计 总计 一共 共 各 要 应 须 需 将 均 再 为") | {
    " "}
_WORDS = sorted({*_MARKS, *_CEILINGS, *_THERE_ALREADY, *_MAKING, *_PASSED_OVER}, key=lambda word: (-len(word), word))
_BY_END = {end: tuple(word for word in _WORDS if word[-1] == end) for end in {word[-1] for word in _WORDS}}
_LONGEST_WALK = 12  # words
# Characters after which a mark is the end of another word: “签约”, “附近”, “传达”.
_ENDS_ANOTHER = {"约": "签预节合履制公条契邀违特", "近": "附最邻临靠亲", "超": "赶高反", "达": "下表传转直发通抵到"}
_NOT = tuple("不未没非勿")


@dataclass(frozen=True, slots=True)
class Lead:
    """`start`: where the words that belong to the number begin; `reach`: where all understood ones do."""

    marks: frozenset[Comparison]
    is_no_target: bool  # a ceiling, a denial, or what is there already
    is_making: bool
    nearest: str
    subject: str  # “人” or “人次” of “人数突破30万”
    start: int
    reach: int


def lead_of(sentence: str, since: int, number_at: int) -> Lead:
    """The words directly before the number, at most twelve and none before `since`."""
    said: list[str] = []
    start = reach = number_at
    while len(said) < _LONGEST_WALK and (word := _last_word(sentence, since, reach)):
        said.append(word)
        reach -= len(word)
        if word in _MARKS or word in _NEW:
            start = reach
    before = sentence[since:reach]
    return Lead(
        marks=frozenset(_MARKS[word] for word in said if word in _MARKS),
        is_no_target=not (_CEILINGS | _THERE_ALREADY).isdisjoint(said) or before.endswith(_NOT),
        is_making=not _MAKING.isdisjoint(said), nearest=next((word for word in said if word != " "), ""),
        subject="人次" if before.endswith("人次") else "人" if before.endswith("人数") else "",
        start=start, reach=reach)


def _last_word(sentence: str, since: int, end: int) -> str:
    if end <= since:
        return ""
    for word in _BY_END.get(sentence[end - 1], ()):
        start = end - len(word)
        if start >= since and sentence.startswith(word, start):
            return "" if start and sentence[start - 1] in _ENDS_ANOTHER.get(word, "") else word
    return ""

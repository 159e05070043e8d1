"""Our reading of how a task is delivered, from its words; a planner may say otherwise."""

from __future__ import annotations

import re

from app.plans.models import DeliveredBy

# Kinds as `events` calls them; the first whose word stands in the task is suggested.
KINDS = (
    ("competition", "竞赛|大赛|比赛|征文"), ("campaign", "宣传周|宣传月|知识产权日|系列活动|主题活动"),
    ("press", "发布会|白皮书"), ("training", "培训班|研讨班|培训|集训|研修"),
    ("lecture", "讲座|讲坛|宣讲|解读|课堂|报告会"),
    ("visit", "走访|入企|上门|指导|服务团|观摩"), ("meeting", "推进会|座谈|会议|召开"),
    ("media", "专栏|视频|媒体|宣传"),
)
_BY_EVENTS = re.compile("|".join(words for _kind, words in KINDS) + "|举办|开展.{0,12}活动")
_OTHERWISE = re.compile("新增|新建|新设|建设|创建|组建|推荐|申报|认定|纳入|完善|制定|出台|落实|支持")


def event_kind(words: str) -> str:
    """A kind of event for the form; empty where no word tells."""
    return next((kind for kind, pattern in KINDS if re.search(pattern, words)), "")


def delivered_by(words: str) -> DeliveredBy:
    by_events, otherwise = _BY_EVENTS.search(words), _OTHERWISE.search(words)
    if by_events and otherwise:
        return DeliveredBy.BOTH
    return DeliveredBy.MILESTONES if otherwise else DeliveredBy.EVENTS

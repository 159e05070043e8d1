"""What is said, before anything is asked, about the use of personal data; kept as it was shown."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.db import db
from app.signup.models import ConsentText

KEPT_DAYS = 180
SIGNUP, GUARDIAN, FOLLOW = "signup", "guardian", "follow"

# Not in the catalogue: what people agreed to must not change with a translation.
WORDS = {
    SIGNUP: {
        "zh": (
            "用途：为这次活动安排名额、发送确认和变更通知、签到。不作他用，不提供给第三方。\n"
            "收集：姓名、一种联系方式（手机号或邮箱）、单位（选填）。\n"
            "保存：活动结束后 {days} 天内删除或匿名处理，只留人数。\n"
            "您的权利：凭报名凭证页随时查看、下载、更正或删除您的信息；取消报名就是撤回同意。"
        ),
        "en": (
            "Purpose: to keep you a place at this event, to confirm it, to tell you of changes and to check you in. "
            "Nothing else, and nobody else gets it.\n"
            "What we keep: your name, one way to reach you (mobile number or e-mail) and, if you like, where you "
            "work.\n"
            "How long: within {days} days after the event it is deleted or made anonymous; only the count stays.\n"
            "Your rights: on your ticket page you can see, download, correct or delete your data at any time; "
            "cancelling takes your consent back."
        ),
    },
    FOLLOW: {
        "zh": (
            "用途：把您选的那部分活动的新增、改期、取消用邮件告诉您。不作他用，不提供给第三方。\n"
            "收集：邮箱、所选范围、多久一封和语言；不收集姓名。\n"
            "保存：7 天内没有点信里的确认，就删除；确认以后，到您停止关注为止。\n"
            "全部停止满 30 天自动删除，也可以马上删除。\n"
            "您的权利：每封信里都有链接，随时查看、下载、更改、停止或删除；停止关注就是撤回同意。"
        ),
        "en": (
            "Purpose: to tell you by e-mail of new, moved and cancelled events in the part of the calendar you "
            "chose. Nothing else, and nobody else gets it.\n"
            "What we keep: your e-mail address, what you chose, how often and in which language; no name.\n"
            "How long: unless you confirm by the link in the letter, it is deleted within 7 days; afterwards until "
            "you stop following. 30 days after you stopped everything it is deleted, or at once if you like.\n"
            "Your rights: each letter has a link by which you can see, download, change, stop or delete it at any "
            "time; to stop takes your consent back."
        ),
    },
    GUARDIAN: {
        "zh": (
            "未满14周岁孩子的个人信息是敏感个人信息，要由父母或其他监护人单独同意。\n"
            "收集：孩子的姓名、学校或单位（选填），监护人的姓名和一种联系方式。不收集孩子的证件号码、住址、照片和健康信息。\n"
            "为什么需要：要有孩子的姓名才能留名额和签到；要能联系到监护人，才能通知变更。\n"
            "对孩子的影响：只有主办这次活动的工作人员能看到姓名；不公开名单，不作他用，不提供给第三方。\n"
            "保存：活动结束后 {days} 天内删除姓名和联系方式，只留人数。\n"
            "您的权利：凭报名凭证页随时查看、下载、更正或删除孩子和您的信息；取消报名就是撤回同意。"
        ),
        "en": (
            "Data of children under 14 are sensitive: a parent or another guardian has to agree to them separately.\n"
            "What we keep: the child's name and, if you like, its school; the guardian's name and one way to reach "
            "the guardian. No identity number, address, photo or health data of the child.\n"
            "Why it is needed: without the child's name there is no place and no check-in; without a way to reach "
            "the guardian nobody can be told of changes.\n"
            "What it means for the child: only staff who run this event see the name; the list is not published, "
            "serves nothing else, and nobody else gets it.\n"
            "How long: within {days} days after the event names and contacts are deleted; only the count stays.\n"
            "Your rights: on the ticket page you can see, download, correct or delete the child's data and yours at "
            "any time; cancelling takes your consent back."
        ),
    },
}


def words(language: str, kept_days: int = KEPT_DAYS, purpose: str = SIGNUP) -> str:
    """`kept_days` is the setting of the event's office."""
    said = WORDS[purpose]
    return said.get(language, said["zh"]).replace("{days}", str(kept_days))


def kept(text: str, language: str, as_of: datetime, purpose: str = SIGNUP) -> ConsentText:
    """The row of these very words, made the first time they are shown and agreed to."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    wanted = select(ConsentText).where(
        ConsentText.purpose == purpose, ConsentText.language == language, ConsentText.digest == digest)
    found = db.session.scalars(wanted).one_or_none()
    if found is not None:
        return found
    made = ConsentText(purpose=purpose, language=language, digest=digest, text=text, first_shown_at=as_of)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:  # somebody signed up for another event at the same moment
        return db.session.scalars(wanted).one()
    return made

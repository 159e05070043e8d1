"""What the words in a task sheet's cells mean: sectors, codes, ordinals, and cells that say nothing."""

from __future__ import annotations

import re
import unicodedata

from app.exporting import as_typed
from app.plans.models import Sector

LONGEST_CODE, LONGEST_TITLE = 12, 120
_NOTHING = frozenset(("", "-", "--", "—", "——", "/", "\\", "无", "暂无", "没有", "n/a", "none"))
_SECTORS = {
    "企业": Sector.ENTERPRISES, "单位": Sector.INSTITUTIONS, "机关": Sector.INSTITUTIONS,
    "事业单位": Sector.INSTITUTIONS, "党政机关": Sector.INSTITUTIONS, "社区": Sector.COMMUNITIES,
    "学校": Sector.SCHOOLS, "校园": Sector.SCHOOLS, "高校": Sector.SCHOOLS, "网络": Sector.ONLINE,
}
SECTOR_WORDS = {sector: f"进{word}" for word, sector in reversed(_SECTORS.items())}
_INTO = re.compile("进(" + "|".join(sorted(_SECTORS, key=len, reverse=True)) + ")")
_ORDINAL = re.compile(
    r"\s*(?:[(（]\s*[0-9一二三四五六七八九十]{1,3}\s*[)）]|[一二三四五六七八九十]{1,3}[、.．]|第[一二三四五六七八九十]{1,3}[、,，:：]?"
    r"|[0-9]{1,2}[、．)）]|[0-9]{1,2}\.(?![0-9])|[①-⑳])[\s、.．]*")
_CODE = re.compile(r"[A-Za-z0-9]+(?:[.\-][A-Za-z0-9]+)*")
_NOTE = re.compile(r"\s*(?:注|备注|说明|填表说明|填表人|填报人|填报单位|制表|审核|联系人|联系电话|合计|总计|小计)"
                   r"\s*(?:[:：]|$)")
_CLAUSE_ENDS = re.compile(r"[。；;\n|]")


def said(cell: str) -> str:
    """The cell as it was typed, or nothing where a dash or 无 says so."""
    words = as_typed(cell).strip()
    return "" if plain(words) in _NOTHING else words


def plain(words: str) -> str:
    """In half width, without blanks, in small letters: by it two spellings are the same."""
    return _narrow(words).casefold()


def is_same(one: str, other: str) -> bool:
    """Whether two wordings differ in nothing but width and blanks."""
    return _narrow(one) == _narrow(other)


def _narrow(words: str) -> str:
    return "".join(unicodedata.normalize("NFKC", words).split())


def sector_in(words: str) -> Sector | None:
    """The one sector that the words name: 进企业, “一、进单位”, E. None for none or several."""
    letters = plain(words).upper()
    if letters in set(Sector):
        return Sector(letters)
    known = _SECTORS.get(plain(words))
    found = {_SECTORS[one] for one in _INTO.findall(plain(words))} or ({known} if known else set())
    return found.pop() if len(found) == 1 else None


def is_only_a_sector(words: str) -> bool:
    """“一、进企业（8项）”: a line that heads a sector, and no task that also names one."""
    rest = _INTO.sub("", plain(without_ordinal(words)), count=1)
    rest = re.sub(r"\(.*?\)|[“”\"—\-:：]|板块|知识产权|部分|方面|类|单位|党政|事业", "", rest)
    return sector_in(words) is not None and not rest


def without_ordinal(words: str) -> str:
    """“（一）提升能力” and “1.提升能力” without their number. A number that is all there is stays."""
    return _ORDINAL.sub("", words, count=1).strip() if _ORDINAL.match(words) and not _ORDINAL.fullmatch(
        words) else words.strip()


def has_ordinal(words: str) -> bool:
    return bool(_ORDINAL.match(words)) and not _ORDINAL.fullmatch(words)


def code_in(words: str) -> str:
    """“Ｅ1.1” as E1.1; nothing where it is no code that fits an address."""
    code = plain(words).upper()
    return code if len(code) <= LONGEST_CODE and _CODE.fullmatch(code) else ""


def is_note(words: str) -> bool:
    """注：…, 合计, 填表人：… below the tasks."""
    return bool(_NOTE.match(words))


def clauses_of(words: str) -> str:
    """Lines of a cell as the clauses that a task's official wording is kept in."""
    return "|".join(clause.strip() for clause in re.split(r"[\n|]", words) if clause.strip())


def short_title(words: str) -> str:
    """A name for a task of which the sheet says only the content: its first clause, cut where it is long."""
    first = next((clause.strip() for clause in _CLAUSE_ENDS.split(words) if clause.strip()), words.strip())
    first = without_ordinal(first)
    return first if len(first) <= 60 else first[:59] + "…"

"""Regions by the words that people type for them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select

from app.accounts.places import Region, RegionLevel
from app.db import db

_ENDING = re.compile(r"(?:(?:[^族]族)*自治[县州]|[区县市])$")  # what people leave away: 青白江, 北川


class Regions:
    """All regions, found by code, by full or short name, and by “city and county” where names repeat."""

    def __init__(self) -> None:
        self.all: Sequence[Region] = db.session.scalars(select(Region).order_by(Region.code)).all()
        self._by_code = {region.code: region for region in self.all}
        self._by_word: dict[str, list[Region]] = {}
        for region in self.all:
            for word in {region.name, region.short_name, region.name_en, self.label(region),
                         *self._short(region), *self._whole(region)}:
                self._by_word.setdefault(word, []).append(region)

    def label(self, region: Region) -> str:
        """成都 · 锦江区: a county with its city, for names such as 市中区 are there twice."""
        if region.level != RegionLevel.COUNTY:
            return region.short_name
        city = self._by_code.get(region.parent_code or "")
        return f"{city.short_name} · {region.name}" if city else region.name

    def called(self, region: Region, language: str) -> str:
        """To be read, where `label` is to be typed: Jinjiang, Chengdu."""
        if language != "en":
            return self.label(region)
        city = self._by_code.get(region.parent_code or "") if region.level == RegionLevel.COUNTY else None
        return f"{region.called(language)}, {city.called(language)}" if city else region.called(language)

    def _whole(self, region: Region) -> set[str]:
        """成都市锦江区, as sheets have it."""
        city = self._by_code.get(region.parent_code or "") if region.level == RegionLevel.COUNTY else None
        return {one + name for one in (city.name, city.short_name)
                for name in (region.name, *self._short(region))} if city else set()

    def _short(self, region: Region) -> set[str]:
        """青白江, 北川 and 凉山州; never a single sign."""
        if region.level == RegionLevel.PROVINCE:
            return set()
        if region.name.endswith("自治州"):
            return {f"{region.short_name}州"}
        short = _ENDING.sub("", region.name) if region.level == RegionLevel.COUNTY else ""
        return {short} if len(short) > 1 else set()

    def find(self, word: str) -> Region | None:
        """None when nobody is called so, or two are."""
        if word in self._by_code:
            return self._by_code[word]
        found = self._by_word.get(word, [])
        wide = [region for region in found if region.level != RegionLevel.COUNTY]
        return wide[0] if wide else found[0] if len(found) == 1 else None

    @property
    def wide(self) -> list[Region]:
        """The province and its cities."""
        return [region for region in self.all if region.level != RegionLevel.COUNTY]

    @property
    def counties(self) -> list[Region]:
        return [region for region in self.all if region.level == RegionLevel.COUNTY]

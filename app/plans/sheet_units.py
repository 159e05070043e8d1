"""Units as sheets name them: within somebody's reach, by any name they ever had."""

from __future__ import annotations

import unicodedata
from collections import defaultdict

from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Actor
from app.accounts.places import Organization
from app.db import db


class Units:
    """Those open within the actor's reach, fetched once."""

    def __init__(self, actor: Actor) -> None:
        self._known: dict[str, list[Organization]] = defaultdict(list)
        for unit in db.session.scalars(Organization.open_under(actor.paths).options(
                selectinload(Organization.past), joinedload(Organization.region))):
            for word in {_folded(word) for word in unit.known_as}:
                self._known[word].append(unit)

    def find(self, word: str) -> tuple[Organization | None, str]:
        """The unit, and a sentence where the word names none or several; neither for a blank."""
        found = self._known.get(_folded(word), []) if word else []
        if not word or len(found) == 1:
            return (found[0] if found else None), ""
        return None, _("没有找到归您管的这个单位，请写全称。") if not found else _(
            "有 %(count)d 个单位用过这个名称，请写全称。", count=len(found))


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).replace(" ", "").casefold()

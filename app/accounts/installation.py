"""What this database is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model, db


class Installation(Model):
    """One row. Demonstration data mark themselves here and on every page."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True)
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]

    @classmethod
    def is_shown_as_demonstration(cls) -> bool:
        """Whether this database holds demonstration data: then no letter may leave."""
        return bool(db.session.scalar(select(cls.is_demonstration).limit(1)))

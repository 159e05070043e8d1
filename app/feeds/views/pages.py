"""Every route of feeds, brought together."""

from __future__ import annotations

from app.feeds.views import my_feeds, news, private, public, saved
from app.feeds.views.desk import bp

__all__ = ["bp", "my_feeds", "news", "private", "public", "saved"]

"""Every route of feeds, brought together."""

from __future__ import annotations

from app.feeds.views import following, my_feeds, news, private, public, saved, sign_ups, unsubscribing
from app.feeds.views.desk import bp

__all__ = ["bp", "following", "my_feeds", "news", "private", "public", "saved", "sign_ups", "unsubscribing"]

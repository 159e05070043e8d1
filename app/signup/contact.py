"""The way somebody who signs up can be reached; staff are reached by the same words."""

import hashlib

from app.contact import BadContact, Contact, masked

__all__ = ["BadContact", "Contact", "holder_of", "masked"]


def holder_of(email: str, name_key: str) -> str:
    """Who holds what was signed up for, told by mailbox and name; empty without a mailbox, which proves who asks."""
    return hashlib.sha256(f"{email}\x1f{name_key}".encode()).hexdigest() if email else ""

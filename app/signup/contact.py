"""The way somebody who signs up can be reached; staff are reached by the same words."""

from app.contact import BadContact, Contact, masked

__all__ = ["BadContact", "Contact", "masked"]

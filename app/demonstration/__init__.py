"""The demonstration: the real plan with made-up events and people, marked as such on every page.

A pure function of the day: the words lie in `data/`, and dates are told from the day it is loaded.
"""

from app.demonstration.loading import load
from app.demonstration.people import people

__all__ = ["load", "people"]

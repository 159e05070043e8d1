"""Supervision slips: prepared with the facts, sent by a person, closed when the fact is there."""

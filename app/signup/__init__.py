"""Enrolment: places, tickets, withdrawing."""

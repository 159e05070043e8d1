"""Keeping it alive: backup and restore, health, measures, logs. Looks into every room; no room knows it."""

"""Regions, organizations (a tree), people, roles; who may sign in, and as what."""

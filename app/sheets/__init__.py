"""A stranger's sheet (.xlsx, .xls, .csv, a table in a .docx) as rows of text. Only in a limited child."""

from __future__ import annotations

from app.sheets.reading import Page, best, read

__all__ = ["Page", "best", "read"]

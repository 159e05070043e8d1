"""The year's plan: sector, category, task, and the targets it states."""

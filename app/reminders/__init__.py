"""Rules and occurrences: who is owed which reminder, when, and its words."""

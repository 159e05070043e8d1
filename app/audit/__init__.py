"""What was changed, by whom, when: append-only and hash-chained."""

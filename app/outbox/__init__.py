"""Every letter that leaves: the ledger, the sender, retries, limits, suppression."""

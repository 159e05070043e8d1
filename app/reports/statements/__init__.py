"""Reports of a period: the figures, their forms on paper, sealed snapshots, the evidence pack."""

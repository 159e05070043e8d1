"""The monthly return: what a unit files, who has not, and what it adds up to."""

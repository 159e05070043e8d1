"""Pages of the plan: the public one, and those of the console."""

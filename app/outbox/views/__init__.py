"""The letters, for those who send them."""

"""The pages of returns and supervision."""

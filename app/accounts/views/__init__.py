"""The pages of accounts: one blueprint, one file a page or flow."""

"""The pages of the working calendar and of reminders: one blueprint, one file a page or flow."""

"""The pages of events: the public board, and the organizers' console."""

"""Following a part of the calendar by e-mail: who asked for what, what happened since, and its letters."""

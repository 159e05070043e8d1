"""Events out of others' calendars: read in a child, compared with what came before, brought in as drafts."""

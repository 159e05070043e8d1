"""Who subscribes to which slice of the calendar: its entries, its bytes, its ETag."""

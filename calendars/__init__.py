"""iCalendar for anyone: entries in, bytes out (RFC 5545, 5546, 7986). No web, no database, no clock."""

"""Pages of announcements and events."""

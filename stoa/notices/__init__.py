"""Announcements to everybody, and dated events for which people register."""

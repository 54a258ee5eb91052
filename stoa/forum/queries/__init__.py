"""Reads of the forum; what somebody may not see is never among them."""

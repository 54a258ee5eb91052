"""The record's edge: for programs that check it, and for people who read it."""

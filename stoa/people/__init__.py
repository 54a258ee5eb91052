"""Accounts, names, organisations, ties and roles."""

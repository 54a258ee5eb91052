"""Stoa: the server for an open, member-led AI research community."""

__version__ = "0.1.0"

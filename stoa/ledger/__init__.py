"""Governance pages: they read everything and write nothing."""

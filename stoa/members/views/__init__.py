"""Pages of calls and applications."""

"""The forum over HTTP."""

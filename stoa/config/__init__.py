"""Settings, addresses and the two server entry points."""

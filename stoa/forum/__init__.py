"""The forum: a thread on every object of the community."""

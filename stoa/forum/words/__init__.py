"""How the record's entries of the forum read."""

from stoa.forum.words import moderation, posts  # noqa: F401 - loading them registers their words

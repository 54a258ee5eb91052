"""How the record's entries of the forum read."""

from stoa.forum.words import posts  # noqa: F401 - loading it registers its words

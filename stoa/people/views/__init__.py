"""The edge of people: the directory and pages for everybody, one's own pages, and what the staff does."""

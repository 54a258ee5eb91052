"""Pages of review: a reviewer's desk, and what those who keep a panel see."""

"""How answers are graded: pure rules, so that whoever has a log gets the same numbers."""

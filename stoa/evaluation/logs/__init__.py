"""Logs of runs: guarded, read with Inspect's own models, graded anew, checked against the plan (docs/lab-checking.md)."""

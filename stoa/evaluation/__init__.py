"""Evaluations on a member's own machine: suites, running them, reading and checking their logs. Knows no server."""

"""Who reads what: as many of the wanted reviews as can be had, then the best fit, then a seeded draw among equals.

docs/review.md states problem, result and certificate. Maximising fit under loads is the transport problem of the
Toronto paper-matching system (Charlin and Zemel 2013); it is solved as a flow of least cost.
"""

from stoa.methods.assignment.finding import MOST_PAIRS, assign
from stoa.methods.assignment.problem import GREATEST_SCORE, METHOD, Assignment, Problem, tie_break

__all__ = ["GREATEST_SCORE", "METHOD", "MOST_PAIRS", "Assignment", "Problem", "assign", "tie_break"]

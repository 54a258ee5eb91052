"""The opinion map: who answers alike, what marks each group, what all share and what divides them. Start with `find_map`."""

from stoa.methods.opinion_map.finding import SMALLEST, find_map, next_map
from stoa.methods.opinion_map.partition import likeness
from stoa.methods.opinion_map.result import Group, Map, Mark

__all__ = ["SMALLEST", "Group", "Map", "Mark", "find_map", "likeness", "next_map"]

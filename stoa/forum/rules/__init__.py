"""Who may see and do what in the forum, for pages that offer it; the acts ask again."""

from stoa.forum.rules.pace import Pace, pace, pace_of

__all__ = ["Pace", "pace", "pace_of"]

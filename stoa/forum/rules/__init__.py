"""Who may see and do what in the forum, for pages that offer it; the acts ask again."""

from stoa.forum.rules.pace import Pace, pace, pace_of
from stoa.forum.rules.posts import Reader, is_author, may_change, may_read, may_take_back, reader

__all__ = ["Pace", "Reader", "is_author", "may_change", "may_read", "may_take_back", "pace", "pace_of", "reader"]

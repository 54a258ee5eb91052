"""What people do in the forum."""

from stoa.forum.acts.drafts import mark_read, save_draft
from stoa.forum.acts.ends import by_end
from stoa.forum.acts.moderation import (
    decide_appeal,
    leave,
    read_reports,
    release,
    remove,
    restore,
    see_author,
    settle,
)
from stoa.forum.acts.posts import edit_post, render_posts, take_back_post, write_post
from stoa.forum.acts.quiet import hide, mute, show_again, unmute
from stoa.forum.acts.reports import appeal, report
from stoa.forum.acts.writing import note_written

__all__ = [
    "appeal",
    "by_end",
    "decide_appeal",
    "edit_post",
    "hide",
    "leave",
    "mark_read",
    "mute",
    "note_written",
    "read_reports",
    "release",
    "remove",
    "render_posts",
    "report",
    "restore",
    "save_draft",
    "see_author",
    "settle",
    "show_again",
    "take_back_post",
    "unmute",
    "write_post",
]

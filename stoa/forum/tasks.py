"""What the worker does for the forum: makes HTML anew after the renderer has changed."""

from __future__ import annotations

from stoa.forum import acts
from stoa.forum.queries.posts import outdated
from stoa.kit.act import CLOCK
from stoa.kit.ticker import every

AT_ONCE = 50


@every(60, slow=True)
def render_anew() -> None:
    """Take the posts whose HTML an older renderer made, some at a time; until then they are rendered as they are read."""
    while numbers := outdated(AT_ONCE):
        acts.render_posts(CLOCK, posts=numbers)

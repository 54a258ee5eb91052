"""The ends that a case can have, by one word each: the page and the command line call the act that the word names."""

from __future__ import annotations

from collections.abc import Callable

from stoa.forum.acts import moderation
from stoa.forum.models import Case
from stoa.kit.act import Actor


def by_end(actor: Actor, case: Case, end: str, *, reason: str = "", words: str = "") -> Case:
    """Let a case end so: each end is an act of its own, which refuses a case that it does not fit."""
    ends: dict[str, Callable[[], Case]] = {
        "leave": lambda: moderation.leave(actor, case=case, words=words),
        "release": lambda: moderation.release(actor, case=case),
        "remove": lambda: moderation.remove(actor, reference=case.subject, reason=reason, words=words),
        "dismiss": lambda: moderation.settle(actor, case=case, upheld=False, words=words),
        "uphold": lambda: moderation.settle(actor, case=case, upheld=True, reason=reason, words=words),
        "reverse": lambda: moderation.decide_appeal(actor, case=case, reverse=True, words=words),
        "stays": lambda: moderation.decide_appeal(actor, case=case, reverse=False, words=words),
    }
    return ends[end]()

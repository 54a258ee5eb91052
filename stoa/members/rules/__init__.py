"""Who may see and do what with calls and applications, when, and what an answer must be."""

from stoa.members.rules.calls import (
    can_be_begun,
    can_be_changed,
    can_be_extended,
    can_be_finished,
    is_public,
    may_answer,
    may_confirm,
    may_decide,
    may_draft,
    may_extend,
    may_give_bar,
    may_hear,
    may_keep,
    may_read,
    may_withdraw,
)

__all__ = [
    "can_be_begun",
    "can_be_changed",
    "can_be_extended",
    "can_be_finished",
    "is_public",
    "may_answer",
    "may_confirm",
    "may_decide",
    "may_draft",
    "may_extend",
    "may_give_bar",
    "may_hear",
    "may_keep",
    "may_read",
    "may_withdraw",
]

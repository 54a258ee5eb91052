"""Every write of review. `open_panel`, `put_before` and `withdraw_piece` are for acts of other parts to call within theirs."""

from stoa.review.acts.assigning import remind, run_assignment
from stoa.review.acts.panels import (
    Criterion,
    Example,
    Put,
    begin_discussion,
    close_panel,
    extend_panel,
    open_panel,
    put_before,
    put_piece,
    set_up_panel,
    take_piece,
    withdraw_piece,
)
from stoa.review.acts.reading import abstain, give_review, save_draft, take_sheet, write_remark
from stoa.review.acts.seats import accept, clear_conflict, declare_conflict, decline, invite, lighten, remove

__all__ = [
    "Criterion",
    "Example",
    "Put",
    "abstain",
    "accept",
    "begin_discussion",
    "clear_conflict",
    "close_panel",
    "declare_conflict",
    "decline",
    "extend_panel",
    "give_review",
    "invite",
    "lighten",
    "open_panel",
    "put_before",
    "put_piece",
    "remind",
    "remove",
    "run_assignment",
    "save_draft",
    "set_up_panel",
    "take_piece",
    "take_sheet",
    "withdraw_piece",
    "write_remark",
]

"""Acts on votes."""

from stoa.ballots.acts.casting import cast, save_draft
from stoa.ballots.acts.closing import attest, open_ballots, seal, unlink
from stoa.ballots.acts.opening import move_closing, open_vote

__all__ = ["attest", "cast", "move_closing", "open_ballots", "open_vote", "save_draft", "seal", "unlink"]

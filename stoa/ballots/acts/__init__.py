"""Acts on votes, and the functions by which the act of another part opens, seals and opens the ballots of one."""

from stoa.ballots.acts.casting import cast, save_draft
from stoa.ballots.acts.closing import attest, open_ballots, seal
from stoa.ballots.acts.opening import Put, move_closing, open_vote

__all__ = ["Put", "attest", "cast", "move_closing", "open_ballots", "open_vote", "save_draft", "seal"]

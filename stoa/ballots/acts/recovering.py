"""After a restore: takes a vote as far as recovered entries tell. All to be called inside the act that recovers them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stoa.ballots.acts.closing import opened_form, unlink
from stoa.ballots.models import Ballot, CastBallot, Draft
from stoa.methods.canonical import canonical
from stoa.methods.merkle import leaf_hash, root
from stoa.record.queries import blob

Leaf = Mapping[str, Any]


def move_closing_again(ballot: Ballot, leaf: Leaf) -> None:
    """Let the vote close when the record says that it does."""
    ballot.closes = datetime.fromisoformat(leaf["facts"]["closes"])
    ballot.save(update_fields=["closes"])


def seal_again(ballot: Ballot, leaf: Leaf) -> None:
    """Put the vote where its published sealing left it, whatever ballots are here."""
    facts = leaf["facts"]
    ballot.state, ballot.sealed = Ballot.State.SEALED, datetime.fromisoformat(leaf["at"])
    ballot.count, ballot.sealed_root = facts["count"], facts["root"]
    ballot.commitments_blob, ballot.voted_blob = facts["commitments"], facts["voted"]
    ballot.save()
    Draft.objects.filter(voter__ballot=ballot).delete()


def holds_what_was_sealed(ballot: Ballot) -> bool:
    """Whether the ballots here are those that the record sealed, all of them and no others."""
    papers = CastBallot.objects.filter(ballot=ballot).values_list("commitment", flat=True)
    leaves = [leaf_hash(commitment) for commitment in sorted(map(bytes, papers))]
    return root(leaves).hex() == ballot.sealed_root


def open_again(ballot: Ballot, leaf: Leaf) -> None:
    """Put the vote where its published opening left it: the public body has the ballots, the link here goes."""
    ballot.state, ballot.opened = Ballot.State.OPENED, datetime.fromisoformat(leaf["at"])
    ballot.opened_blob = leaf["facts"]["ballots"]
    ballot.save()
    unlink(ballot)


def keep_closed_again(ballot: Ballot, leaf: Leaf) -> None:
    """Put the vote where its ballots were kept closed; only if the bundle that the record names can be made again."""
    bundle = canonical({"ballot": str(ballot.pk), "ballots": opened_form(ballot)})
    if hashlib.sha256(bundle).hexdigest() != leaf["facts"]["bundle"]:
        return
    ballot.state, ballot.opened = Ballot.State.KEPT, datetime.fromisoformat(leaf["at"])
    ballot.kept_reason, ballot.kept_bundle = leaf["facts"]["reason"], bundle
    ballot.save()
    unlink(ballot)


def approvals_again(ballot: Ballot) -> list[list[str]] | None:
    """What the opened ballots, or those kept closed, approve, in the order of their commitments; None where they are lost."""
    if ballot.state == Ballot.State.KEPT and ballot.kept_bundle is not None:
        rows = json.loads(bytes(ballot.kept_bundle))["ballots"]
    elif body := blob(ballot.opened_blob):
        rows = json.loads(body)
    else:
        return None
    return [row["body"]["approved"] for row in rows]

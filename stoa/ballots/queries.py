"""Reads of votes. Before the close nobody sees who voted or how many did; how somebody voted only they see themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from stoa.ballots.models import Attestation, Ballot, CastBallot, Draft, Option, Voter
from stoa.methods.merkle import Tree, leaf_hash
from stoa.people.models import Person
from stoa.record.models import Blob


def find_ballot(pk: int) -> Ballot | None:
    """The vote of this number."""
    return Ballot.objects.filter(pk=pk).first()


def listed(ballot: Ballot, person_id: str | None) -> Voter | None:
    """The viewer's own place on the voter list."""
    return Voter.objects.filter(ballot=ballot, person_id=person_id).first() if person_id else None


def own_paper(ballot: Ballot, person_id: str | None) -> CastBallot | None:
    """The viewer's own live ballot; None before they cast, and after the link was deleted."""
    papers = CastBallot.objects.filter(ballot=ballot, voter__person_id=person_id).select_related("voter")
    return papers.first() if person_id else None


def own_ticks(ballot: Ballot, person_id: str) -> list[str]:
    """What the viewer has ticked: their draft, else the ballot that they cast."""
    draft = Draft.objects.filter(voter__ballot=ballot, voter__person_id=person_id).first()
    paper = None if draft else own_paper(ballot, person_id)
    return list(draft.approved if draft else paper.approved if paper else [])


def has_draft(ballot: Ballot, person_id: str | None) -> bool:
    """Whether the viewer ticked something that they have not cast."""
    return Draft.objects.filter(voter__ballot=ballot, voter__person_id=person_id).exists() if person_id else False


def options(ballot: Ballot) -> QuerySet[Option]:
    """What can be approved, in the order of the vote page."""
    return Option.objects.filter(ballot=ballot).order_by("place")


def cost_of(ballot: Ballot, approved: list[str]) -> int:
    """What the options ticked would cost together."""
    costs: dict[str, int] = dict(options(ballot).filter(reference__in=approved).values_list("reference", "cost"))
    return sum(costs.values())


def voter_list(ballot: Ballot) -> QuerySet[Person]:
    """Everybody who may vote, public from the opening on. Of an imported vote there are no people."""
    return Person.objects.filter(pk__in=Voter.objects.filter(ballot=ballot).values("person"))


def voted_ids(ballot: Ballot) -> list[str]:
    """Who voted, by id; nobody before the vote is sealed."""
    return _listed_in(ballot.voted_blob) if ballot.state != Ballot.State.OPEN else []


def voted(ballot: Ballot) -> QuerySet[Person]:
    """Who voted; nobody before the vote is sealed."""
    return Person.objects.filter(pk__in=voted_ids(ballot))


def attestations(ballot: Ballot) -> QuerySet[Attestation]:
    """What scrutineers said of a vote whose ballots stay closed."""
    return Attestation.objects.filter(ballot=ballot).select_related("scrutineer").order_by("at")


def opened_ballots(ballot: Ballot) -> list[dict[str, Any]]:
    """The opened ballots in the order of their commitments, as on the record; none while they are closed."""
    return _listed_in(ballot.opened_blob) if ballot.state == Ballot.State.OPENED else []


@dataclass(frozen=True)
class Place:
    """The place of a commitment under the sealed root, with the hashes that prove it, the leaf's sibling first."""

    commitment: str
    index: int
    size: int
    root: str
    leaf: str
    path: list[str]

    @property
    def number(self) -> int:
        """The place as people count."""
        return self.index + 1


@dataclass
class Sealed:
    """The commitments that a sealed vote published, as a tree."""

    ballot: Ballot

    @cached_property
    def commitments(self) -> list[str]:
        """In hexadecimal, sorted, as on the record; none before the vote is sealed."""
        return _listed_in(self.ballot.commitments_blob) if self.ballot.sealed else []

    def place(self, commitment: str) -> Place | None:
        """Where this commitment stands; None where it is missing."""
        if commitment not in self.commitments:
            return None
        index, size = self.commitments.index(commitment), len(self.commitments)
        hashes = [leaf_hash(bytes.fromhex(one)) for one in self.commitments]
        path = [step.hex() for step in Tree(hashes).inclusion_proof(index)]
        return Place(commitment, index, size, self.ballot.sealed_root, hashes[index].hex(), path)

    def opened(self, commitment: str) -> list[str] | None:
        """What the ballot of this commitment approves, once it is opened."""
        bodies = (one["body"]["approved"] for one in opened_ballots(self.ballot) if one["commitment"] == commitment)
        return next(bodies, None)


def _listed_in(blob: str) -> list[Any]:
    found = Blob.objects.filter(sha256=blob).values_list("body", flat=True).first()
    listed: list[Any] = json.loads(bytes(found)) if found is not None else []
    return listed

"""A decided round as files for other programs: the bundle that anyone can verify, and its ballots in two formats.

Pages, API and command line serve the same bytes: each function gives the same file for the same decision, but for the
signed head in a bundle, which is the latest.

Titles stand in the two formats to the letter, also where a spreadsheet would take one for a formula: they are read by
programs, which would take an apostrophe before it for a part of the title. The lists on pages are what spreadsheets open.
"""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from stoa.agenda.models import Question, Round
from stoa.ballots.models import Ballot
from stoa.kit.faults import Closed
from stoa.methods.canonical import parse_object
from stoa.record import queries as record
from stoa.record.keys import origin, vkey
from stoa.record.models import Checkpoint, Placement
from stoa.record.queries import tree

FORMAT = "stoa-bundle/1"
OF_THE_ROUND = ("agenda.effort_frozen", "agenda.decided")
_BLOB_FACTS = ("options_blob", "commitments", "voted", "ballots", "result")
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest instant that a zip can state: with it the same contents are the same bytes."""
_HASH = re.compile("[0-9a-f]{64}")


def bundle(round: Round) -> bytes:
    """The bundle of a decision, a zip as docs/record.md says; `Closed` before a signed head covers it."""
    head = record.head()
    proven = _proven(round, head)
    listing = {"format": FORMAT, "origin": origin(), "round": str(round.pk), "entries": [line for line, _ in proven]}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "bundle.json", json.dumps(listing, indent=1).encode())
        _add(archive, "checkpoint", head.note.encode())
        _add(archive, "vkey", f"{vkey()}\n".encode())
        for sha256 in sorted({name for _, facts in proven for name in _blobs(facts)}):
            _add(archive, f"blobs/{sha256}", record.blob(sha256) or b"")
    return file.getvalue()


def pabulib_text(round: Round) -> str:
    """The opened ballots as a Pabulib `.pb` file; `Closed` where there are none."""
    ballot, approvals = _opened(round)
    questions = _questions(round)
    chosen = set(round.questions.filter(state=Question.State.CHOSEN).values_list("pk", flat=True))
    votes = Counter(reference for approved in approvals for reference in approved)
    rows: list[Sequence[object]] = [("META",), ("key", "value"), *_meta(round, ballot, len(questions), len(approvals))]
    rows += [("PROJECTS",), ("project_id", "cost", "votes", "name", "selected")]
    rows += [
        (_id(q), _amount(round, q.cost or 0), votes[reference], q.title, int(q.pk in chosen))
        for reference, q in questions.items()
    ]
    rows += [("VOTES",), ("voter_id", "vote")]
    rows += [(n, ",".join(_id(questions[r]) for r in approved)) for n, approved in enumerate(approvals)]
    return "".join(f"{';'.join(_cell(value) for value in row)}\n" for row in rows)


def preflib_text(round: Round) -> str:
    """The opened ballots as a PrefLib `.cat` file, approved and not approved; `Closed` where there are none."""
    _, approvals = _opened(round)
    questions = _questions(round)
    places = {reference: place for place, reference in enumerate(questions, start=1)}
    ballots = Counter(tuple(sorted(places[reference] for reference in approved)) for approved in approvals)
    lines = [
        f"# {key}: {_one_line(value)}" for key, value in _preflib_head(round, len(approvals), len(ballots), questions)
    ]
    for approved, count in sorted(ballots.items(), key=lambda item: (-item[1], item[0])):
        rest = sorted(set(places.values()) - set(approved))
        lines.append(f"{count}: {_braced(approved)},{_braced(rest)}")
    return "".join(f"{line}\n" for line in lines)


def _proven(round: Round, head: Checkpoint) -> list[tuple[dict[str, Any], Mapping[str, Any]]]:
    """Each entry of the decision as a line of `bundle.json`, beside its facts."""
    hashes = tree(head.size)
    found = []
    for placement in _placements(round, head.size):
        body = bytes(placement.entry.body)
        proof = [_base64(sibling) for sibling in hashes.inclusion_proof(placement.position)]
        line = {"position": placement.position, "entry": _base64(body), "proof": proof}
        found.append((line, _object(parse_object(body)["facts"])))
    return found


def _placements(round: Round, size: int) -> list[Placement]:
    covered = Placement.objects.filter(position__lt=size).select_related("entry").order_by("position")
    own = covered.filter(entry__subject=f"round:{round.pk}", entry__type__in=OF_THE_ROUND)
    if not any(placement.entry.type == "agenda.decided" for placement in own):
        raise Closed("This round has no decision on the record yet.", remedy="Come back when its agenda is there.")
    of_the_vote = covered.filter(entry__subject=f"ballot:{round.ballot_id}", entry__type__startswith="ballots.")
    return sorted([*own, *of_the_vote], key=lambda placement: placement.position)


def _blobs(facts: Mapping[str, Any]) -> Iterator[str]:
    """The public bodies that an entry's facts name."""
    named = [facts.get(name) for name in _BLOB_FACTS]
    voters = facts.get("voters")
    named.append(voters.get("blob") if isinstance(voters, dict) else None)
    return (name for name in named if isinstance(name, str) and _HASH.fullmatch(name))


def _add(archive: zipfile.ZipFile, name: str, body: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), body, zipfile.ZIP_DEFLATED)


def _opened(round: Round) -> tuple[Ballot, list[list[str]]]:
    """The vote and, in the order of their commitments, what each ballot approves."""
    ballot = round.ballot
    if ballot is None or ballot.state in {Ballot.State.OPEN, Ballot.State.SEALED}:
        raise Closed("The ballots of this round are not opened yet.", remedy="Come back after the time for checking.")
    body = record.blob(ballot.opened_blob) if ballot.opened_blob else None
    if body is None:
        raise Closed("The ballots of this round were kept closed.", remedy="Its bundle holds what was published.")
    return ballot, [opened["body"]["approved"] for opened in json.loads(body)]


def _questions(round: Round) -> dict[str, Question]:
    """The questions put to the vote by reference, in the order of the vote page."""
    assert round.ballot is not None
    found = {question.reference: question for question in round.questions.all()}
    return {reference: found[reference] for reference in round.ballot.options.values_list("reference", flat=True)}


def _meta(round: Round, ballot: Ballot, projects: int, votes: int) -> Iterable[tuple[str, object]]:
    return [
        ("description", round.title),
        ("country", ""),
        ("unit", origin()),
        ("instance", round.slug),
        ("num_projects", projects),
        ("num_votes", votes),
        ("budget", _amount(round, ballot.capacity)),
        ("vote_type", "approval"),
        ("rule", f"equalshares/{ballot.completion}"),
        ("date_begin", f"{ballot.opens:%d.%m.%Y}"),
        ("date_end", f"{ballot.closes:%d.%m.%Y}"),
        ("currency", round.unit),
    ]


def _preflib_head(
    round: Round, voters: int, unique: int, questions: Mapping[str, Question]
) -> Iterable[tuple[str, object]]:
    assert round.ballot is not None
    yield "FILE NAME", f"{round.slug}.cat"
    yield "TITLE", round.title
    yield "DESCRIPTION", f"Opened approval ballots of {origin()}"
    yield "DATA TYPE", "cat"
    yield "MODIFICATION TYPE", "original"
    yield from ((name, "") for name in ("RELATES TO", "RELATED FILES"))
    opened = round.ballot.opened or round.ballot.closes
    yield from ((f"{what} DATE", f"{opened:%Y-%m-%d}") for what in ("PUBLICATION", "MODIFICATION"))
    yield "NUMBER ALTERNATIVES", len(questions)
    yield "NUMBER VOTERS", voters
    yield "NUMBER UNIQUE PREFERENCES", unique
    yield "NUMBER CATEGORIES", 2
    yield "CATEGORY NAME 1", "Approved"
    yield "CATEGORY NAME 2", "Not approved"
    for place, question in enumerate(questions.values(), start=1):
        yield f"ALTERNATIVE NAME {place}", question.title


def _id(question: Question) -> str:
    return question.external_id or str(question.pk)


def _amount(round: Round, units: int) -> str:
    """A cost in the round's own unit, exactly: costs are kept in 1/scale of it, a power of ten."""
    return f"{Decimal(units) / round.scale:f}"


def _one_line(value: object) -> str:
    """Nobody's text begins a line of its own: in PrefLib's format it would count as a ballot."""
    return " ".join(str(value).split())


def _cell(value: object) -> str:
    text = _one_line(value)
    return '"' + text.replace('"', '""') + '"' if re.search('[;"]', text) else text


def _braced(places: Iterable[int]) -> str:
    return "{" + ",".join(map(str, places)) + "}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _object(value: Any) -> Mapping[str, Any]:
    assert isinstance(value, dict)
    return value

"""Whether the ballots that were opened are those that were sealed, and were cast by people on the voter list."""

import hmac
from typing import Any, NoReturn

from stoa.methods.merkle import root_of
from stoa.verify import strict
from stoa.verify.entry import Entry, Facts, is_hash
from stoa.verify.faults import Broken, Unknowable
from stoa.verify.opening import Opening, blob_list, sorted_ids
from stoa.verify.shown import counted, shown
from stoa.verify.source import Source

_KEYS = {"commitment", "body", "nonce"}


def read_commitments(entry: Entry, source: Source) -> list[str]:
    """The sealed commitments; Broken where they are not sorted, not distinct, or not as many or those committed to."""
    facts = Facts(entry)
    commitments = sorted_ids(source, facts.hash("commitments").hex(), "The list of commitments")
    if not all(map(is_hash, commitments)):
        raise Broken(f"{entry}: the list of commitments holds something that is not 64 hexadecimal digits.")
    if len(commitments) != facts.number("count"):
        raise Broken(f"{entry} says {facts.number('count'):,} ballots, and commits to {len(commitments):,}.")
    if root_of(map(bytes.fromhex, commitments)) != facts.hash("root"):
        raise Broken(f"{entry}: the commitments do not have the root that it states.")
    return commitments


def check_voted(entry: Entry, voters: list[str], source: Source) -> str:
    """Hold the list of who voted to the voter list and to the number of ballots."""
    facts = Facts(entry)
    voted = sorted_ids(source, facts.hash("voted").hex(), "The list of who voted")
    if len(voted) != facts.number("count"):
        raise Broken(f"{entry} says {facts.number('count'):,} ballots, but {len(voted):,} voted.")
    strangers = sorted(set(voted) - set(voters))
    if strangers:
        raise Broken(f"{entry}: {shown(strangers[0])} voted and is not on the voter list ({len(strangers):,} such).")
    return f"{counted(len(voted), 'person', 'people')} of {len(voters):,} voted, one ballot each."


def read_ballots(entry: Entry, opening: Opening, commitments: list[str], source: Source) -> list[list[str]]:
    """The opened ballots, as lists of approved ids, in the order of the commitments sealed.

    Broken where one does not give its commitment, or where they are not exactly those that were sealed.
    """
    facts = Facts(entry)
    rows = blob_list(source, facts.hash("ballots").hex())
    if len(rows) != facts.number("count") or len(rows) != len(commitments):
        raise Broken(
            f"{entry} says {facts.number('count'):,} ballots and opens {len(rows):,}; {len(commitments):,} were sealed."
        )
    return [
        _ballot(place, row, commitment, opening)
        for place, (row, commitment) in enumerate(zip(rows, commitments, strict=True))
    ]


def _ballot(place: int, row: Any, commitment: str, opening: Opening) -> list[str]:
    if not isinstance(row, dict) or row.keys() != _KEYS or not isinstance(row["body"], dict):
        raise Broken(f"Opened ballot {place}: not a commitment, a body and a nonce.")
    if row["commitment"] != commitment:
        raise Broken(
            f"Opened ballot {place}: it claims {shown(row['commitment'])}; sealed in its place was {commitment}."
        )
    if _commitment(row["nonce"], row["body"], opening.ballot) != commitment:
        raise Broken(f"Opened ballot {place}: its body and nonce do not give the commitment {commitment}.")
    return _approved(place, row["body"], opening)


def _commitment(nonce: object, body: dict[str, Any], ballot: str) -> str:
    """HMAC-SHA256(nonce, "ballot.v1" ‖ 0 ‖ ballot id ‖ canonical body); empty where the nonce is none."""
    if not isinstance(nonce, str) or not is_hash(nonce):
        return ""
    message = b"ballot.v1\0" + ballot.encode() + strict.spell(body)
    return hmac.digest(bytes.fromhex(nonce), message, "sha256").hex()


def _approved(place: int, body: dict[str, Any], opening: Opening) -> list[str]:
    approved = body.get("approved")
    if body.keys() != {"ballot", "approved"} or not isinstance(approved, list):
        raise Broken(f"Opened ballot {place}: its body is not a ballot id and a list of what it approves.")
    if body["ballot"] != opening.ballot:
        raise Broken(f"Opened ballot {place}: it was cast in vote {shown(body['ballot'])}.")
    for option in approved:
        if not isinstance(option, str) or option not in opening.options:
            raise Broken(f"Opened ballot {place}: it approves {shown(option)}, which was not an option.")
    if approved != sorted(set(approved)):
        raise Broken(f"Opened ballot {place}: what it approves is not sorted, or has doubles.")
    return approved


def check_may_open(ballots: list[list[str]], opening: Opening, fewest: int) -> str:
    """Hold the opening to the rule of secrecy: not under `fewest` ballots, not where all are the same."""
    if opening.imported:
        return "The ballots come from a file, so opening them gave nothing away."
    if len(ballots) < fewest:
        raise Broken(f"{counted(len(ballots), 'ballot')} opened; under {fewest} they are to be kept closed.")
    if all(ballot == ballots[0] for ballot in ballots):
        raise Broken("The opened ballots are all the same, so that everyone's is known; they are to be kept closed.")
    return f"{counted(len(ballots), 'ballot')}, not all the same, opened without names."


def check_kept_closed(kept: Entry, count: int, attested: list[Entry], fewest: int) -> NoReturn:
    """What scrutineers say of ballots that were kept closed; Unknowable at best, for nothing can be recomputed."""
    facts = Facts(kept)
    bundle, reason = facts.hash("bundle"), facts.one_of("reason", ("under-20", "unanimous"))
    if (reason == "under-20") != (count < fewest):
        raise Broken(f"{kept}: the ballots were kept closed as “{reason}”, but there were {count:,}.")
    agreed, denied = _attestations(attested, bundle)
    if denied:
        raise Broken(
            f"{counted(denied, 'scrutineer')} of {agreed + denied} who checked the closed ballots said that the result "
            "does not follow from them."
        )
    why = {"under-20": f"there were fewer than {fewest}", "unanimous": "they were all the same"}[reason]
    said = f"attested by {agreed} of two scrutineers" if agreed else "not yet attested by any scrutineer"
    raise Unknowable(f"The ballots were kept closed since {why}: {said}, not recomputable.")


def _attestations(attested: list[Entry], bundle: bytes) -> tuple[int, int]:
    """How many scrutineers agreed and denied, by the last word of each."""
    words: dict[str, bool] = {}
    for entry in attested:
        facts = Facts(entry)
        if entry.role != "scrutineer" or entry.actor is None:
            raise Broken(f"{entry} was not made by a scrutineer.")
        if facts.hash("bundle") != bundle:
            raise Broken(f"{entry} is about another bundle than the one that was kept closed.")
        if not isinstance(facts.raw("agrees"), bool):
            raise facts.broken("agrees", "is not true or false")
        words[entry.actor] = facts.flag("agrees")
    agreed = sum(words.values())
    return agreed, len(words) - agreed

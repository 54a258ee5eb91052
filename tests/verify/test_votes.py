"""The checks of a vote, one by one, on what a server might put on the record and sign."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from stoa.methods.note import Algorithm, SigningKey
from stoa.verify import Outcome, Report
from stoa.verify.faults import Broken
from stoa.verify.memory import usual_directory
from stoa.verify.powers import Watch
from stoa.verify.reading import MOST_KEPT, Reading
from stoa.verify.report import Report as Found
from stoa.verify.votes import check_votes
from tests.verify.community import CHARTER, CLOSES, Change, Community, Voting, paper
from tests.verify.conftest import Site, Stranger


def checked(community: Community) -> Report:
    """The checks of powers and votes, without a server."""
    report, watch = Found("here"), Watch(blob_of(community))
    reading = Reading(watch)
    for raw in community.entries:
        reading.take(raw)
    assert not reading.malformed
    report.check("powers", "Powers", watch.verdict)
    check_votes(reading.deciding, Blobs(community), watch.smallest_opened, report)
    return report


class Blobs:
    def __init__(self, community: Community) -> None:
        self.blob = blob_of(community)


def blob_of(community: Community) -> Callable[..., bytes]:
    def blob(digest: str, cap: int = 10**9) -> bytes:
        if digest not in community.blobs:
            raise Broken(f"blob/{digest} is missing.")
        return community.blobs[digest][:cap]

    return blob


def begun(text: str = CHARTER) -> Community:
    community = Community("stoa.example", charter_text=text)
    community.found()
    return community


def failures(report: Report) -> dict[str, str]:
    return {check.code: check.detail for check in report.checks if check.outcome is Outcome.FAILED}


def unknown(report: Report) -> list[str]:
    return [check.code for check in report.checks if check.outcome is Outcome.UNKNOWN]


@pytest.mark.parametrize(
    ("ballot", "told"),
    [
        (paper("3", ["question:1"], bytes(32), {"ballot": "4"}), "it was cast in vote 4."),
        (paper("3", ["question:99"], bytes(32)), "it approves question:99, which was not an option."),
        (paper("3", ["question:2", "question:1"], bytes(32)), "what it approves is not sorted, or has doubles."),
        (paper("3", ["question:1", "question:1"], bytes(32)), "what it approves is not sorted, or has doubles."),
        (
            paper("3", [], bytes(32), {"approved": "question:1"}),
            "its body is not a ballot id and a list of what it approves.",
        ),
        (paper("3", [], bytes(32), {"weight": 7}), "its body is not a ballot id and a list of what it approves."),
    ],
)
def test_a_ballot_sealed_with_an_odd_body_is_found(ballot: dict[str, Any], told: str) -> None:
    voting = Voting(begun())
    honest = voting.open().papers
    voting.papers = sorted([*honest[1:], ballot], key=lambda one: one["commitment"])
    voting.seal().end()
    assert failures(checked(voting.community))["vote.ballots"].endswith(told)


def in_(name: str, change: Callable[[Any], Any]) -> dict[str, Change]:
    return {name: change}


def moved_to_blob(value: Any) -> Change:
    """Options in a blob with this value."""

    def change(facts: dict[str, Any]) -> None:
        del facts["options"]
        facts["options_blob"] = BLOBS.blob(value)

    return change


BLOBS = Community("nowhere.example")
ROW = {"id": "question:1", "low": 1, "high": 2, "cost": 1}


@pytest.mark.parametrize(
    ("changes", "code", "told"),
    [
        (in_("ballots.vote_opened", lambda f: f.update(options_blob="0" * 64)), "vote.opening", "must stand there, or"),
        (in_("ballots.vote_opened", lambda f: f.update(options=None)), "vote.opening", "must stand there, or"),
        (
            in_("ballots.vote_opened", lambda f: f.update(options=[{"id": "a"}])),
            "vote.opening",
            "instead of an id and a",
        ),
        (in_("ballots.vote_opened", moved_to_blob({"a": 1})), "vote.opening", "is not a list."),
        (in_("ballots.vote_opened", moved_to_blob(b"[1, 2]")), "vote.opening", "is not in the canonical form"),
        (
            in_("ballots.vote_opened", lambda f: f.update(utility="love")),
            "vote.opening",
            "not one of cost, cardinality",
        ),
        (in_("ballots.vote_opened", lambda f: f.update(round="")), "vote.opening", "is , not a text"),
        (in_("ballots.vote_opened", lambda f: f.update(capacity=-1)), "vote.opening", "not a whole number from 0"),
        (in_("ballots.vote_opened", lambda f: f.update(imported=1)), "vote.opening", "is 1, not true or false"),
        (in_("ballots.vote_opened", lambda f: f.update(voters=[])), "vote.opening", "“voters” is not an object"),
        (in_("ballots.vote_opened", lambda f: f.update(options=7)), "vote.opening", "“options” is not a list"),
        (in_("voters", lambda ids: [1, *ids[1:]]), "vote.voters", "holds something that is no id."),
        (in_("commitments", lambda rows: ["0" * 63, *rows[1:]]), "vote.sealed", "not 64 hexadecimal digits."),
        (in_("agenda.effort_frozen", lambda f: f.update(questions=[ROW, ROW])), "vote.efforts", "same id twice"),
        (in_("agenda.effort_frozen", lambda f: f.update(questions=[{}])), "vote.efforts", "instead of id, low, high"),
        (
            in_("agenda.effort_frozen", lambda f: f.update(questions=[ROW | {"low": 3}])),
            "vote.efforts",
            "are no range of",
        ),
        (
            in_("agenda.decided", lambda f: f["selected"].append({"id": "a"})),
            "vote.decision",
            "instead of cost, id, phase",
        ),
        (in_("agenda.decided", lambda f: f["selected"][0].update(phase="luck")), "vote.decision", "has the phase luck"),
        (
            in_("agenda.decided", lambda f: f.update(result=None)),
            "vote.decision",
            "are not a blob and a list of options",
        ),
        (in_("agenda.decided", lambda f: f.update(round="9")), "vote.decision", "the vote was about round 2."),
        (in_("result", lambda r: r.update(certificate=7)), "vote.certificate", "The result has no certificate."),
    ],
)
def test_a_fact_not_in_its_form_is_found(changes: dict[str, Change], code: str, told: str) -> None:
    community = Voting(begun(), changes=changes).hold()
    community.blobs |= BLOBS.blobs
    assert told in failures(checked(community))[code]


def test_efforts_frozen_after_the_opening_are_found() -> None:
    community = Voting(begun()).open().community
    community.entries[-1], community.entries[-2] = community.entries[-2], community.entries[-1]
    assert "efforts were not frozen before it" in failures(checked(community))["vote.efforts"]


def test_a_vote_without_frozen_efforts_is_said_to_have_none() -> None:
    community = Voting(begun()).hold()
    del community.entries[14]
    report = checked(community)
    assert (failures(report), unknown(report)) == ({}, ["vote.efforts"])


def test_ballots_both_opened_and_kept_closed_are_found() -> None:
    voting = Voting(begun()).open().seal().end()
    voting.papers = voting.papers[:5]
    assert "both opened and kept closed" in failures(checked(voting.end().community))["vote.course"]


def test_an_unknown_method_is_not_counted() -> None:
    new = {"method": "equal-shares/2"}
    changes: dict[str, Change] = {
        "ballots.vote_opened": lambda facts: facts.update(new),
        "agenda.decided": lambda facts: facts.update(new),
    }
    report = checked(Voting(begun(), changes=changes).hold())
    assert (failures(report), unknown(report)) == ({}, ["vote.result"])


def test_a_vote_of_nobody_chooses_nothing() -> None:
    for imported in (True, False):
        report = checked(Voting(begun(), cast=0, imported=imported).hold())
        assert failures(report) == {}


@pytest.mark.parametrize(("smallest", "cast", "fails"), [(30, 25, True), (30, 30, False), (5, 10, False), (5, 4, True)])
def test_the_charter_says_how_many_ballots_are_opened(smallest: int, cast: int, *, fails: bool) -> None:
    voting = Voting(begun(f"{CHARTER}\n[secrecy]\nsmallest_opened = {smallest}\n"), cast=cast).open().seal()
    voting.imported = True  # so that they are opened
    assert ("vote.secrecy" in failures(checked(voting.end().decide().community))) is fails


@pytest.mark.parametrize("text", ["", "powers = 7", f"{CHARTER}\n[secrecy]\nsmallest_opened = 'few'\n"])
def test_a_charter_that_grants_nothing_or_is_odd_is_found(text: str) -> None:
    assert "powers" in failures(checked(begun(text)))


class TestAttestations:
    def attested(self, **facts: Any) -> Report:
        voting = Voting(begun(), cast=5)
        voting.hold()
        right = {"ballot": "3", "bundle": voting.private_bundle, "agrees": True}
        role = facts.pop("role", "scrutineer")
        community = voting.community
        community.put(
            "ballots.attested", "ballots.outcome.attest", "person:p001", role, "ballot:3", facts=right | facts
        )
        return checked(community)

    def test_a_right_one_counts(self) -> None:
        report = self.attested()
        assert (failures(report), unknown(report)) == ({}, ["vote.attested"])

    def test_one_by_no_scrutineer_is_found(self) -> None:
        report = self.attested(role="member")
        assert {code: told.split(" was ")[1] for code, told in failures(report).items()} == {
            "powers": "done as member, to whom charter 1 does not grant ballots.outcome.attest.",
            "vote.attested": "not made by a scrutineer.",
        }

    def test_one_about_other_ballots_is_found(self) -> None:
        assert "is about another bundle" in failures(self.attested(bundle="0" * 64))["vote.attested"]

    def test_one_that_says_nothing_is_found(self) -> None:
        assert "“agrees” is not true or false" in failures(self.attested(agrees="yes"))["vote.attested"]

    def test_ballots_whose_sealing_is_unsound_are_not_held_to_it(self) -> None:
        voting = Voting(begun(), cast=5, changes={"ballots.sealed": lambda facts: facts.update(root="0" * 64)})
        report = checked(voting.hold())
        assert (list(failures(report)), unknown(report)) == (["vote.sealed"], ["vote.attested"])


def test_entries_about_votes_that_would_fill_memory_end_the_reading() -> None:
    community = Voting(begun()).open().community
    reading = Reading(Watch(blob_of(community)), kept_bytes=MOST_KEPT - 10)
    with pytest.raises(Broken, match="the entries about decisions fill more than 64,000,000 bytes"):
        reading.take(community.entries[-1])


@pytest.mark.parametrize(
    "change", [lambda files, path: files.pop(path), lambda files, path: files.update({path: b"cut"})]
)
def test_a_tile_that_the_history_needs_and_is_not_whole_is_found(
    site: Site, stranger: Stranger, change: Callable[[dict[str, bytes], str], Any]
) -> None:
    community = site.community()
    site.serve(community)
    stranger.verify(site.url)
    community.put("agenda.question.proposed", "agenda.question.propose", None, None, "question:13")
    site.serve(community)
    change(site.files, "tile/0/000.p/15")
    assert {"history", "tiles"} <= failures(stranger.verify(site.url)).keys()


def test_a_witness_key_is_no_records_key(site: Site, stranger: Stranger) -> None:
    site.serve(site.community())
    witness = SigningKey(site.origin, bytes(32), Algorithm.COSIGNATURE)
    site.files["vkey"] = witness.verifier.vkey.encode()
    assert failures(stranger.verify(site.url)) == {"key": "vkey: this is a witness's key, not a record's."}


def test_memory_lies_where_the_desktop_standard_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/var/state")
    assert usual_directory() == Path("/var/state/stoa/verify")
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/ada")
    assert usual_directory() == Path("/home/ada/.local/state/stoa/verify")


def test_a_close_moved_after_it_had_passed_is_found() -> None:
    voting = Voting(begun()).open()
    voting.community.now = CLOSES + timedelta(minutes=1)
    later = CLOSES + timedelta(days=1)
    report = checked(voting.extend(later).seal(later).community)
    assert "moves the close after the vote had closed" in failures(report)["vote.times"]
    assert "vote.result" in unknown(report)

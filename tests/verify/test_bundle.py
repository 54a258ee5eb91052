"""A bundle is checked by its proofs, says what it can't show, and is opened as what it is: a file from anywhere."""

import base64
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stoa.methods.canonical import canonical
from stoa.methods.note import SigningKey
from stoa.verify import Outcome, Report
from stoa.verify.bundle import LARGEST_LIST
from tests.verify.community import Community, Voting, of_the_vote, zipped
from tests.verify.conftest import Site, Stranger

Members = dict[str, bytes]


@pytest.fixture
def voted() -> Community:
    community = Community("stoa.example")
    community.found()
    return Voting(community).hold()


@pytest.fixture
def members(voted: Community) -> Members:
    with zipfile.ZipFile(io.BytesIO(voted.bundle(of_the_vote))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "round-2.zip"


def unknown(report: Report) -> list[str]:
    return [check.code for check in report.checks if check.outcome is Outcome.UNKNOWN]


def first_failure(report: Report) -> tuple[int, str]:
    return report.exit_code, report.first_failure.code if report.first_failure else report.stopped


def test_a_correct_bundle_passes(voted: Community, file: Path, stranger: Stranger) -> None:
    file.write_bytes(voted.bundle(of_the_vote))
    report = stranger.verify(str(file))
    assert (report.exit_code, unknown(report)) == (0, ["key", "history", "powers"])
    assert [check.code for check in report.checks[:6]] == [
        "bundle",
        "key",
        "checkpoint",
        "history",
        "proofs",
        "entries",
    ]
    assert report.cannot_show[0].startswith("That nothing was left out of the bundle")
    assert not stranger.state.exists(), "a bundle proves no continuation, so its head is not remembered"


def test_a_bundle_of_closed_ballots_passes(file: Path, stranger: Stranger) -> None:
    community = Community("stoa.example")
    community.found()
    file.write_bytes(Voting(community, cast=5).hold().bundle(of_the_vote))
    report = stranger.verify(str(file))
    assert (report.exit_code, unknown(report)) == (0, ["key", "history", "powers", "vote.attested"])


def test_a_bundle_is_held_to_the_record_seen_before(site: Site, file: Path, stranger: Stranger) -> None:
    community = site.voted()
    site.serve(community)
    stranger.verify(site.url)
    file.write_bytes(community.bundle(of_the_vote))
    report = stranger.verify(str(file))
    assert (report.exit_code, unknown(report)) == (0, ["powers"])
    community.put("agenda.question.proposed", "agenda.question.propose", None, None, "question:13")
    file.write_bytes(community.bundle(of_the_vote))
    report = stranger.verify(str(file))
    assert (report.exit_code, unknown(report)) == (0, ["history", "powers"])
    community.entries.pop()
    community.entries[3] = community.entries[4]
    file.write_bytes(community.bundle(of_the_vote))
    assert first_failure(stranger.verify(str(file))) == (1, "history")
    community.key_seed = bytes(32)
    file.write_bytes(community.bundle(of_the_vote))
    assert first_failure(stranger.verify(str(file))) == (1, "key")


def test_a_pinned_key_counts_more_than_the_bundles_own(voted: Community, file: Path, stranger: Stranger) -> None:
    file.write_bytes(voted.bundle(of_the_vote))
    right, wrong = voted.key.verifier.vkey, SigningKey("stoa.example", bytes(32)).verifier.vkey
    assert stranger.verify(str(file), key=right).exit_code == 0
    assert first_failure(stranger.verify(str(file), key=wrong)) == (1, "checkpoint")


def in_listing(change: Callable[[dict[str, Any]], Any]) -> Callable[[Members], None]:
    def tamper(members: Members) -> None:
        listing = json.loads(members["bundle.json"])
        change(listing)
        members["bundle.json"] = canonical(listing)

    return tamper


def in_first_entry(**changes: Any) -> Callable[[Members], None]:
    return in_listing(lambda listing: listing["entries"][0].update(changes))


def another_blob(members: Members) -> None:
    name = next(name for name, body in members.items() if name.startswith("blobs/") and b"approved" in body)
    members[name] = members[name].replace(b"question:1", b"question:2", 1)


def without_ballots(members: Members) -> None:
    del members[next(name for name, body in members.items() if name.startswith("blobs/") and b"approved" in body)]


@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (in_first_entry(position=3), "proofs"),
        (in_first_entry(position=-1), "proofs"),
        (in_first_entry(position=True), "proofs"),
        (in_first_entry(entry=base64.b64encode(b"{}").decode()), "proofs"),
        (in_first_entry(entry="not base64!"), "proofs"),
        (in_first_entry(entry=base64.b64encode(bytes(70_000)).decode()), "proofs"),
        (in_first_entry(proof=[]), "proofs"),
        (in_first_entry(proof=["AA=="] * 100), "proofs"),
        (in_first_entry(proof=[7]), "proofs"),
        (in_first_entry(more=1), "proofs"),
        (in_listing(lambda listing: listing["entries"].append(listing["entries"][0])), "proofs"),
        (in_listing(lambda listing: listing.update(origin="other.example")), "proofs"),
        (in_listing(lambda listing: listing.update(format="stoa-bundle/2")), "proofs"),
        (in_listing(lambda listing: listing.update(entries=None)), "proofs"),
        (in_listing(lambda listing: listing.update(more=1)), "proofs"),
        (in_listing(lambda listing: listing["entries"].pop()), "entries"),
        (in_listing(lambda listing: listing.update(round="3")), "entries"),
        (in_listing(lambda listing: listing["entries"].pop(-3)), "vote.course"),
        (lambda members: members.update({"bundle.json": b"[" * 100_000}), "proofs"),
        (lambda members: members.update({"bundle.json": b" " * (LARGEST_LIST + 1)}), "proofs"),
        (lambda members: members.pop("bundle.json"), "proofs"),
        (lambda members: members.pop("checkpoint"), "checkpoint"),
        (lambda members: members.update(checkpoint=b"nothing"), "checkpoint"),
        (lambda members: members.pop("vkey"), "key"),
        (another_blob, "vote.ballots"),
        (without_ballots, "vote.ballots"),
        (lambda members: members.update({"../../etc/passwd": b""}), "bundle"),
        (lambda members: members.update({"/etc/passwd": b""}), "bundle"),
        (lambda members: members.update({"blobs/../vkey": b""}), "bundle"),
        (lambda members: members.update({"blobs/\x1b[2J": b""}), "bundle"),
    ],
)
def test_a_tampered_bundle_is_found(
    members: Members, file: Path, stranger: Stranger, tamper: Callable[[Members], None], code: str
) -> None:
    tamper(members)
    file.write_bytes(zipped(members))
    assert first_failure(stranger.verify(str(file))) == (1, code)


def test_a_member_that_is_there_twice_is_found(members: Members, file: Path, stranger: Stranger) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("vkey", members["vkey"])
    assert first_failure(stranger.verify(str(file))) == (1, "bundle")


@pytest.mark.slow
def test_a_member_that_unfolds_beyond_its_cap_is_not_unfolded(members: Members, file: Path, stranger: Stranger) -> None:
    file.write_bytes(zipped(members | {"vkey": bytes(300_000_000)}))
    assert file.stat().st_size < 1_000_000
    report = stranger.verify(str(file))
    assert first_failure(report) == (1, "key")
    assert report.checks[-1].detail == "vkey is larger than the 64,000 bytes that it can rightly have."


def flags_as_encrypted(whole: bytes) -> bytes:
    at = whole.index(b"PK\x01\x02") + 8
    return whole[:at] + b"\x01" + whole[at + 1 :]


def with_a_broken_body(whole: bytes) -> bytes:
    at = whole.index(b"checkpoint") + 12
    return whole[:at] + bytes(8) + whole[at + 8 :]


@pytest.mark.parametrize(("spoil", "code"), [(flags_as_encrypted, "bundle"), (with_a_broken_body, "checkpoint")])
def test_a_zip_with_odd_insides_is_found(
    members: Members, file: Path, stranger: Stranger, spoil: Callable[[bytes], bytes], code: str
) -> None:
    file.write_bytes(spoil(zipped(members)))
    assert first_failure(stranger.verify(str(file))) == (1, code)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda _: b"no zip at all, only a text",
        lambda whole: whole[:-1],
        lambda whole: whole[:-22] + b"PK\x06\x07" + bytes(16) + whole[-22:],
        lambda whole: whole[:-12] + b"\xff\xff" + whole[-10:],
        lambda whole: whole[:-10] + b"\xff\xff\xff\x7f" + whole[-6:],
        lambda whole: whole[-22:],
    ],
)
def test_what_is_no_bundle_stops_the_run(
    members: Members, file: Path, stranger: Stranger, spoil: Callable[[bytes], bytes]
) -> None:
    file.write_bytes(spoil(zipped(members)))
    report = stranger.verify(str(file))
    assert report.exit_code == 2
    assert report.stopped.startswith(f"{file} is not a bundle: ")

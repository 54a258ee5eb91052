"""Two observers who were shown different histories find out by exchanging signed heads, in whatever way is not the server."""

from pathlib import Path

import pytest

from stoa.methods import merkle
from stoa.methods.note import Checkpoint, sign_note
from stoa.verify import Report
from stoa.verify.command import run
from tests.verify.community import Community, of_the_vote
from tests.verify.conftest import Site, Stranger

ACT = ("agenda.question.proposed", "agenda.question.propose", "person:p001", "member", "question:99")


@pytest.fixture
def other(tmp_path: Path) -> Stranger:
    return Stranger(tmp_path / "other")


def shown(site: Site, whom: Stranger, community: Community, extra: int = 0) -> Path:
    """Show this history, and so many more entries, to somebody who finds nothing wrong; gives what they can pass on."""
    for _ in range(extra):
        community.put(*ACT)
    site.serve(community)
    assert whom.verify(site.url).exit_code == 0
    return next(whom.state.glob("*.json"))


def two_histories(site: Site) -> tuple[Community, Community]:
    """Two that differ in one early entry, signed by the same key."""
    one, two = site.community(), site.community()
    two.entries[5] = two.entries[6]
    return one, two


def outcome(report: Report) -> tuple[int, str, str]:
    first = report.first_failure
    return report.exit_code, first.code if first else "", first.detail if first else ""


@pytest.mark.parametrize(("theirs", "mine"), [(0, 0), (0, 1), (250, 300)])
def test_two_who_were_shown_different_histories_find_out(
    site: Site, stranger: Stranger, other: Stranger, theirs: int, mine: int
) -> None:
    one, two = two_histories(site)
    passed_on = shown(site, other, one, theirs)
    first_head = site.files["checkpoint"]
    shown(site, stranger, two, mine)
    report = stranger.verify(site.url, compare=passed_on)
    code, check, told = outcome(report)
    assert (code, check) == (1, "compare")
    assert told.startswith(f"Two histories: the first {14 + theirs} entries that they were shown")
    kept = {path.read_bytes() for path in stranger.state.glob("*.contradicted-by-*.txt")}
    assert kept == {first_head, site.files["checkpoint"]}, "both signed heads are kept: together they are proof"
    assert "Keep " in report.warnings[-1]


def test_who_is_shown_a_shorter_history_than_others_finds_out(site: Site, stranger: Stranger, other: Stranger) -> None:
    one, two = two_histories(site)
    passed_on = shown(site, other, one, 2)
    shown(site, stranger, two, 1)
    code, check, told = outcome(stranger.verify(site.url, compare=passed_on))
    assert (code, check) == (1, "compare")
    assert told.startswith("They were shown 16 entries, here 15 are served")


@pytest.mark.parametrize("since", [0, 1, 300])
def test_two_who_were_shown_the_same_history_agree(site: Site, stranger: Stranger, other: Stranger, since: int) -> None:
    community = site.community()
    passed_on = shown(site, other, community)
    shown(site, stranger, community, since)
    report = stranger.verify(site.url, compare=passed_on)
    assert outcome(report)[0] == 0
    assert next(check.outcome for check in report.checks if check.code == "compare") == "passed"


def test_a_checkpoint_as_it_is_served_is_enough(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = two_histories(site)
    site.serve(one)
    theirs = tmp_path / "theirs.txt"
    theirs.write_bytes(site.files["checkpoint"])
    assert run(site.url, None, tmp_path / "state", compare=theirs) == 0
    site.serve(two)
    assert run(site.url, None, tmp_path / "another", compare=theirs) == 1
    assert "Two histories" in capsys.readouterr().out


def test_tiles_that_feign_agreement_are_found(site: Site, stranger: Stranger, other: Stranger) -> None:
    """The other history's hashes in the tiles satisfy the proof; the entries themselves don't."""
    one, two = two_histories(site)
    passed_on = shown(site, other, one)
    honest = site.files["tile/0/000.p/14"]
    two.put(*ACT)
    site.serve(two)
    feigned = [honest[at : at + 32] for at in range(0, len(honest), 32)] + [merkle.leaf_hash(two.entries[14])]
    site.files["tile/0/000.p/15"] = b"".join(feigned)
    site.files["checkpoint"] = sign_note(Checkpoint(two.origin, 15, merkle.root(feigned)).text, two.key)
    assert outcome(stranger.verify(site.url, compare=passed_on))[:2] == (1, "root")


@pytest.mark.parametrize("octets", [b"", b"{}", b"nothing", b"\xff" * 70_000])
def test_what_the_records_key_did_not_sign_proves_nothing(
    site: Site, stranger: Stranger, tmp_path: Path, octets: bytes
) -> None:
    shown(site, stranger, site.community())
    theirs = tmp_path / "theirs.txt"
    theirs.write_bytes(octets)
    report = stranger.verify(site.url, compare=theirs)
    assert (report.exit_code, report.first_failure) == (2, None)
    assert "has no signed head of this record" in report.stopped


def test_a_head_of_another_key_proves_nothing(site: Site, stranger: Stranger, other: Stranger) -> None:
    forged = site.community()
    forged.key_seed = bytes(32)
    passed_on = shown(site, other, forged)
    shown(site, stranger, site.community())
    report = stranger.verify(site.url, compare=passed_on)
    assert (report.exit_code, report.first_failure) == (2, None)
    assert stranger.verify(site.url, compare=passed_on.with_name("missing")).exit_code == 2


def test_a_bundle_is_held_to_heads_of_its_size(site: Site, stranger: Stranger, other: Stranger, tmp_path: Path) -> None:
    community = site.voted()
    passed_on = shown(site, other, community)
    bundle, changed = tmp_path / "round-2.zip", tmp_path / "changed.zip"
    bundle.write_bytes(community.bundle(of_the_vote))
    assert stranger.verify(str(bundle), compare=passed_on).exit_code == 0
    community.entries[5] = community.entries[6]
    changed.write_bytes(community.bundle(of_the_vote))
    assert outcome(stranger.verify(str(changed), compare=passed_on))[:2] == (1, "compare")

"""A stranger's run over a whole record: what passes, what is said to be unknowable, and what is remembered."""

import json
from datetime import timedelta

import pytest

from stoa.verify import Outcome, Report
from tests.verify.community import CLOSES, Change, Community, Voting
from tests.verify.conftest import Site, Stranger

STEPS = ["key", "checkpoint", "name", "history", "entries", "root", "tiles", "powers", "votes"]
VOTE_STEPS = [
    "vote.course",
    "vote.opening",
    "vote.times",
    "vote.efforts",
    "vote.voters",
    "vote.sealed",
    "vote.voted",
    "vote.ballots",
    "vote.secrecy",
    "vote.decision",
    "vote.result",
    "vote.majority",
    "vote.published",
    "vote.certificate",
]


def unknown(report: Report) -> list[str]:
    return [check.code for check in report.checks if check.outcome is Outcome.UNKNOWN]


def detail(report: Report, code: str) -> str:
    return next(check.detail for check in report.checks if check.code == code)


def test_a_correct_record_passes_every_check(site: Site, stranger: Stranger) -> None:
    site.serve(site.voted())
    first, second = stranger.verify(site.url), stranger.verify(site.url)
    assert [check.code for check in first.checks] == STEPS + VOTE_STEPS
    assert (first.exit_code, unknown(first)) == (0, ["key", "history"])
    assert (second.exit_code, unknown(second)) == (0, [])
    assert (second.origin, second.size) == (site.origin, 19)
    assert second.cannot_show
    assert detail(second, "vote.result") == (
        "Counted again: the same 4 winners in the same order and phases, ties by the seed published before."
    )


@pytest.mark.parametrize("utility", ["cost", "cardinality"])
@pytest.mark.parametrize("completion", ["add1u", "none"])
@pytest.mark.parametrize("random_seed", [2, 3, 4])
def test_votes_of_every_kind_are_counted_alike(
    site: Site, stranger: Stranger, utility: str, completion: str, random_seed: int
) -> None:
    site.serve(site.voted(utility=utility, completion=completion, random_seed=random_seed))
    report = stranger.verify(site.url)
    assert (report.exit_code, report.first_failure) == (0, None)


def test_an_empty_record_passes(site: Site, stranger: Stranger) -> None:
    site.serve(Community(site.origin))
    report = stranger.verify(site.url)
    assert (report.exit_code, report.size) == (0, 0)
    assert unknown(report) == ["key", "history", "powers", "votes"]


def test_a_pinned_key_is_not_asked_for(site: Site, stranger: Stranger) -> None:
    community = site.voted()
    site.serve(community)
    del site.files["vkey"]
    report = stranger.verify(site.url, key=community.key.verifier.vkey)
    assert (report.exit_code, unknown(report)) == (0, ["history"])
    assert "vkey" not in site.asked


def test_a_record_reached_under_another_name_passes_with_a_word(site: Site, stranger: Stranger) -> None:
    community = Community("stoa.example/community")
    community.found()
    site.serve(community)
    report = stranger.verify(site.url)
    assert (report.exit_code, unknown(report)) == (0, ["key", "name", "history", "votes"])
    assert detail(report, "name") == (
        f"The record says that it is that of stoa.example/community; it was reached as {site.origin}. "
        "Nothing here can show that the two are the same."
    )


@pytest.mark.parametrize(
    ("closes", "told"),
    [
        ("2999-11-08T09:00:00Z", "The vote is open until 2999-11-08 09:00:00 UTC: there is nothing to recompute yet."),
        ("2026-11-08T09:00:00Z", "The vote closed 2026-11-08 09:00:00 UTC and is not sealed yet."),
    ],
)
def test_a_vote_that_is_not_sealed_is_told_and_no_failure(
    site: Site, stranger: Stranger, closes: str, told: str
) -> None:
    changes: dict[str, Change] = {"ballots.vote_opened": lambda facts: facts.update(closes=closes)}
    site.serve(Voting(site.community(), changes=changes).open().community)
    report = stranger.verify(site.url)
    assert (report.exit_code, unknown(report)) == (0, ["key", "history", "vote.sealed"])
    assert detail(report, "vote.sealed") == told


def test_a_sealed_vote_awaiting_its_window_is_told_and_no_failure(site: Site, stranger: Stranger) -> None:
    later = CLOSES + timedelta(days=1)
    site.serve(Voting(site.community()).open().extend(later).seal(later).community)
    report = stranger.verify(site.url)
    assert (report.exit_code, unknown(report)) == (0, ["key", "history", "vote.result"])
    assert detail(report, "vote.times") == (
        "Close 2026-11-09 09:00:00 UTC, moved there from an earlier instant; "
        "24 hours for checking between sealing and opening."
    )


@pytest.mark.parametrize(
    ("words", "exit_code", "told"),
    [
        ({}, 0, "kept closed since there were fewer than 20: not yet attested by any scrutineer, not recomputable."),
        ({"p001": True}, 0, "fewer than 20: attested by 1 of two scrutineers, not recomputable."),
        ({"p001": True, "p002": True}, 0, "fewer than 20: attested by 2 of two scrutineers, not recomputable."),
        ({"p001": True, "p002": False}, 1, "1 scrutineer of 2 who checked the closed ballots said that the result"),
    ],
)
def test_closed_ballots_are_attested_not_recomputed(
    site: Site, stranger: Stranger, words: dict[str, bool], exit_code: int, told: str
) -> None:
    voting = Voting(site.community(), cast=19)
    voting.hold()
    for who, agrees in words.items():
        voting.attest(who, agrees=agrees)
    site.serve(voting.community)
    report = stranger.verify(site.url)
    assert report.exit_code == exit_code
    assert told in detail(report, "vote.attested")
    assert "vote.result" not in [check.code for check in report.checks]


def test_closed_ballots_of_which_too_much_is_told_fail(site: Site, stranger: Stranger) -> None:
    site.serve(site.voted(cast=10, changes={"agenda.decided": lambda facts: facts.update(majority=["question:1"])}))
    report = stranger.verify(site.url)
    assert report.first_failure is not None
    assert report.first_failure.code == "vote.decision"


def test_a_false_reason_to_keep_ballots_closed_fails(site: Site, stranger: Stranger) -> None:
    changes = {"ballots.kept_closed": lambda facts: facts.update(reason="under-20")}
    site.serve(site.voted(unanimous=True, changes=changes))
    report = stranger.verify(site.url)
    assert report.first_failure is not None
    assert report.first_failure.code == "vote.attested"


def test_imported_votes_are_counted_and_said_not_to_be_of_members(site: Site, stranger: Stranger) -> None:
    site.serve(site.voted(imported=True, cast=12, window_hours=0))
    report = stranger.verify(site.url)
    assert (report.exit_code, unknown(report)) == (0, ["key", "history", "vote.imported"])
    assert detail(report, "vote.imported").endswith("they are no members.")


def test_many_options_stand_in_a_blob(site: Site, stranger: Stranger) -> None:
    community = site.community()

    def into_blob(facts: dict[str, object]) -> None:
        facts["options_blob"] = community.blob(facts.pop("options"))

    site.serve(Voting(community, changes={"ballots.vote_opened": into_blob}).hold())
    assert stranger.verify(site.url).exit_code == 0


def test_two_votes_are_told_apart(site: Site, stranger: Stranger) -> None:
    community = site.voted()
    Voting(community, ballot="4", round="3", cast=5).hold()
    site.serve(community)
    report = stranger.verify(site.url)
    assert report.exit_code == 0
    assert {check.about for check in report.checks} == {"", "ballot:3", "ballot:4"}


def test_a_large_record_is_read_tile_by_tile(site: Site, stranger: Stranger) -> None:
    community = site.community()
    community.entries += community.entries[-1:] * (3_000 - len(community.entries))
    site.serve(community)
    seen: list[tuple[int, int]] = []
    report = stranger.verify(site.url, on_progress=lambda done, total: seen.append((done, total)))
    assert (report.exit_code, report.size) == (0, 3_000)
    assert (seen[0], seen[-1], len(seen)) == ((256, 3_000), (3_000, 3_000), 12)


def test_a_partial_tile_that_is_gone_is_read_from_the_full_one(site: Site, stranger: Stranger) -> None:
    community = site.community()
    site.serve(community)
    older = {name: site.files[name] for name in ("checkpoint", "vkey")}
    while len(community.entries) < 300:
        community.put("agenda.question.proposed", "agenda.question.propose", None, None, "question:9")
    site.files = community.publish() | older
    report = stranger.verify(site.url)
    assert (report.exit_code, report.size) == (0, 14)


@pytest.mark.parametrize(("lost", "told"), [(None, "an unknown number of entries"), (3, "3 of the entries")])
def test_a_restored_record_passes_with_a_word(site: Site, stranger: Stranger, lost: int | None, told: str) -> None:
    community = site.community()
    community.put("record.tail.recovered", "record.tail.recover", "operator", "operator", "log:1", facts={"lost": lost})
    site.serve(community)
    report = stranger.verify(site.url)
    assert report.exit_code == 0
    (warning,) = report.warnings
    assert warning.startswith("entry 14 (record.tail.recovered) says that the server was restored from a backup")
    assert warning.endswith(f", and that {told} published after it were lost.")


def test_only_what_passed_is_remembered(site: Site, stranger: Stranger) -> None:
    site.serve(site.voted(changes={"agenda.decided": lambda facts: facts.update(spent=1)}))
    assert stranger.verify(site.url).exit_code == 1
    assert not stranger.state.exists()


def test_what_is_remembered_names_the_head_and_where_it_was_seen(site: Site, stranger: Stranger) -> None:
    community = site.community()
    site.serve(community)
    report = stranger.verify(site.url)
    (path,) = stranger.state.iterdir()
    assert json.loads(path.read_text()) == {
        "format": "stoa-verify-state/1",
        "origin": site.origin,
        "vkey": community.key.verifier.vkey,
        "size": 14,
        "root": report.root,
        "note": site.files["checkpoint"].decode(),
        "addresses": [site.origin],
    }


@pytest.mark.parametrize("spoilt", ["{", "[]", '{"format": "stoa-verify-state/1"}', "[" * 100_000])
def test_a_spoilt_memory_stops_the_run(site: Site, stranger: Stranger, spoilt: str) -> None:
    site.serve(site.community())
    stranger.verify(site.url)
    (path,) = stranger.state.iterdir()
    path.write_text(spoilt)
    report = stranger.verify(site.url)
    assert report.exit_code == 2
    assert report.stopped.startswith(f"{path} is not what verify wrote there.")


def test_a_memory_that_cannot_be_written_is_no_failure(site: Site, stranger: Stranger) -> None:
    site.serve(site.community())
    stranger.state.write_text("a file where the directory should be")
    report = stranger.verify(site.url)
    assert report.exit_code == 0
    assert report.warnings[0].startswith("Nothing was remembered for the next run:")


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("nowhere.zip", "nowhere.zip is neither a file nor an address that begins with http:// or https://."),
        ("ftp://stoa.example", "ftp://stoa.example is not an address that begins with http:// or https://."),
        ("https://", "https:// is not an address that begins with http:// or https://."),
        ("https://stoa.example/?a=1", "Give the community's plain address"),
        ("https://me:secret@stoa.example", "Give the community's plain address"),
        ("http://[::1", "is not an address"),
    ],
)
def test_a_target_that_is_none_is_said_to_be(stranger: Stranger, target: str, told: str) -> None:
    report = stranger.verify(target)
    assert report.exit_code == 2
    assert told in report.stopped


def test_a_key_that_is_none_is_said_to_be(site: Site, stranger: Stranger) -> None:
    report = stranger.verify(site.url, key="my key")
    assert (report.exit_code, report.stopped[:7]) == (2, "--key: ")

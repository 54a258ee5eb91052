"""Whatever is changed, in what a server serves or in what it signs, is found, under the name of the right check."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from stoa.methods import tiles
from stoa.methods.canonical import canonical
from stoa.methods.note import SigningKey, sign_note
from tests.verify.community import CLOSES, Change, Voting, paper, stamp
from tests.verify.conftest import Site, Stranger, first_failure

Files = dict[str, bytes]


# What is changed on its way, or on the disk of an honest server: the signed head no longer fits.


def entries_path(files: Files) -> str:
    return next(path for path in files if path.startswith("tile/entries/"))


def on_entries(change: Callable[[list[bytes]], Any]) -> Callable[[Files], None]:
    def tamper(files: Files) -> None:
        path = entries_path(files)
        entries = tiles.decode_bundle(files[path])
        change(entries)
        files[path] = tiles.encode_bundle(entries)

    return tamper


def in_entry(type_: str, change: Callable[[dict[str, Any]], Any]) -> Callable[[Files], None]:
    def tamper(entries: list[bytes]) -> None:
        place = next(n for n, raw in enumerate(entries) if json.loads(raw)["type"] == type_)
        value = json.loads(entries[place])
        change(value)
        entries[place] = canonical(value)

    return on_entries(tamper)


def swap(entries: list[bytes]) -> None:
    entries[3], entries[4] = entries[4], entries[3]


def double(entries: list[bytes]) -> None:
    entries[5] = entries[4]


def with_a_space(entries: list[bytes]) -> None:
    entries[3] = entries[3].replace(b'":', b'": ', 1)


def cut(path_of: Callable[[Files], str], length: int) -> Callable[[Files], None]:
    def tamper(files: Files) -> None:
        files[path_of(files)] = files[path_of(files)][:-length]

    return tamper


def other_tile(files: Files) -> None:
    path = next(path for path in files if path.startswith("tile/0/"))
    files[path] = bytes(32) + files[path][32:]


def without_tile(files: Files) -> None:
    del files[next(path for path in files if path.startswith("tile/0/"))]


def without_entries(files: Files) -> None:
    del files[entries_path(files)]


def other_root(files: Files) -> None:
    files["checkpoint"] = files["checkpoint"].replace(b"\n19\n", b"\n18\n")


def other_signer(files: Files) -> None:
    key = SigningKey(files["vkey"].decode().partition("+")[0], bytes(32))
    files["checkpoint"] = sign_note(files["checkpoint"].decode().partition("\n\n")[0] + "\n", key)


def other_origin(files: Files) -> None:
    text = files["checkpoint"].decode().partition("\n\n")[0].split("\n")
    key = SigningKey(text[0], sha256(b"the key of the record").digest())
    files["checkpoint"] = sign_note("\n".join(["elsewhere.example", *text[1:]]) + "\n", key)


@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (in_entry("ballots.vote_opened", lambda entry: entry["facts"].update(seed="0" * 64)), "root"),
        (in_entry("agenda.question.proposed", lambda entry: entry.update(at="2026-11-01T09:00:00.000000Z")), "root"),
        (on_entries(swap), "root"),
        (on_entries(double), "root"),
        (on_entries(lambda entries: entries.pop(4)), "entries"),
        (on_entries(lambda entries: entries.append(entries[4])), "entries"),
        (on_entries(with_a_space), "entries"),
        (in_entry("agenda.question.proposed", lambda entry: entry.update(extra=1)), "entries"),
        (in_entry("agenda.question.proposed", lambda entry: entry.pop("v")), "entries"),
        (in_entry("agenda.question.proposed", lambda entry: entry.update(v=2)), "entries"),
        (in_entry("agenda.question.proposed", lambda entry: entry.update(at="2026-13-01T09:00:00.000000Z")), "entries"),
        (in_entry("agenda.question.proposed", lambda entry: entry.update(actor="Ada Lovelace")), "entries"),
        (in_entry("agenda.question.proposed", lambda entry: entry.update(role="clock")), "entries"),
        (in_entry("agenda.question.proposed", lambda entry: entry.update(commitments={"title": "short"})), "entries"),
        (cut(entries_path, 1), "entries"),
        (without_entries, "entries"),
        (other_tile, "tiles"),
        (without_tile, "tiles"),
        (other_root, "checkpoint"),
        (other_signer, "checkpoint"),
        (other_origin, "checkpoint"),
        (lambda files: files.update(vkey=b"not a key"), "key"),
    ],
)
def test_a_changed_file_is_found(site: Site, stranger: Stranger, tamper: Callable[[Files], None], code: str) -> None:
    site.serve(site.voted())
    tamper(site.files)
    assert first_failure(stranger, site) == code


@pytest.mark.parametrize(
    ("blob", "code"),
    [
        ("voters", "vote.voters"),
        ("commitments", "vote.sealed"),
        ("voted", "vote.voted"),
        ("ballots", "vote.ballots"),
        ("result", "vote.published"),
    ],
)
@pytest.mark.parametrize("gone", [False, True])
def test_a_changed_or_missing_blob_is_found(
    site: Site, stranger: Stranger, blob: str, code: str, *, gone: bool
) -> None:
    named: dict[str, str] = {}

    def note(value: Any) -> None:
        named[blob] = sha256(canonical(value)).hexdigest()

    site.serve(site.voted(changes={blob: note}))
    path = f"blob/{named[blob]}"
    body = site.files.pop(path)
    if not gone:
        site.files[path] = body.replace(b"1", b"2", 1)
    assert first_failure(stranger, site) == code


# What a server signs although it is wrong: the hashes fit, the vote does not.


def of(name: str, **facts: Any) -> dict[str, Change]:
    """Change facts of one entry."""
    return {name: lambda value: value.update(facts)}


def approve_more(ballots: list[dict[str, Any]]) -> None:
    body = ballots[4]["body"]
    body["approved"] = sorted({*body["approved"], "question:1", "question:2"} ^ {body["approved"][0]})


def recast(ballots: list[dict[str, Any]]) -> None:
    ballots[4] = paper("3", ["question:1"], bytes(32))


def add_ballot(ballots: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted([*ballots, paper("3", ["question:1"], bytes(32))], key=lambda one: one["commitment"])


def of_another_vote(ballots: list[dict[str, Any]]) -> None:
    ballots[4]["body"]["ballot"] = "4"


def swap_two(rows: list[Any]) -> None:
    rows[0], rows[1] = rows[1], rows[0]


def first_becomes_second(rows: list[Any]) -> None:
    rows[0] = rows[1]


def in_selected(change: Callable[[list[Any]], Any]) -> dict[str, Change]:
    def tamper(facts: dict[str, Any]) -> None:
        change(facts["selected"])
        facts["spent"] = sum(row["cost"] for row in facts["selected"])

    return {"agenda.decided": tamper}


def another_winner(rows: list[Any]) -> None:
    rows[1] = {"id": "question:1", "cost": 27, "phase": "mes"}


def in_certificate(change: Callable[[dict[str, Any]], Any]) -> dict[str, Change]:
    return {"result": lambda value: change(value["certificate"])}


def pay_less(certificate: dict[str, Any]) -> None:
    certificate["base"]["rounds"][0]["payment"] = "0.5"


def pay_by_fewer(certificate: dict[str, Any]) -> None:
    certificate["base"]["rounds"][0]["full"] -= 1


def leave_more(certificate: dict[str, Any]) -> None:
    certificate["left"][next(iter(certificate["left"]))] += 1


def claim_a_violation(certificate: dict[str, Any]) -> None:
    certificate["audit"]["outcome"].append({"id": "question:1", "supporters": 3})


def without(name: str) -> Change:
    def tamper(value: dict[str, Any]) -> None:
        del value[name]

    return tamper


def in_opening(change: Callable[[dict[str, Any]], Any]) -> dict[str, Change]:
    return {"ballots.vote_opened": change}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ballots": approve_more}, "vote.ballots"),
        ({"ballots": recast}, "vote.ballots"),
        ({"ballots": add_ballot}, "vote.ballots"),
        ({"ballots": lambda ballots: ballots[:-1]}, "vote.ballots"),
        ({"ballots": swap_two}, "vote.ballots"),
        ({"ballots": of_another_vote}, "vote.ballots"),
        ({"ballots": lambda ballots: ballots[3].update(nonce="0" * 64)}, "vote.ballots"),
        ({"ballots": lambda ballots: ballots[3].update(name="Ada")}, "vote.ballots"),
        (of("ballots.opened", count=29), "vote.ballots"),
        ({"commitments": first_becomes_second}, "vote.sealed"),
        ({"commitments": swap_two}, "vote.sealed"),
        ({"commitments": lambda rows: rows[1:]}, "vote.sealed"),
        (of("ballots.sealed", root="0" * 64), "vote.sealed"),
        ({"voted": lambda ids: [*ids[:-1], "p999"]}, "vote.voted"),
        ({"voted": lambda ids: ids[:-1]}, "vote.voted"),
        ({"voted": first_becomes_second}, "vote.voted"),
        ({"voters": lambda ids: [*ids, "p999"]}, "vote.voters"),
        ({"voters": lambda ids: [*ids[:-1], "p999"]}, "vote.voters"),
        ({"voters": swap_two}, "vote.voters"),
        (of("agenda.decided", spent=3), "vote.decision"),
        (of("agenda.decided", capacity=1000), "vote.decision"),
        (of("agenda.decided", method="majority/1"), "vote.decision"),
        (in_selected(lambda rows: rows[0].update(cost=1)), "vote.decision"),
        (in_selected(lambda rows: rows[0].update(id="question:99")), "vote.decision"),
        (in_selected(first_becomes_second), "vote.decision"),
        (
            in_selected(lambda rows: rows.extend({"id": f"question:{n}", "cost": 20, "phase": "mes"} for n in (5, 10))),
            "vote.decision",
        ),
        (in_selected(swap_two), "vote.result"),
        (in_selected(lambda rows: rows.pop()), "vote.result"),
        (in_selected(another_winner), "vote.result"),
        (in_selected(lambda rows: rows[0].update(phase="add1")), "vote.result"),
        (of("agenda.decided", majority=["question:1"]), "vote.majority"),
        ({"result": lambda value: value.update(budget=121)}, "vote.published"),
        ({"result": lambda value: swap_two(value["selected"])}, "vote.published"),
        ({"result": lambda value: value.update(more=1)}, "vote.published"),
        (in_certificate(pay_less), "vote.certificate"),
        (in_certificate(pay_by_fewer), "vote.certificate"),
        (in_certificate(leave_more), "vote.certificate"),
        (in_certificate(claim_a_violation), "vote.certificate"),
        (in_certificate(lambda certificate: certificate["base"].update(share="5")), "vote.certificate"),
        (in_certificate(without("left")), "vote.certificate"),
        (in_opening(lambda facts: facts.update(seed="0" * 64)), "vote.certificate"),
        (in_opening(lambda facts: facts.update(seed="short")), "vote.opening"),
        (in_opening(lambda facts: facts["options"].append(facts["options"][0])), "vote.opening"),
        (in_opening(lambda facts: facts["options"][0].update(cost=0)), "vote.opening"),
        (in_opening(lambda facts: facts.update(closes="soon")), "vote.opening"),
        (in_opening(without("voters")), "vote.opening"),
        (in_opening(lambda facts: facts["options"][0].update(cost=21)), "vote.efforts"),
        (in_opening(lambda facts: facts.update(capacity=500)), "vote.efforts"),
        (in_opening(lambda facts: facts.update(options=facts["options"][1:])), "vote.efforts"),
        (in_opening(lambda facts: facts["voters"].update(count=41)), "vote.voters"),
        (in_opening(lambda facts: facts.update(closes=stamp(CLOSES + timedelta(days=1)))), "vote.times"),
        (in_opening(lambda facts: facts.update(window_hours=25)), "vote.times"),
        (of("ballots.sealed", ballot="4"), "vote.course"),
    ],
)
def test_a_vote_that_was_signed_wrong_is_found(
    site: Site, stranger: Stranger, changes: dict[str, Change], code: str
) -> None:
    site.serve(site.voted(changes=changes))
    assert first_failure(stranger, site) == code


def test_another_seed_where_options_tie_changes_the_winners(site: Site, stranger: Stranger) -> None:
    voting = Voting(site.community(), cast=24, changes=in_opening(lambda facts: facts.update(seed="07" * 32)))
    voting.options = dict.fromkeys(voting.options, 60)
    voting.papers = sorted(
        (paper("3", [f"question:{1 + n % 12}"], bytes([n]) * 32) for n in range(24)), key=lambda one: one["commitment"]
    )
    site.serve(voting.hold())
    assert first_failure(stranger, site) == "vote.result"


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def opened_at_once(voting: Voting) -> None:
    voting.open().seal()
    voting.community.now -= HOUR
    voting.end().decide()


def efforts_frozen_twice(voting: Voting) -> None:
    frozen = {"round": "2", "unit": "hours", "capacity": 120, "questions": []}
    voting.community.put("agenda.effort_frozen", "agenda.round.begin_vote", "clock", "clock", "round:2", facts=frozen)
    voting.hold()


def a_second_vote_on_the_round(voting: Voting) -> None:
    Voting(voting.hold(), ballot="4", random_seed=5, imported=True).hold()


@pytest.mark.parametrize(
    ("course", "code"),
    [
        (lambda vote: vote.open().seal().seal(CLOSES + HOUR).end().decide(), "vote.course"),
        (lambda vote: vote.open().seal().end().end().decide(), "vote.course"),
        (lambda vote: vote.open().seal().end().decide().decide(), "vote.course"),
        (lambda vote: vote.open().open().seal().end().decide(), "vote.course"),
        (lambda vote: vote.seal().end().decide(), "vote.course"),
        (lambda vote: vote.open().end().decide(), "vote.course"),
        (lambda vote: vote.open().seal().decide(), "vote.course"),
        (lambda vote: vote.open().end().seal().decide(), "vote.course"),
        (lambda vote: vote.open().seal().decide().end(), "vote.course"),
        (lambda vote: vote.open().seal().extend(CLOSES + 9 * DAY).end().decide(), "vote.course"),
        (lambda vote: vote.open().seal().end().decide().attest("p001", agrees=True), "vote.course"),
        (lambda vote: vote.open().extend(CLOSES - DAY).seal().end().decide(), "vote.times"),
        (lambda vote: vote.open().extend(CLOSES + DAY).seal().end().decide(), "vote.times"),
        (lambda vote: vote.open().seal(CLOSES - HOUR).end().decide(), "vote.times"),
        (opened_at_once, "vote.times"),
        (efforts_frozen_twice, "vote.efforts"),
        (a_second_vote_on_the_round, "votes"),
    ],
)
def test_acts_out_of_their_order_are_found(
    site: Site, stranger: Stranger, course: Callable[[Voting], Any], code: str
) -> None:
    voting = Voting(site.community())
    course(voting)
    site.serve(voting.community)
    assert first_failure(stranger, site) == code


@pytest.mark.parametrize(("cast", "unanimous"), [(19, False), (30, True)])
def test_few_or_like_ballots_that_were_opened_are_found(
    site: Site, stranger: Stranger, cast: int, *, unanimous: bool
) -> None:
    voting = Voting(site.community(), cast=cast, unanimous=unanimous).open().seal()
    voting.imported = True  # so that they are opened
    site.serve(voting.end().decide().community)
    assert first_failure(stranger, site) == "vote.secrecy"

"""Powers that nobody granted, keys that nobody knew, heads that contradict each other: all are found."""

from collections.abc import Callable
from typing import Any

import pytest

from stoa.methods import merkle
from stoa.methods.note import Checkpoint, SigningKey, sign_note
from tests.verify.community import Community
from tests.verify.conftest import Site, Stranger, first_failure


def put(community: Community, act: str, actor: str | None, role: str | None, **more: Any) -> None:
    community.put("agenda.question.proposed", act, actor, role, "question:99", **more)


def new_charter(community: Community, version: int, text: bytes = b"[powers]\n") -> None:
    facts = {"version": version, "text": community.blob(text), "provisional": False}
    who = ("charter.in_force", "charter.text.put_in_force", "operator", "operator")
    community.put(*who, f"charter:{version}", facts=facts)


def act_under_the_old(community: Community) -> None:
    new_charter(community, 2)
    put(community, "agenda.question.propose", "person:p001", "member")


def act_no_longer_granted(community: Community) -> None:
    new_charter(community, 2)
    community.charter = 2
    put(community, "agenda.question.propose", "person:p001", "member")


@pytest.mark.parametrize(
    "misuse",
    [
        lambda community: put(community, "agenda.question.propose", "person:p001", "visitor"),
        lambda community: put(community, "agenda.question.steal", "person:p001", "member"),
        lambda community: put(community, "agenda.round.decide", "operator", "operator"),
        lambda community: put(community, "agenda.round.extend", None, None),
        lambda community: put(community, "agenda.question.propose", "person:p001", "member", charter=0),
        lambda community: put(community, "agenda.question.propose", "person:p001", "member", charter=2),
        lambda community: new_charter(community, 1),
        lambda community: new_charter(community, 2, b"powers = what?"),
        lambda community: new_charter(community, 2, b"[powers]\nact = 'everyone'"),
        act_under_the_old,
        act_no_longer_granted,
    ],
)
def test_a_power_that_was_not_granted_is_found(
    site: Site, stranger: Stranger, misuse: Callable[[Community], None]
) -> None:
    community = site.community()
    misuse(community)
    site.serve(community)
    assert first_failure(stranger, site) == "powers"


def test_before_the_first_charter_only_beginnings_are_granted(site: Site, stranger: Stranger) -> None:
    community = Community(site.origin)
    community.put("people.person.admitted", "people.person.admit", "operator", "operator", "person:p001")
    site.serve(community)
    assert first_failure(stranger, site) == ""
    put(community, "agenda.question.propose", "person:p001", "member")
    site.serve(community)
    assert first_failure(stranger, site) == "powers"


def test_an_older_head_is_found(site: Site, stranger: Stranger) -> None:
    community = site.community()
    site.serve(community)
    older = dict(site.files)
    put(community, "agenda.question.propose", "person:p001", "member")
    site.serve(community)
    assert first_failure(stranger, site) == ""
    site.files = older
    report = stranger.verify(site.url)
    assert report.first_failure is not None
    assert (report.exit_code, report.first_failure.code) == (1, "history")
    assert report.first_failure.detail.startswith("An older checkpoint is served")


@pytest.mark.parametrize("longer_by", [0, 1, 300])
def test_a_fork_is_found_and_kept_as_evidence(site: Site, stranger: Stranger, longer_by: int) -> None:
    community = site.community()
    site.serve(community)
    assert first_failure(stranger, site) == ""
    community.entries[5] = community.entries[6]
    for _ in range(longer_by):
        put(community, "agenda.question.propose", "person:p001", "member")
    site.serve(community)
    report = stranger.verify(site.url)
    assert report.first_failure is not None
    assert (report.first_failure.code, "fork" in report.first_failure.detail) == ("history", True)
    kept = next(stranger.state.glob("*.contradicted-by-*.txt"))
    assert kept.read_bytes() == site.files["checkpoint"]
    assert stranger.remembered() == 14, "a head that failed is not remembered"


def test_tiles_that_feign_a_continuation_are_found(site: Site, stranger: Stranger) -> None:
    """The old head's hashes in the tiles satisfy a proof; the entries themselves don't."""
    community = site.community()
    site.serve(community)
    assert first_failure(stranger, site) == ""
    honest = site.files["tile/0/000.p/14"]
    community.entries[5] = community.entries[6]
    community.entries += community.entries[:2]
    site.serve(community)
    leaves = [honest[at : at + 32] for at in range(0, len(honest), 32)]
    feigned = leaves + [merkle.leaf_hash(entry) for entry in community.entries[14:]]
    site.files["tile/0/000.p/16"] = b"".join(feigned)
    head = Checkpoint(community.origin, 16, merkle.root(feigned))
    site.files["checkpoint"] = sign_note(head.text, community.key)
    assert first_failure(stranger, site) == "root"


def test_a_record_that_grew_continues(site: Site, stranger: Stranger) -> None:
    community = site.community()
    for size in (14, 15, 255, 256, 257, 600):
        while len(community.entries) < size:
            put(community, "agenda.question.propose", "person:p001", "member")
        site.serve(community)
        assert first_failure(stranger, site) == ""
        assert stranger.remembered() == size


def test_another_key_for_the_same_origin_is_found(site: Site, stranger: Stranger) -> None:
    community = site.community()
    site.serve(community)
    assert first_failure(stranger, site) == ""
    community.key_seed = bytes(32)
    site.serve(community)
    assert first_failure(stranger, site) == "key"


def test_another_origin_at_the_same_address_is_found(site: Site, stranger: Stranger) -> None:
    site.serve(site.community())
    assert first_failure(stranger, site) == ""
    other = Community("other.example")
    other.found()
    site.serve(other)
    assert first_failure(stranger, site) == "key"


def test_a_pinned_key_that_did_not_sign_is_found(site: Site, stranger: Stranger) -> None:
    site.serve(site.community())
    other = SigningKey(site.origin, bytes(32)).verifier.vkey
    report = stranger.verify(site.url, key=other)
    assert report.first_failure is not None
    assert (report.exit_code, report.first_failure.code) == (1, "checkpoint")

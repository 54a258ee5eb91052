"""Who a call admitted, recomputed from what the record has: each thing that could be tampered with is told."""

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.admission import Share, admit, within
from stoa.methods.canonical import canonical
from stoa.verify import Outcome
from stoa.verify.admissions import check_admissions
from stoa.verify.powers import Watch
from stoa.verify.reading import Reading
from stoa.verify.report import Report
from tests.verify.community import CHARTER, SEED, Community
from tests.verify.test_votes import Blobs, begun, blob_of

SCORES = {f"number-{n:02}": 100 + 25 * (n % 9) for n in range(24)}
FOUND = admit(SCORES, bar=200, places=5, seed=SEED)


def decided(scores: Any = None, **changed: Any) -> Community:
    """A call with five places and a bar of two, decided by these scores, with some of its facts changed."""
    community = begun(f"{CHARTER}\n[limits]\nsponsor_members_percent = 20\n")
    subject, call = "call:abc", {"call": "abc"}
    announced = {**call, "seed": changed.pop("seed", SEED), "places": changed.pop("places", 5)}
    order = changed.pop("order", [*FOUND.admitted, *FOUND.waiting])
    rows = sorted(SCORES.items()) if scores is None else scores
    facts = {
        **call,
        "bar": 200,
        "admitted": len(FOUND.admitted),
        "waiting": len(FOUND.waiting),
        "declined": len(FOUND.declined),
        "order": community.blob(order),
        **({"scores": community.blob([list(row) for row in rows])} if rows else {}),
        **changed,
    }
    told = [
        ("members.call.announced", announced),
        ("members.bar.set", {**call, "bar": 200}),
        ("members.call.decided", facts),
    ]
    for kind, each in told:
        community.put(kind, "members.any", "person:a", "steward", subject, facts=each)
    return community


def outcomes(community: Community) -> dict[str, tuple[Outcome, str]]:
    """The checks of the call."""
    report, reading = Report("here"), Reading(Watch(blob_of(community)))
    for raw in community.entries:
        reading.take(raw)
    assert not reading.malformed
    check_admissions(reading.deciding, Blobs(community), reading.watch.sponsor_percent, report)
    return {check.code: (check.outcome, check.detail) for check in report.checks}


def test_an_order_that_follows_from_scores_bar_and_seed_passes() -> None:
    found = outcomes(decided())
    assert found == {
        "call.decided": (Outcome.PASSED, f"5 admitted, {len(FOUND.waiting)} waiting, {len(FOUND.declined)} not."),
        "call.order": (Outcome.PASSED, "Recomputed from 24 scores, the bar and the seed."),
    }


def test_without_published_scores_it_says_that_it_can_not_be_known() -> None:
    found = outcomes(decided(scores=[]))
    assert (found["call.decided"][0], found["call.order"][0]) == (Outcome.PASSED, Outcome.UNKNOWN)


ORDER = [*FOUND.admitted, *FOUND.waiting]


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("call.order", {"order": [ORDER[1], ORDER[0], *ORDER[2:]]}),
        ("call.order", {"seed": sha256(b"another").hexdigest()}),
        ("call.order", {"scores": sorted((SCORES | {ORDER[0]: 100}).items())}),
        ("call.order", {"scores": sorted(SCORES.items())[1:]}),
        ("call.order", {"scores": [*sorted(SCORES.items()), ("number-00", 100)]}),
        ("call.order", {"scores": [(name, str(score)) for name, score in SCORES.items()]}),
        ("call.decided", {"bar": 175}),
        ("call.decided", {"order": ORDER[:-1]}),
        ("call.decided", {"places": 4}),
        ("call.decided", {"order": [ORDER[0], *ORDER[:-1]]}),
    ],
)
def test_what_was_tampered_with_is_told(code: str, changed: dict[str, Any]) -> None:
    assert outcomes(decided(**changed))[code][0] is Outcome.FAILED


SHARE = Share(percent=20, members=10, tied=1)
TIED = frozenset({*ORDER[:4], ORDER[6]})
HELD = within(FOUND, SHARE, TIED)
IN_SHARE = [*HELD.found.admitted, *HELD.found.waiting]


def within_the_share(**changed: Any) -> dict[str, tuple[Outcome, str]]:
    """The checks of a call in which some were passed over, with some facts changed."""
    passed = changed.pop("passed_over", HELD.passed_over)
    facts = {"percent": 20, "members": 10, "tied": 1, "among": HELD.among}
    share = {name: changed.pop(name, value) for name, value in facts.items()}
    listed = canonical(sorted(passed))
    told = {"share": {**share, "passed_over": sha256(listed).hexdigest()}}
    community = decided(order=changed.pop("order", IN_SHARE), **told, **changed)
    community.blob(listed)
    return outcomes(community)


def test_whoever_the_sponsors_share_had_no_room_for_is_passed_over_by_rule() -> None:
    assert (HELD.among, HELD.passed_over) == (2, (ORDER[2], ORDER[3], ORDER[6]))
    full = "The sponsor's share of 20 in a hundred was full: 3 of 15."
    assert within_the_share() == {
        "call.decided": (
            Outcome.PASSED,
            f"5 admitted, {len(FOUND.waiting)} waiting, {len(FOUND.declined)} not. {full}",
        ),
        "call.order": (Outcome.PASSED, "Recomputed from 24 scores, the bar and the seed."),
    }


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("call.decided", {"percent": 10}),  # not what the charter says
        ("call.decided", {"members": 20}),  # then there was room
        ("call.decided", {"tied": 0}),
        ("call.decided", {"among": 1}),
        ("call.decided", {"passed_over": [ORDER[0]]}),  # who was admitted
        ("call.decided", {"passed_over": ["number-00"]}),  # who did not reach the bar
        ("call.decided", {"places": 6}),
        ("call.order", {"passed_over": HELD.passed_over[1:]}),
        ("call.order", {"order": ORDER}),
        ("call.order", {"order": [*IN_SHARE[:5], *reversed(IN_SHARE[5:])]}),
    ],
)
def test_what_is_said_of_the_share_is_held_to_the_charter_and_to_the_order(code: str, changed: dict[str, Any]) -> None:
    assert within_the_share(**changed)[code][0] is Outcome.FAILED


@given(
    st.frozensets(st.sampled_from(sorted(SCORES))),
    st.none() | st.integers(1, 24),
    st.integers(0, 30),
    st.integers(0, 9),
)
def test_whatever_the_share_makes_of_an_order_holds(
    theirs: frozenset[str], places: int | None, members: int, tied: int
) -> None:
    held = within(admit(SCORES, bar=200, places=places, seed=SEED), Share(20, members, tied), theirs)
    found = {
        "places": places,
        "order": [*held.found.admitted, *held.found.waiting],
        **{name: len(getattr(held.found, name)) for name in ("admitted", "waiting", "declined")},
    }
    told = {"members": members, "tied": tied, "among": held.among, "passed_over": held.passed_over}
    checks = within_the_share(**found, **told) if held.passed_over else outcomes(decided(**found))
    assert {code: outcome for code, (outcome, _) in checks.items()} == {
        "call.decided": Outcome.PASSED,
        "call.order": Outcome.PASSED,
    }

"""Who a call admitted, recomputed from what the record has: each thing that could be tampered with is told."""

from hashlib import sha256
from typing import Any

import pytest

from stoa.methods.admission import admit
from stoa.verify import Outcome
from stoa.verify.admissions import check_admissions
from stoa.verify.powers import Watch
from stoa.verify.reading import Reading
from stoa.verify.report import Report
from tests.verify.community import SEED, Community
from tests.verify.test_votes import Blobs, begun, blob_of

SCORES = {f"number-{n:02}": 100 + 25 * (n % 9) for n in range(24)}
FOUND = admit(SCORES, bar=200, places=5, seed=SEED)


def decided(scores: Any = None, **changed: Any) -> Community:
    """A call with five places and a bar of two, decided by these scores, with some of its facts changed."""
    community = begun()
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
    check_admissions(reading.deciding, Blobs(community), report)
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

"""Clusters of opened ballots: found where they are planted, one where there are none, the same for the same seed."""

import random

import numpy as np
import pytest

from stoa.methods.ballot_clusters import Explanation, cluster, explain, replayed_payments

SEED = bytes(range(32))
OPTIONS = [f"q{n}" for n in range(12)]


def planted(sizes: list[int], noise: float = 0.05) -> list[list[str]]:
    """Ballots of groups that each approve options of their own, with some noise."""
    chance = random.Random(1)
    ballots = []
    for group, size in enumerate(sizes):
        for _ in range(size):
            near = [
                option
                for place, option in enumerate(OPTIONS)
                if (place % len(sizes) == group) != (chance.random() < noise)
            ]
            ballots.append(near)
    return ballots


def explained(ballots: list[list[str]]) -> Explanation:
    payments = {"q0": [1.0 if "q0" in ballot else 0.0 for ballot in ballots]}
    return explain(ballots, OPTIONS, payments, seed=SEED)


def test_planted_groups_are_found_with_what_marks_them() -> None:
    found = explained(planted([60, 30]))
    assert [c.size for c in found.clusters] == [60, 30]
    assert set(found.clusters[0].most) <= set(OPTIONS[0::2])
    assert set(found.clusters[1].most) <= set(OPTIONS[1::2])
    assert found.stability > 0.9


def test_three_groups_are_found() -> None:
    assert [c.size for c in explained(planted([80, 50, 30])).clusters] == [80, 50, 30]


def test_without_structure_all_are_one_cluster() -> None:
    chance = random.Random(2)
    ballots = [[o for o in OPTIONS if chance.random() < 0.5] for _ in range(200)]
    assert [c.size for c in explained(ballots).clusters] == [200]


@pytest.mark.parametrize("count", [0, 1, 19])
def test_few_ballots_are_one_cluster(count: int) -> None:
    found = explained(planted([60, 30])[:count])
    assert [c.size for c in found.clusters] == [count]


def test_backing_adds_up_to_the_approvals() -> None:
    ballots = planted([40, 25])
    found = explained(ballots)
    assert {o: sum(b) for o, b in found.backing.items()} == dict(found.approvals)
    assert dict(found.approvals) == {o: sum(o in b for b in ballots) for o in OPTIONS}


def test_shares_of_money_are_of_what_the_cluster_paid() -> None:
    ballots = [["q0", "q1"]] * 30 + [["q2", "q3"]] * 20
    payments = {"q0": [3.0] * 30 + [0.0] * 20, "q1": [1.0] * 30 + [0.0] * 20, "q2": [0.0] * 30 + [5.0] * 20}
    found = explain(ballots + [["q4"]] * 10, OPTIONS, {o: [*p, *[0.0] * 10] for o, p in payments.items()}, seed=SEED)
    assert dict(found.clusters[0].paid) == {"q0": 0.75, "q1": 0.25, "q2": 0.0}
    assert dict(found.clusters[1].paid) == {"q0": 0.0, "q1": 0.0, "q2": 1.0}


def test_the_same_seed_gives_the_same_clusters() -> None:
    chance = np.random.default_rng(3)
    matrix = (chance.random((120, 10)) < np.where(np.arange(120)[:, None] < 70, 0.8, 0.2)).astype(float)
    one, other = cluster(matrix, seed=SEED), cluster(matrix, seed=SEED)
    assert one[0].tolist() == other[0].tolist()
    assert one[1] == other[1]


def test_payments_are_replayed_from_the_certificate() -> None:
    ballots = [["a", "b"], ["a"], ["b"], ["b"]]
    certificate = {
        "final": None,
        "base": {"share": "5/2", "rounds": [{"id": "b", "payment": "1"}, {"id": "a", "payment": "2"}]},
    }
    assert replayed_payments(ballots, certificate) == {"b": [1.0, 0.0, 1.0, 1.0], "a": [1.5, 2.0, 0.0, 0.0]}

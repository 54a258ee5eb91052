"""What is public of an opinion map: rounded, pooled, and telling nothing finer than it says."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.coarse_map import COLUMNS, FEWEST, PER_MARK, ROWS, STEP, _in_steps, coarse, place_of
from stoa.methods.opinion_map import Map, find_map

pytestmark = pytest.mark.slow

SECRET = bytes(range(32))
IDS = list(range(1000, 1030))


def conversation(each=20, seed=1):
    chance = np.random.default_rng(seed)
    of = np.repeat([0, 1], each)
    lean = chance.normal(size=(2, len(IDS))) * 2
    person, statement = np.nonzero(chance.random((len(of), len(IDS))) < 0.7)
    felt = lean[of[person], statement] + chance.normal(size=len(person)) * 0.5
    return person, statement, np.where(felt > 0, 1, -1)


def found(person, statement, value) -> Map:
    return find_map(person, statement, value, people=int(person.max()) + 1, statements=len(IDS), seed=b"seed")


@given(st.integers(0, 500), st.binary(min_size=32, max_size=32))
def test_numbers_are_rounded_to_a_multiple_that_is_near_and_the_same_every_time(number, secret):
    rounded = _in_steps(number, secret, "x")
    assert rounded % STEP == 0
    assert abs(rounded - number) < STEP
    assert _in_steps(number, secret, "x") == rounded
    assert _in_steps(number + 1, secret, "x") - rounded in {0, STEP}


def test_where_a_number_tips_over_is_not_to_be_known():
    tips = {
        next(n for n in range(10, 16) if _in_steps(n, SECRET, "count", key) > _in_steps(10, SECRET, "count", key))
        for key in range(60)
    }
    assert tips == {11, 12, 13, 14, 15}


def test_counts_are_in_fives_add_up_and_are_withheld_where_few_answered():
    person, statement, value = conversation()
    few = (statement != 3) | (person < 4)
    exact = found(person[few], statement[few], value[few])
    data = coarse(exact, IDS, SECRET)
    for place, each in enumerate(data["statements"]):
        for group, row in enumerate(each["counts"]):
            assert (row is None) == (exact.counts[group, place, 2] < FEWEST)
            assert row is None or (row[0] + row[1] <= row[2] and all(n % STEP == 0 for n in row))
    assert data["statements"][3]["counts"] == [None, None]
    json.dumps(data)


def test_each_mark_stands_for_three_people_at_least():
    person, statement, value = conversation()
    exact = found(person, statement, value)
    data = coarse(exact, IDS, SECRET)
    for place, group in enumerate(exact.groups):
        dots = [dot for dot in data["dots"] if dot[2] == place]
        assert len(dots) == len(group.members) // PER_MARK
    assert all(0 <= column < COLUMNS and 0 <= row < ROWS for column, row, _ in data["dots"])


def test_a_large_conversation_has_few_hundred_marks():
    person, statement, value = conversation(each=1500)
    data = coarse(found(person, statement, value), IDS, SECRET)
    assert data["per"] == 5
    assert len(data["dots"]) == 600
    assert len(json.dumps(data)) < 20_000


def test_ones_own_place_follows_from_what_is_public_and_lies_among_ones_group():
    person, statement, value = conversation()
    exact = found(person, statement, value)
    data = json.loads(json.dumps(coarse(exact, IDS, SECRET)))
    right = 0
    for who in range(40):
        answers = {IDS[s]: int(v) for p, s, v in zip(person, statement, value, strict=True) if p == who}
        column, row = place_of(data, answers)
        near = min(data["dots"], key=lambda dot: (dot[0] - column) ** 2 + (dot[1] - row) ** 2)
        right += near[2] == exact.group[who]
    assert right >= 38


def test_without_answers_that_count_one_lies_nowhere():
    data = coarse(found(*conversation()), IDS, SECRET)
    assert place_of(data, {}) is None
    assert place_of(data, {5: 1}) is None


def test_without_groups_all_people_are_one():
    chance = np.random.default_rng(4)
    person, statement = np.nonzero(chance.random((40, len(IDS))) < 0.7)
    exact = found(person, statement, np.where(chance.random(len(person)) < 0.5, 1, -1))
    data = coarse(exact, IDS, SECRET)
    assert (exact.groups, data["groups"]) == ((), [])
    assert {dot[2] for dot in data["dots"]} == {0}
    assert all(len(each["counts"]) == 1 for each in data["statements"])

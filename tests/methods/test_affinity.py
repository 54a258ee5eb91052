"""How close texts are to what reviewers wrote."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.methods.affinity import SCALE, Embedded, TfIdf, ranked, weighted_loss, words

PRIVACY = "Membership inference against language models: memorisation of training data"
BRIDGES = "Fatigue of steel bridges under traffic loads"


def test_words_are_compared_without_case_accents_and_plurals() -> None:
    assert words("Naïve Bayes' theories; 3 MODELS, x") == ["naive", "baye", "theory", "model"]


def test_who_wrote_on_the_same_is_closest() -> None:
    scores = TfIdf().score(
        [PRIVACY, BRIDGES], [["Training data that language models memorise"], ["Loads on bridges"], []]
    )
    assert scores.shape == (2, 3)
    assert scores[0, 0] > scores[0, 1]
    assert scores[1, 1] > scores[1, 0]
    assert scores[:, 2].tolist() == [0, 0]


def test_the_same_text_scores_all_there_is() -> None:
    assert TfIdf().score([PRIVACY], [[PRIVACY]]).tolist() == [[SCALE]]


def test_one_fitting_paper_counts_more_than_the_mean_and_less_than_alone() -> None:
    alone, among = TfIdf().score([PRIVACY], [[PRIVACY], [PRIVACY, BRIDGES, BRIDGES, BRIDGES]])[0].tolist()
    assert alone / 4 < among < alone


def test_scores_by_the_formula() -> None:
    """Three texts, computed by hand: idf = ln(4 / (1 + df)) + 1, weight (1 + ln tf) · idf, cosine, cube mean of one."""
    rare, common = math.log(4 / 2) + 1, math.log(4 / 3) + 1
    piece = {"red": (1 + math.log(2)) * rare, "cat": common}
    other = {"cat": common, "dog": rare}
    cosine = piece["cat"] * other["cat"] / math.hypot(*piece.values()) / math.hypot(*other.values())
    assert TfIdf().score(["red red cat"], [["cat dog"], ["fish"]]).tolist() == [[round(cosine * SCALE), 0]]


def test_embeddings_come_in_by_the_same_door() -> None:
    def embed(texts: Sequence[str]) -> np.ndarray:
        return np.array([[text.count("a"), text.count("b")] for text in texts], dtype=float)

    model = Embedded("letters 1", embed)
    assert model.name == "embedding/1 letters 1"
    assert model.score(["aa", "ab"], [["a"], ["b"]]).tolist() == [[SCALE, 0], [7071, 7071]]


def test_of_nothing_there_is_nothing() -> None:
    assert TfIdf().score([], [["a"]]).shape == (0, 1)
    assert TfIdf().score(["text"], []).shape == (1, 0)
    assert TfIdf().score([""], [[""]]).tolist() == [[0]]


def test_ranks_take_away_how_much_somebody_wrote() -> None:
    scores = np.array([[10, 0, 9000], [20, 0, 9100], [20, 0, 9200]])
    assert ranked(scores).tolist() == [[0, 5000, 0], [7500, 5000, 5000], [7500, 5000, 10000]]
    assert ranked(scores[:1]).tolist() == [[5000, 5000, 5000]]


@pytest.mark.parametrize(
    ("guess", "expected"),
    [({"a": 3, "b": 2, "c": 1}, 0.0), ({"a": 1, "b": 2, "c": 3}, 1.0), ({"a": 1, "b": 1, "c": 1}, 0.5)],
)
def test_the_loss_is_0_in_order_1_reversed_and_half_where_all_are_equal(
    guess: dict[str, float], expected: float
) -> None:
    assert weighted_loss({"r": guess}, {"r": {"a": 5.0, "b": 3.5, "c": 1.0}}) == expected


def test_the_loss_weighs_each_pair_by_how_much_it_differs() -> None:
    stated = {"r": {"a": 5.0, "b": 4.0, "c": 1.0}}
    assert weighted_loss({"r": {"a": 2, "b": 3, "c": 1}}, stated) == pytest.approx(1 / 8)


@given(st.lists(st.text(alphabet="abc ", max_size=12), min_size=1, max_size=4))
def test_scores_stay_within_their_scale(texts: list[str]) -> None:
    scores = TfIdf().score(texts, [texts, texts[:1]])
    assert ((scores >= 0) & (scores <= SCALE)).all()

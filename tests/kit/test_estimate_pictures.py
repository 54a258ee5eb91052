"""The picture of a study says the same in words, marks, numbers and file."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from stoa.kit.pictures import Again, Finding, Picture, estimates
from stoa.kit.pictures.estimates import MOST_RINGS, axis_of

SAME = Again("run 4 by Ada", 0.6, 0.5, 0.7, "reproduced")
OTHER = Again("run 5 by <Bo>", 0.1, 0.05, 0.2, "disputed")
UNSURE = Again("run 6 by Cy", 0.5, 0.2, 0.8, "undecided")


def finding(state: str, *again: Again) -> Finding:
    return Finding("Model <A> & co: refused", "/run?a&b", 0.62, 0.48, 0.74, 50, 10, state, again)


def drawn(*findings: Finding) -> Picture:
    return estimates(list(findings), title="What was <found>", reading="One & one.")


def classes(picture: Picture) -> list[str | None]:
    """The marks of the results, without those of the key."""
    page = ET.fromstring(f"<div>{picture.html}</div>")
    (items,) = (one for one in page.iter("ul") if one.get("class") == "estimates")
    return [mark.get("class") for mark in items.iter("circle")]


def test_pictures_are_well_formed_and_carry_no_style() -> None:
    picture = drawn(finding("disputed", SAME, OTHER, UNSURE))
    ET.fromstring(picture.svg)
    ET.fromstring(f"<div>{picture.html}</div>")
    assert "style=" not in picture.svg + picture.html
    assert "<A>" not in picture.html


def test_a_ring_for_each_reproduction_and_a_mark_for_what_disputes() -> None:
    assert classes(drawn(finding("claimed"))) == ["point"]
    assert classes(drawn(finding("reproduced", SAME, SAME))) == ["point", "ring", "ring"]
    assert classes(drawn(finding("disputed", SAME, OTHER, UNSURE))) == ["other", "point", "ring", "ring"]
    assert drawn(finding("claimed", UNSURE)).html.count("stroke-dasharray") == 1
    assert classes(drawn(finding("reproduced", *[SAME] * 9))).count("ring") == MOST_RINGS


def test_words_say_what_marks_show() -> None:
    page = ET.fromstring(f"<div>{drawn(finding('reproduced', SAME, SAME)).html}</div>")
    (items,) = (one for one in page.iter("ul") if one.get("class") == "estimates")
    assert " ".join("".join(items.itertext()).split()) == (
        "Model <A> & co: refused62.0 % (48.0 % to 74.0 %), reproduced 2 times"
    )


def test_numbers_have_a_row_for_each_run() -> None:
    assert drawn(finding("disputed", OTHER)).rows == [
        ["Model <A> & co: refused", 0.62, 0.48, 0.74, 50, 10, "disputed"],
        ["Model <A> & co: refused: run 5 by <Bo>", 0.1, 0.05, 0.2, "", "", "disputed"],
    ]


@pytest.mark.parametrize(("low", "high", "start", "end"), [(0.3, 7.2, 0, 8), (-1.5, 0.2, -2, 1), (12, 31.0, 0, 40)])
def test_another_scale_ends_at_round_numbers(low: float, high: float, start: float, end: float) -> None:
    one = Finding("x", "/", (low + high) / 2, low, high, 5, 5, "claimed")
    axis = axis_of([one], shares=False)
    assert (axis.start, axis.end) == (start, end)
    assert "bits" not in estimates([one], title="t", reading="r", shares=False).html


def test_nothing_found_draws_nothing() -> None:
    assert drawn().html == ""
    ET.fromstring(drawn().svg)

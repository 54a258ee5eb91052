"""A picture is drawn once for one content, and anew for any other."""

from __future__ import annotations

from dataclasses import replace

from django.utils import translation

from stoa.kit.pictures import Dots, Option, backing, opinions
from stoa.kit.pictures.kept import MOST

ONE = Option("Exposure", "/1", chosen=True, by_majority=False, backers=(3, 4))


def test_the_same_content_gives_the_same_picture() -> None:
    first = backing([ONE], ["A", "B"], 9)
    assert backing([ONE], ["A", "B"], 9) is first
    for other in (
        backing([replace(ONE, label="Other")], ["A", "B"], 9),
        backing([ONE], ["A", "C"], 9),
        backing([ONE], ["A", "B"], 10),
        backing([ONE], ["A", "B"], 9, title="Other"),
    ):
        assert other != first


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    many = [replace(ONE, backers=(3000, 4000))]
    english = backing(many, ["A", "B"], 9000)
    with translation.override("de"):
        assert backing(many, ["A", "B"], 9000) != english
    assert backing(many, ["A", "B"], 9000) == english


def test_where_one_lies_oneself_is_in_nobody_elses_picture() -> None:
    dots = Dots(3, 3, [(0, 0, 0)], 5)
    for you in [None, (1, 1), None, (2, 2), (1, 1)]:
        drawn = opinions([], replace(dots, you=you), title="Map", reading="Two.")
        assert drawn == opinions.__wrapped__([], replace(dots, you=you), title="Map", reading="Two.")  # type: ignore[attr-defined]


def test_no_more_are_kept_than_a_process_has_room_for() -> None:
    first = backing([ONE], ["A", "B"], 100)
    for voters in range(101, 101 + MOST):
        backing([ONE], ["A", "B"], voters)
    assert backing([ONE], ["A", "B"], 100) is not first

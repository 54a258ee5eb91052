"""Pictures say the same as their numbers, in a file that any program reads and a page that any reader can."""

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.kit.pictures import Option, Picture, backing, growth
from stoa.kit.pictures.drawing import MOST_GROUPS, shares, wrapped
from stoa.kit.pictures.growth import MOST_STEPS, ceiling

NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
GROUPS = ["Evaluation <first>", "Results first"]
OPTIONS = [
    Option("Is <b>it</b> & so?", "/agenda/1?a&b", chosen=True, by_majority=False, backers=(30, 5)),
    Option("Exposure", "/agenda/2", chosen=False, by_majority=True, backers=(10, 41)),
    Option("Refusal", "/agenda/3", chosen=True, by_majority=True, backers=(40, 40)),
]


def parsed(picture: Picture) -> tuple[ET.Element, ET.Element]:
    """The file and the page's part as trees: raises where either is not well formed."""
    return ET.fromstring(picture.svg), ET.fromstring(f"<div>{picture.html}</div>")


def test_the_numbers_of_a_backing_are_whole() -> None:
    drawn = backing(OPTIONS, GROUPS, 100)
    assert list(drawn.heads) == ["Question", *GROUPS, "Backing", "Of", "Chosen", "By a plain majority"]
    assert [list(row) for row in drawn.rows] == [
        ["Is <b>it</b> & so?", 30, 5, 35, 100, "yes", "no"],
        ["Refusal", 40, 40, 80, 100, "yes", "yes"],
        ["Exposure", 10, 41, 51, 100, "no", "yes"],
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (OPTIONS, "2 questions of 3 are chosen. A plain majority would have chosen 1 of these and 1 other."),
        (OPTIONS[2:], "1 question of 1 is chosen. A plain majority would have chosen the same."),
        (OPTIONS[1:2], "0 questions of 1 are chosen. A plain majority would have chosen 0 of these and 1 other."),
    ],
)
def test_a_backing_is_read_in_a_sentence(options: list[Option], sentence: str) -> None:
    assert backing(options, GROUPS, 100).reading == sentence


def test_the_page_says_in_words_what_the_bars_show() -> None:
    _, page = parsed(backing(OPTIONS, GROUPS, 100))
    assert [" ".join("".join(item.itertext()).split()) for item in page.iterfind(".//ul[@class='bars']/li")] == [
        "Chosen: 2",
        "Is <b>it</b> & so?◆ A plain majority would not have chosen it.35 of 100",
        "Refusal80 of 100",
        "Not chosen: 1",
        "Exposure◆ A plain majority would have chosen it.51 of 100",
    ]
    assert [link.get("href") for link in page.iter("a")] == ["/agenda/1?a&b", "/agenda/3", "/agenda/2"]


def test_every_group_has_a_pattern_of_its_own_in_page_and_file() -> None:
    option = Option("Q", "/q", chosen=True, by_majority=True, backers=(1,) * MOST_GROUPS)
    drawn = backing([option], [f"Group {i}" for i in range(MOST_GROUPS)], MOST_GROUPS)
    for text in (drawn.svg, drawn.html):
        defined = set(re.findall(r'<pattern id="([^"]+)"', text))
        used = set(re.findall(r'fill="url\(#([^"]+)\)"', text))
        assert len(defined) == MOST_GROUPS - 1
        assert used == defined


def test_more_groups_than_can_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="6 groups cannot be told apart; 5 can"):
        backing(OPTIONS, ["g"] * 6, 100)


def test_a_picture_carries_no_style_and_describes_itself() -> None:
    for drawn in (
        backing(OPTIONS, GROUPS, 100),
        growth([(NOON, 1), (NOON + timedelta(days=1), 9)]),
        backing([], [], 0),
    ):
        file, _ = parsed(drawn)
        assert "style" not in drawn.html + drawn.svg
        assert [child.text for child in list(file)[:2]] == [drawn.title, drawn.reading]


def test_nothing_drawn_leaves_the_file() -> None:
    many = [
        Option(f"{'long words ' * 20}{i}", f"/{i}", chosen=True, by_majority=False, backers=(i,)) for i in range(40)
    ]
    file, _ = parsed(backing(many, ["All"], 40))
    _, _, width, height = (float(part) for part in file.get("viewBox", "").split())
    places = [(float(e.get("x", 0)), float(e.get("y", 0))) for e in file.iter() if e.get("x")]
    assert all(0 <= x <= width and 0 <= y <= height for x, y in places)


def test_growth_is_read_in_a_sentence_and_kept_as_a_table() -> None:
    drawn = growth([(NOON, 1), (NOON + timedelta(days=3), 1204)])
    assert drawn.reading == "1,204 entries from 28 November 2026 to 1 December 2026."
    assert [row[1] for row in drawn.rows] == ["1", "1,204"]
    assert growth([]).reading == "Nothing is on the record yet."
    assert growth([]).html == ""


def test_a_long_history_is_thinned_to_its_steps_with_the_last_kept() -> None:
    points = [(NOON + timedelta(minutes=i), i + 1) for i in range(5001)]
    drawn = growth(points)
    assert len(drawn.rows) <= MOST_STEPS
    assert drawn.rows[-1][1] == "5,001"


@given(st.lists(st.integers(0, 1000), max_size=5), st.integers(0, 5000))
def test_parts_stand_side_by_side(parts: list[int], more: int) -> None:
    whole = sum(parts) + more
    places = shares(parts, whole)
    ends = [x + width for x, width in places]
    starts = [x for x, _ in places]
    assert starts[1:] == pytest.approx(ends[:-1])
    assert ends[-1:] == pytest.approx([100 * sum(parts) / whole if whole else 0.0] if parts else [])


@given(st.integers(0, 10**9))
def test_a_scale_reaches_its_values_and_not_far_beyond(value: int) -> None:
    assert value <= ceiling(value) <= max(1, 2 * value)


def test_words_wrap_within_their_width() -> None:
    assert wrapped("", 100) == [""]
    assert wrapped("one two three", 80) == ["one two", "three"]

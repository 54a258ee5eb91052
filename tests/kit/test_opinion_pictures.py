"""The pictures of the opinion map say the same as their numbers, in page and file, and the file never shows where one lies."""

import re
import xml.etree.ElementTree as ET

import pytest

from stoa.kit.pictures import Crowd, Dots, Stance, opinions, stances

CROWDS = [Crowd("Group A", 10, "agrees: <b>it</b> & so"), Crowd("Group B", 5)]
DOTS = Dots(32, 20, [(3, 4, 0), (3, 4, 0), (5, 6, 0), (20, 10, 1)], 3, you=(7, 8))
ROWS = [Stance("Is <i>it</i> & so?", "/s?a&b", [(90, 5, 20), None]), Stance("Else", "/e", [(40, 60, 10), (0, 100, 5)])]


def drawn():
    return opinions(CROWDS, DOTS, title="The <map>", reading="Two & two.")


def test_pictures_are_well_formed_and_carry_no_style() -> None:
    for picture in (drawn(), stances(ROWS, ["A", "B"], title="Stances", reading="So <it> is.")):
        ET.fromstring(picture.svg)
        ET.fromstring(f"<div>{picture.html}</div>")
        assert "style=" not in picture.svg + picture.html


def test_every_mark_is_drawn_and_counted() -> None:
    picture = drawn()
    assert [list(row) for row in picture.rows] == [
        [3, 4, "Group A", 2],
        [5, 6, "Group A", 1],
        [20, 10, "Group B", 1],
    ]
    page = ET.fromstring(f"<div>{picture.html}</div>")
    marks = {path.get("class"): path.get("d", "").count("z") for path in page.iterfind("./svg/path")}
    assert marks == {"area g0": 1, "area g1": 1, "g0": 3, "g1": 1}


def test_where_one_lies_is_on_the_page_and_never_in_the_file() -> None:
    picture = drawn()
    assert picture.html.count('class="you"') == 2
    assert "only you see this" in picture.html
    assert "you" not in picture.svg.lower()
    assert "only you" not in opinions(CROWDS, Dots(32, 20, DOTS.dots, 3), title="t", reading="r").html


def test_without_groups_there_are_marks_and_no_areas() -> None:
    picture = opinions([], Dots(32, 20, [(1, 1, 0)], 3), title="t", reading="r")
    assert "area" not in picture.html
    assert [list(row) for row in picture.rows] == [[1, 1, "all", 1]]


def test_more_groups_than_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="6 groups"):
        opinions([Crowd("x", 5)] * 6, DOTS, title="t", reading="r")


def test_stances_say_in_words_what_bars_show() -> None:
    picture = stances(ROWS, ["Group A", "Group B"], title="Stances", reading="r")
    page = ET.fromstring(f"<div>{picture.html}</div>")
    assert [" ".join("".join(item.itertext()).split()) for item in page.iter("li")] == [
        "Is <i>it</i> & so?Group A90 % agree, 5 % disagreeGroup Bfewer than five answered",
        "ElseGroup A40 % agree, 60 % disagreeGroup B0 % agree, 100 % disagree",
    ]
    assert picture.heads[:3] == ["Statement", "Group A: agree %", "Group A: disagree %"]
    assert next(list(row) for row in picture.rows) == ["Is <i>it</i> & so?", 90, 5, 20, "", "", "under 5"]


def test_disagreement_is_hatched_and_lies_to_the_left() -> None:
    html = stances(ROWS, ["Group A", "Group B"], title="Stances", reading="r").html
    [hatch] = re.findall(r'<pattern id="([^"]+)"', html)
    assert f'<rect x="47.5%" width="2.5%" height="100%" fill="url(#{hatch})"/>' in html
    assert '<rect x="50%" width="45.0%" height="100%" class="agree"/>' in html


def test_nothing_to_draw_is_nothing_on_the_page() -> None:
    assert stances([], ["Everybody"], title="t", reading="Nothing so far.").html == ""

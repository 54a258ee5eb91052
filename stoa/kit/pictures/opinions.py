"""The picture of opinions: people who answer alike as marks near one another, a shape for each group, where one lies oneself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, sin, sqrt

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from stoa.kit.numerals import numeral
from stoa.kit.pictures.drawing import GROUPS, INK, MOST_GROUPS, SERIF, document, words, wrapped
from stoa.kit.pictures.kept import drawn_once
from stoa.kit.pictures.picture import Picture

WIDTH, HEIGHT, RIM, RADIUS = 640, 400, 14, 4.4
Point = tuple[float, float]


@dataclass(frozen=True)
class Crowd:
    """A group of about `size` people who answer alike; `marked` says what marks it, in words."""

    name: str
    size: int
    marked: str = ""


@dataclass(frozen=True)
class Dots:
    """Marks as (column, row, group) on a grid, each standing for about `per` people; `you` is a cell of it."""

    columns: int
    rows: int
    dots: Sequence[tuple[int, int, int]]
    per: int
    you: tuple[int, int] | None = None


@drawn_once
def opinions(crowds: Sequence[Crowd], drawn: Dots, *, title: str, reading: str, note: str = "") -> Picture:
    """Draw marks, by group if `crowds` names some (at most five); the file to take away never shows where one lies oneself."""
    if len(crowds) > MOST_GROUPS:
        raise ValueError(f"{len(crowds)} groups cannot be told apart; {MOST_GROUPS} can")
    return Picture(
        title=title,
        reading=reading,
        html=_page(crowds, drawn, title),
        svg=_file(crowds, drawn, title, reading),
        heads=["Column", "Row", "Group", "Marks"],
        rows=[
            [column, row, crowds[group].name if crowds else "all", count]
            for (column, row, group), count in _cells(drawn.dots)
        ],
        note=note,
    )


def _cells(dots: Sequence[tuple[int, int, int]]) -> list[tuple[tuple[int, int, int], int]]:
    found: dict[tuple[int, int, int], int] = {}
    for dot in dots:
        found[dot] = found.get(dot, 0) + 1
    return sorted(found.items(), key=lambda each: (each[0][2], each[0][1], each[0][0]))


def _at(drawn: Dots, column: float, row: float) -> Point:
    x = RIM + (column + 0.5) * (WIDTH - 2 * RIM) / drawn.columns
    y = RIM + (row + 0.5) * (HEIGHT - 2 * RIM) / drawn.rows
    return round(x, 1), round(y, 1)


def _places(drawn: Dots) -> Iterator[tuple[Point, int]]:
    """Where marks stand: around the middle of their cell, in a spiral of golden angles that begins differently in each."""
    for (column, row, group), count in _cells(drawn.dots):
        for number in range(count):
            far, turn = 0.46 * sqrt((number + 0.5) / count), 2.399963 * number + 7.1 * column + 3.7 * row
            yield _at(drawn, column + far * cos(turn), row + far * sin(turn)), group


def _path(group: int, at: Point) -> str:
    """A mark as a path: circle, square, triangle, diamond, cross, all of about one area."""
    x, y = at
    r = RADIUS
    if group == 0:
        return f"M{x - r:g} {y:g}a{r} {r} 0 1 0 {2 * r:g} 0a{r} {r} 0 1 0 {-2 * r:g} 0z"
    shapes: dict[int, list[Point]] = {
        1: [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        2: [(0, -1.2), (1.15, 0.9), (-1.15, 0.9)],
        3: [(0, -1.3), (1.2, 0), (0, 1.3), (-1.2, 0)],
        4: [(-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4), (0.4, 1.2), (-0.4, 1.2),
            (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4)],
    }  # fmt: skip
    return "M" + "L".join(f"{x + r * dx:.1f} {y + r * dy:.1f}" for dx, dy in shapes[group]) + "z"


def _marks(drawn: Dots, group: int) -> str:
    return "".join(_path(group, at) for at, of in _places(drawn) if of == group)


def _area(drawn: Dots, group: int) -> str:
    """The soft area of a group: the hull of its marks."""
    points = _hull(sorted({at for at, of in _places(drawn) if of == group}))
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "z" if points else ""


def _hull(points: Sequence[Point]) -> list[Point]:
    """The convex hull, anticlockwise (Andrew 1979)."""
    if len(points) < 3:
        return list(points)
    hull: list[Point] = []
    for part in (points, points[::-1]):
        chain: list[Point] = []
        for point in part:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        hull += chain[:-1]
    return hull


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _present(drawn: Dots) -> list[int]:
    return sorted({group for _, _, group in drawn.dots})


def _page(crowds: Sequence[Crowd], drawn: Dots, title: str) -> SafeString:
    groups = _present(drawn)
    soft = format_html_join("", '<path class="area g{}" d="{}"/>', ((g, _area(drawn, g)) for g in groups if crowds))
    marks = format_html_join("", '<path class="g{}" d="{}"/>', ((g, _marks(drawn, g)) for g in groups))
    you = mark_safe("")
    if drawn.you:
        x, y = _at(drawn, *drawn.you)
        you = format_html('<circle class="you" cx="{}" cy="{}" r="9"/>', x, y)
    return format_html(
        '{}<svg class="opinions" viewBox="0 0 {} {}" role="img" aria-label="{}" focusable="false">{}{}{}</svg>',
        _key(crowds, drawn),
        WIDTH,
        HEIGHT,
        title,
        soft,
        marks,
        you,
    )


def _key(crowds: Sequence[Crowd], drawn: Dots) -> SafeString:
    swatch = '<svg aria-hidden="true" focusable="false" viewBox="0 0 14 14">{}</svg>'
    items = [
        format_html(
            f"<li>{swatch}<span><b>{{}}</b>{{}} · {{}}</span></li>",
            format_html('<path class="g{}" d="{}"/>', place, _path(place, (7, 7))),
            crowd.name,
            f" {crowd.marked}" if crowd.marked else "",
            f"about {numeral(crowd.size)} people",
        )
        for place, crowd in enumerate(crowds)
    ]
    if drawn.you:
        ring = mark_safe('<circle class="you" cx="7" cy="7" r="5"/>')
        items.append(
            format_html(f"<li>{swatch}<span><b>{{}}</b></span></li>", ring, "You are here; only you see this.")
        )
    if not items:
        return mark_safe("")
    return format_html('<ul class="key crowds" aria-label="What the marks mean">{}</ul>', mark_safe("".join(items)))  # noqa: S308 - each made by format_html


# As a file: at fixed places, in colours that need no sheet.


def _file(crowds: Sequence[Crowd], drawn: Dots, title: str, reading: str) -> str:
    pieces: list[str] = [words(20, 40, title, size=22, more=f'font-family="{SERIF}" font-weight="600"')]
    lines = wrapped(reading, WIDTH - 40)
    pieces += [words(20, 66 + 20 * i, text) for i, text in enumerate(lines)]
    y = 66 + 20 * len(lines)
    shape = '<path d="{}" fill="{}"{}/>'
    for place, crowd in enumerate(crowds):
        pieces.append(format_html(shape, _path(place, (27, y)), GROUPS[place], ""))
        for text in wrapped(f"{crowd.name} {crowd.marked} · about {crowd.size} people".replace("  ", " "), WIDTH - 70):
            pieces.append(words(40, y + 5, text, fill=INK))
            y += 20
    soft = mark_safe(' opacity=".12"')
    body = [format_html(shape, _area(drawn, g), GROUPS[g], soft) for g in _present(drawn) if crowds]
    body += [format_html(shape, _marks(drawn, g), GROUPS[g], "") for g in _present(drawn)]
    pieces.append(format_html('<g transform="translate(0 {})">{}</g>', y, mark_safe("".join(body))))  # noqa: S308 - as above
    return document(WIDTH, y + HEIGHT + 10, title, reading, pieces)

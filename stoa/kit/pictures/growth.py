"""The picture of the record's growth: how many entries it held at each time, as a line of steps."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from stoa.kit import instants
from stoa.kit.numerals import numeral
from stoa.kit.pictures.drawing import GROUPS, QUIET, SERIF, document, line, words
from stoa.kit.pictures.kept import drawn_once
from stoa.kit.pictures.picture import Picture

MOST_STEPS = 200
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 760, 360, 70, 90, 310
Point = tuple[datetime, int]


@drawn_once
def growth(points: Sequence[Point], *, title: str = "How the record grew") -> Picture:
    """Draw a log's size over time. `points` are (instant, size from then on), in order of time."""
    shown = _thinned(points)
    reading = _reading(shown)
    return Picture(
        title=title,
        reading=reading,
        html=_page(shown),
        svg=_file(shown, title, reading),
        heads=["When", "Entries"],
        rows=[[instants.in_html(at, form="short"), numeral(size)] for at, size in shown],
    )


def _thinned(points: Sequence[Point]) -> list[Point]:
    """At most some hundreds of steps, the last among them: more would not be seen."""
    stride = -(-len(points) // MOST_STEPS) or 1
    return list(reversed(points[::-1][::stride]))


def _reading(points: Sequence[Point]) -> str:
    if not points:
        return "Nothing is on the record yet."
    (first, _), (last, size) = points[0], points[-1]
    entries = f"{numeral(size)} {'entry' if size == 1 else 'entries'}"
    return f"{entries} from {instants.say(first, form='date')} to {instants.say(last, form='date')}."


def ceiling(value: int) -> int:
    """The least round number not below a value: 1, 2, 4, 6, 8 or 10 times a power of ten."""
    power = int(10 ** (len(str(max(1, value))) - 1))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value)


def _steps(points: Sequence[Point], width: float, height: float) -> str:
    """The path of the steps from the lower left corner of a box, downwards being positive."""
    top = ceiling(points[-1][1])
    start = points[0][0]
    span = (points[-1][0] - start).total_seconds() or 1.0
    path = f"M0 {height:g}"
    for at, size in points:
        path += f"H{(at - start).total_seconds() / span * width:.1f}V{height - size / top * height:.1f}"
    return f"{path}H{width:g}"


def _page(points: Sequence[Point]) -> SafeString:
    if not points:
        return SafeString("")
    path = _steps(points, 1000, 100)
    top = ceiling(points[-1][1])
    return format_html(
        '<div class="plot" aria-hidden="true"><div class="y"><span>{}</span><span>{}</span><span>0</span></div>'
        '<svg viewBox="0 0 1000 100" preserveAspectRatio="none" focusable="false">'
        '<path class="step-area" d="{}V100Z"/><path class="step-line" d="{}"/></svg>'
        '<div class="x"><span>{}</span><span>{}</span></div></div>',
        numeral(top),
        numeral(top // 2) if top > 1 else "",
        path,
        path,
        instants.say(points[0][0], form="date"),
        instants.say(points[-1][0], form="date"),
    )


def _file(points: Sequence[Point], title: str, reading: str) -> str:
    pieces: list[str] = [words(20, 40, title, size=22, more=f'font-family="{SERIF}" font-weight="600"')]
    pieces.append(words(20, 66, reading))
    if points:
        pieces += _plot(points)
    return document(WIDTH, HEIGHT, title, reading, pieces)


def _plot(points: Sequence[Point]) -> list[str]:
    right, top = WIDTH - 20, ceiling(points[-1][1])
    steps = '<path transform="translate({} {})" d="{}" fill="none" stroke="{}" stroke-width="2"/>'
    return [
        line(LEFT, TOP, LEFT, BOTTOM, QUIET),
        line(LEFT, BOTTOM, right, BOTTOM, QUIET),
        format_html(steps, LEFT, TOP, _steps(points, right - LEFT, BOTTOM - TOP), GROUPS[0]),
        words(LEFT - 8, TOP + 5, numeral(top), size=12, fill=QUIET, more='text-anchor="end"'),
        words(LEFT - 8, BOTTOM, "0", size=12, fill=QUIET, more='text-anchor="end"'),
        words(LEFT, BOTTOM + 22, instants.say(points[0][0], form="date"), size=12, fill=QUIET),
        words(
            right, BOTTOM + 22, instants.say(points[-1][0], form="date"), size=12, fill=QUIET, more='text-anchor="end"'
        ),
    ]

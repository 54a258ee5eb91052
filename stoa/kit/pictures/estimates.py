"""The picture of a study: each result as a point with its error bar, with a ring for each run that reproduced it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from stoa.kit.numerals import numeral
from stoa.kit.pictures.drawing import GROUPS, INK, PAPER, QUIET, SERIF, document, line, words, wrapped
from stoa.kit.pictures.growth import ceiling
from stoa.kit.pictures.kept import drawn_once
from stoa.kit.pictures.picture import Picture

WIDTH, LEFT, RIGHT = 760, 30, 730
POINT, RING, STEP, MOST_RINGS = 4, 8, 4, 4
SAYS = {
    "reproduced": "reproduced",
    "disputed": "disputed",
    "undecided": "not decided: too few samples",
    "claimed": "only claimed",
}
DASHES = mark_safe(' stroke-dasharray="3 2"')


@dataclass(frozen=True)
class Again:
    """A reproduction: what it found, and what it says of the claim: `reproduced`, `disputed` or `undecided`."""

    label: str
    value: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class Finding:
    """A result: its measure with error bar, its state in one word of `SAYS`, and the reproductions in their order."""

    label: str
    url: str
    value: float
    low: float
    high: float
    samples: int
    clusters: int
    state: str
    again: tuple[Again, ...] = ()


@dataclass(frozen=True)
class Axis:
    """From where to where values are drawn; shares are written in percent."""

    start: float
    end: float
    shares: bool

    def at(self, value: float) -> float:
        """Where a value lies, in hundredths of the axis, held within it."""
        return round(min(max(100 * (value - self.start) / (self.end - self.start), 0.0), 100.0), 2)

    def say(self, value: float) -> str:
        """A value in figures."""
        return f"{numeral(100 * value, 1)} %" if self.shares else numeral(value, 2)

    @property
    def marks(self) -> list[float]:
        """The values at which lines stand: five of them."""
        return [self.start + (self.end - self.start) * step / 4 for step in range(5)]

    def mark(self, value: float) -> str:
        """A line's value in few figures."""
        return f"{value:.0%}".replace("%", " %") if self.shares else f"{value:g}"


def axis_of(findings: Sequence[Finding], *, shares: bool) -> Axis:
    """The whole range of shares; of another scale from 0, or from the least whole number, to a round one."""
    if shares:
        return Axis(0.0, 1.0, shares=True)
    drawn: list[Finding | Again] = [*findings, *(one for finding in findings for one in finding.again)]
    low = min((one.low for one in drawn), default=0.0)
    high = max((one.high for one in drawn), default=1.0)
    return Axis(float(min(floor(low), 0)), float(ceiling(max(ceil(high), 1))), shares=False)


@drawn_once
def estimates(findings: Sequence[Finding], *, title: str, reading: str, shares: bool = True, note: str = "") -> Picture:
    """Draw results in the order given, all on one scale."""
    axis = axis_of(findings, shares=shares)
    return Picture(
        title=title,
        reading=reading,
        html=_page(findings, axis),
        svg=_file(findings, axis, title, reading),
        heads=["Result", "Value", "From", "To", "Samples", "Clusters", "State"],
        rows=list(_rows(findings)),
        note=note,
    )


def _rows(findings: Sequence[Finding]) -> Iterator[list[object]]:
    for one in findings:
        figures = [round(value, 4) for value in (one.value, one.low, one.high)]
        yield [one.label, *figures, one.samples, one.clusters, SAYS[one.state]]
        for other in one.again:
            figures = [round(value, 4) for value in (other.value, other.low, other.high)]
            yield [f"{one.label}: {other.label}", *figures, "", "", SAYS[other.verdict]]


def _said(finding: Finding, axis: Axis) -> str:
    """A result in words: its value, its bounds, how it stands."""
    times = sum(other.verdict == "reproduced" for other in finding.again)
    state = SAYS[finding.state]
    if finding.state == "reproduced" and times > 1:
        state = f"reproduced {times} times"
    return f"{axis.say(finding.value)} ({axis.say(finding.low)} to {axis.say(finding.high)}), {state}"


# On the page: a list whose words are HTML, so that they wrap and scale with the reader's type, and a line in each item.


def _page(findings: Sequence[Finding], axis: Axis) -> SafeString:
    if not findings:
        return mark_safe("")
    items = format_html_join(
        "",
        '<li><p class="label"><a href="{}">{}</a></p><svg aria-hidden="true" focusable="false">{}</svg>'
        '<p class="n">{}</p></li>',
        ((one.url, one.label, _line(one, axis), _said(one, axis)) for one in findings),
    )
    scale = format_html_join("", "<span>{}</span>", ((axis.mark(value),) for value in axis.marks))
    return format_html(
        '{}<ul class="estimates">{}</ul><p class="scale" aria-hidden="true">{}</p>', _key(), items, scale
    )


def _key() -> SafeString:
    drawn = (
        ('<circle cx="50%" cy="50%" r="4" class="point"/>', "claimed, with its 95 % error bar"),
        (
            '<circle cx="50%" cy="50%" r="4" class="point"/><circle cx="50%" cy="50%" r="8" class="ring"/>',
            "a ring for each reproduction",
        ),
        ('<circle cx="50%" cy="50%" r="5" class="other"/>', "a run that disputes it, where it found it"),
    )
    items = ((mark_safe(shape), says) for shape, says in drawn)  # noqa: S308 - constants
    item = '<li><svg aria-hidden="true" focusable="false">{}</svg>{}</li>'
    return format_html('<ul class="key estimates-key">{}</ul>', format_html_join("", item, items))


def _line(finding: Finding, axis: Axis) -> SafeString:
    """The scale's lines, the error bar, the point, its rings, and what disputes it."""
    grid = format_html_join(
        "", '<line x1="{0}%" x2="{0}%" y1="0" y2="100%" class="grid"/>', ((axis.at(value),) for value in axis.marks)
    )
    bar = '<line x1="{}%" x2="{}%" y1="50%" y2="50%" class="{}"/>'
    drawn = grid + format_html(bar, axis.at(finding.low), axis.at(finding.high), "range")
    for other in _disputing(finding):
        drawn += format_html(bar, axis.at(other.low), axis.at(other.high), "other-range")
        drawn += format_html('<circle cx="{}%" cy="50%" r="5" class="other"/>', axis.at(other.value))
    point = '<circle cx="{}%" cy="50%" r="{}" class="{}"{}/>'
    drawn += format_html(point, axis.at(finding.value), POINT, "point", "")
    for place, other in enumerate(_around(finding)):
        dashes = DASHES if other.verdict == "undecided" else ""
        drawn += format_html(point, axis.at(finding.value), RING + STEP * place, "ring", dashes)
    return drawn


def _around(finding: Finding) -> list[Again]:
    """The reproductions that are drawn as rings: the first few."""
    return [other for other in finding.again if other.verdict != "disputed"][:MOST_RINGS]


def _disputing(finding: Finding) -> list[Again]:
    return [other for other in finding.again if other.verdict == "disputed"]


# As a file: at fixed places, in colours that need no sheet.


def _file(findings: Sequence[Finding], axis: Axis, title: str, reading: str) -> str:
    pieces: list[str] = [words(20, 40, title, size=22, more=f'font-family="{SERIF}" font-weight="600"')]
    lines = wrapped(reading, WIDTH - 40)
    pieces += [words(20, 66 + 20 * i, text) for i, text in enumerate(lines)]
    y = 76.0 + 20 * len(lines)
    for finding in findings:
        y, drawn = _file_row(finding, axis, y)
        pieces += drawn
    for value in axis.marks if findings else ():
        x = _across(axis, value)
        pieces.append(words(x, y + 16, axis.mark(value), size=12, fill=QUIET, more='text-anchor="middle"'))
    return document(WIDTH, y + 36, title, reading, pieces)


def _across(axis: Axis, value: float) -> float:
    return round(LEFT + axis.at(value) * (RIGHT - LEFT) / 100, 2)


def _file_row(finding: Finding, axis: Axis, y: float) -> tuple[float, list[str]]:
    """A result in words with its line below; returns where the next one begins."""
    pieces: list[str] = [line(20, y, WIDTH - 20, y)]
    for text in wrapped(f"{finding.label}: {_said(finding, axis)}", WIDTH - 40):
        y += 20
        pieces.append(words(20, y, text, fill=INK))
    middle = y + 30
    pieces += [line(x, middle - 20, x, middle + 20) for x in (_across(axis, value) for value in axis.marks)]
    bar = '<path d="M{} {}H{}" stroke="{}" stroke-width="{}"/>'
    pieces.append(format_html(bar, _across(axis, finding.low), middle, _across(axis, finding.high), GROUPS[0], 2))
    for other in _disputing(finding):
        ends = _across(axis, other.low), middle, _across(axis, other.high)
        pieces.append(format_html(bar, *ends, GROUPS[3], 1))
        pieces.append(_circle(_across(axis, other.value), middle, 5, PAPER, GROUPS[3]))
    at = _across(axis, finding.value)
    pieces.append(_circle(at, middle, POINT, GROUPS[0], GROUPS[0]))
    for place, other in enumerate(_around(finding)):
        stroke = QUIET if other.verdict == "undecided" else GROUPS[0]
        pieces.append(_circle(at, middle, RING + STEP * place, "none", stroke, dashed=other.verdict == "undecided"))
    return middle + 26, pieces


def _circle(x: float, y: float, radius: float, fill: str, stroke: str, *, dashed: bool = False) -> SafeString:
    shape = '<circle cx="{}" cy="{}" r="{}" fill="{}" stroke="{}" stroke-width="1.5"{}/>'
    return format_html(shape, x, y, radius, fill, stroke, DASHES if dashed else "")

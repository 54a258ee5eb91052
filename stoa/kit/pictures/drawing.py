"""Pieces of SVG: shapes, words and the patterns by which groups are told apart without colour."""

import textwrap
from collections.abc import Iterable, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

# For files, which stand on white wherever they are opened: the light page's colours in figures that any program reads.
INK, QUIET, RULE, PAPER = "#1f2430", "#5c6170", "#d8d4cb", "#ffffff"
GROUPS = ("#27467f", "#9468a8", "#3f7a4b", "#c0873f", "#666a73")
SANS = "system-ui, 'Segoe UI', 'Noto Sans', 'Liberation Sans', sans-serif"
SERIF = "'Source Serif 4', 'Noto Serif', Georgia, serif"
# Group by group: solid, hatched, dotted, upright stripes, level stripes.
PATTERNS = (
    "",
    '<path d="M-1 1l2-2M0 6l6-6M5 7l2-2" stroke-width="1.4"/>',
    '<circle cx="2" cy="2" r="1"/><circle cx="5" cy="5" r="1"/>',
    '<path d="M3 0v6" stroke-width="2"/>',
    '<path d="M0 3h6" stroke-width="2"/>',
)
MOST_GROUPS = len(PATTERNS)
LETTER = 0.54  # the mean width of a letter, in sizes of its type


def patterns(prefix: str, paper: str) -> SafeString:
    """The definitions of the patterns, drawn in the colour of the paper; `pattern_fill` names them."""
    return format_html_join(
        "",
        '<pattern id="{}-{}" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<g fill="{}" stroke="{}" stroke-width="0">{}</g></pattern>',
        (
            (prefix, index, paper, paper, mark_safe(shape))  # noqa: S308 - a constant of this module
            for index, shape in enumerate(PATTERNS)
            if shape
        ),
    )


def pattern_fill(prefix: str, group: int) -> str:
    """The fill of a group's pattern, or none for the group that is solid."""
    return f"url(#{prefix}-{group})" if PATTERNS[group] else "none"


def shares(parts: Sequence[int], whole: int) -> list[tuple[float, float]]:
    """Where each part of a stacked bar begins and how wide it is, in hundredths of the whole."""
    places: list[tuple[float, float]] = []
    at = 0
    for part in parts:
        places.append((100 * at / whole, 100 * part / whole) if whole else (0.0, 0.0))
        at += part
    return places


def rect(x: float, y: float, width: float, height: float, fill: str) -> SafeString:
    """A filled rectangle."""
    box = '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>'
    return format_html(box, round(x, 2), round(y, 2), round(width, 2), round(height, 2), fill)


def line(x1: float, y1: float, x2: float, y2: float, stroke: str = RULE) -> SafeString:
    """A thin straight line."""
    return format_html('<path d="M{} {}L{} {}" stroke="{}" fill="none"/>', x1, y1, x2, y2, stroke)


def words(x: float, y: float, content: object, *, size: int = 14, fill: str = INK, more: str = "") -> SafeString:
    """A line of text from its start at the base line; `more` are further attributes, written by us."""
    return format_html(
        '<text x="{}" y="{}" font-size="{}" fill="{}"{}>{}</text>',
        x,
        y,
        size,
        fill,
        mark_safe(f" {more}" if more else ""),  # noqa: S308 - attributes written in this package
        content,
    )


def wrapped(text: str, width: float, size: int = 14) -> list[str]:
    """A text in lines of about this width."""
    return textwrap.wrap(text, max(8, int(width / (size * LETTER)))) or [""]


def document(width: int, height: float, title: str, reading: str, body: Iterable[str]) -> str:
    """A whole SVG file with its title and description."""
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img"'
        ' font-family="{2}"><title>{3}</title><desc>{4}</desc>{5}{6}</svg>\n',
        width,
        round(height),
        SANS,
        title,
        reading,
        rect(0, 0, width, height, PAPER),
        mark_safe("".join(body)),  # noqa: S308 - pieces of this package, which escape what they are given
    )

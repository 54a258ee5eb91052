"""The picture of stances: per statement and group, how many agree (solid, to the right) and disagree (hatched, to the left)."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from stoa.kit.pictures.drawing import INK, PAPER, QUIET, RULE, SERIF, document, line, rect, words, wrapped
from stoa.kit.pictures.kept import drawn_once
from stoa.kit.pictures.picture import Picture

AGREE, DISAGREE = "#00666a", "#c58a3d"
WIDTH, NAMES, MIDDLE, HALF, COUNTS = 760, 20, 370, 150, 540
HATCH = (
    '<pattern id="{0}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="1.8" height="5" fill="{1}"/></pattern>'
)


@dataclass(frozen=True)
class Stance:
    """A statement and, per group, the hundredths that agree and disagree and about how many answered; None for too few."""

    label: str
    url: str
    groups: Sequence[tuple[int, int, int] | None]
    about: str = ""


@drawn_once
def stances(rows: Sequence[Stance], groups: Sequence[str], *, title: str, reading: str, note: str = "") -> Picture:
    """Draw statements in the order given, with a bar for each group."""
    heads = [f"{name}: {what}" for name in groups for what in ("agree %", "disagree %", "people")]
    return Picture(
        title=title,
        reading=reading,
        html=_page(rows, groups),
        svg=_file(rows, groups, title, reading),
        heads=["Statement", *heads],
        rows=[[row.label, *(n for said in row.groups for n in said or ("", "", "under 5"))] for row in rows],
        note=note,
    )


def _said(said: tuple[int, int, int] | None) -> str:
    return "fewer than five answered" if said is None else f"{said[0]} % agree, {said[1]} % disagree"


def _page(rows: Sequence[Stance], groups: Sequence[str]) -> SafeString:
    if not rows:
        return mark_safe("")
    labels = "".join(row.label for row in rows)
    prefix = "h" + sha256(labels.encode()).hexdigest()[:8]  # one page may hold two pictures
    items = format_html_join(
        "",
        '<li><p class="label"><a href="{}">{}</a></p>{}{}</li>',
        ((row.url, row.label, _about(row), _lines(row, groups, prefix)) for row in rows),
    )
    return format_html(
        '<svg class="defs" aria-hidden="true" focusable="false"><defs>{}</defs></svg><ul class="stances">{}</ul>',
        format_html(HATCH, prefix, "var(--paper)"),
        items,
    )


def _about(row: Stance) -> SafeString:
    return format_html('<p class="quiet">{}</p>', row.about) if row.about else mark_safe("")


def _lines(row: Stance, groups: Sequence[str], prefix: str) -> SafeString:
    return format_html_join(
        "",
        '<div class="stance"><span class="who">{}</span><svg aria-hidden="true" focusable="false">{}</svg>'
        '<span class="n">{}</span></div>',
        ((name, _bar(said, prefix), _said(said)) for name, said in zip(groups, row.groups, strict=True)),
    )


def _bar(said: tuple[int, int, int] | None, prefix: str) -> SafeString:
    """Half of the width is a hundred of a hundred."""
    bar = mark_safe("")
    if said is not None:
        left, right = said[1] / 2, said[0] / 2
        box = '<rect x="{0}%" width="{1}%" height="100%" {2}/>'
        bar = format_html(box, 50, right, mark_safe('class="agree"'))
        for fill in ('class="disagree"', f'fill="url(#{prefix})"'):
            bar += format_html(box, 50 - left, left, mark_safe(fill))  # noqa: S308 - constants and a hash
    return bar + mark_safe('<line x1="50%" x2="50%" y1="0" y2="100%" class="axis"/>')


# As a file: at fixed places, in colours that need no sheet.


def _file(rows: Sequence[Stance], groups: Sequence[str], title: str, reading: str) -> str:
    pieces: list[str] = [f"<defs>{format_html(HATCH, 'h', PAPER)}</defs>"]
    pieces.append(words(20, 40, title, size=22, more=f'font-family="{SERIF}" font-weight="600"'))
    lines = wrapped(reading, WIDTH - 40)
    pieces += [words(20, 66 + 20 * i, text) for i, text in enumerate(lines)]
    y = 76.0 + 20 * len(lines)
    for row in rows:
        y, drawn = _file_row(row, groups, y)
        pieces += drawn
    return document(WIDTH, y + 20, title, reading, pieces)


def _file_row(row: Stance, groups: Sequence[str], y: float) -> tuple[float, list[str]]:
    """A statement with its bars; returns where the next one begins."""
    pieces: list[str] = [line(20, y, WIDTH - 20, y)]
    for text in wrapped(row.label, WIDTH - 40):
        y += 20
        pieces.append(words(20, y, text, fill=INK))
    for name, said in zip(groups, row.groups, strict=True):
        y += 20
        pieces.append(words(NAMES, y, name, size=12, fill=QUIET))
        pieces.append(words(COUNTS, y, _said(said), size=12, fill=QUIET))
        if said is not None:
            right, left = said[0] * HALF / 100, said[1] * HALF / 100
            pieces.append(rect(MIDDLE, y - 10, right, 11, AGREE))
            pieces += [rect(MIDDLE - left, y - 10, left, 11, fill) for fill in (DISAGREE, "url(#h)")]
        pieces.append(line(MIDDLE, y - 13, MIDDLE, y + 4, INK if said else RULE))
    return y + 16, pieces

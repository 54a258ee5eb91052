"""The picture of what was made from what: versions as boxes, those made from nothing registered here to the left."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from stoa.kit.pictures.drawing import INK, PAPER, QUIET, document, words
from stoa.kit.pictures.picture import Picture
from stoa.lab.models import ModelVersion
from stoa.lab.queries import Arrow

WIDE, HIGH, ACROSS, DOWN, EDGE = 230, 50, 320, 72, 12
LETTERS = 30
"""As many letters of a name fit into a box."""


def drawn_lineage(arrows: Sequence[Arrow]) -> Picture | None:
    """Draw what versions were made from; None where nothing was made from anything."""
    if not arrows:
        return None
    boxes = {one.pk: one for arrow in arrows for one in (arrow.base, arrow.version)}
    places = _places(boxes, arrows)
    title, reading = "What was made from what", _reading(boxes, arrows)
    width = max(x for x, _ in places.values()) + WIDE + EDGE
    height = max(y for _, y in places.values()) + HIGH + EDGE
    return Picture(
        title=title,
        reading=reading,
        html=_page(boxes, arrows, places, width, height),
        svg=document(
            width, height + 70, title, reading, [words(EDGE, 30, title), _body(boxes, arrows, places, 60, linked=False)]
        ),
        heads=["Version", "How", "Made from"],
        rows=[[str(arrow.version), arrow.relation, str(arrow.base)] for arrow in arrows],
    )


def _places(boxes: dict[int, ModelVersion], arrows: Sequence[Arrow]) -> dict[int, tuple[int, int]]:
    """Where each box stands: as far to the right as the longest way from a version that was made from none of these."""
    depth = dict.fromkeys(boxes, 0)
    for _ in boxes:
        for arrow in arrows:
            depth[arrow.version.pk] = max(depth[arrow.version.pk], depth[arrow.base.pk] + 1)
    rows: dict[int, int] = {}
    places = {}
    for pk, one in sorted(boxes.items(), key=lambda item: (depth[item[0]], str(item[1]))):
        row = rows.get(depth[one.pk], 0)
        rows[depth[one.pk]] = row + 1
        places[pk] = (EDGE + depth[pk] * ACROSS, EDGE + row * DOWN)
    return places


def _reading(boxes: dict[int, ModelVersion], arrows: Sequence[Arrow]) -> str:
    made = len({arrow.version.pk for arrow in arrows})
    return f"{made} of {len(boxes)} versions were made from others of them."


def _page(
    boxes: dict[int, ModelVersion], arrows: Sequence[Arrow], places: dict[int, tuple[int, int]], width: int, height: int
) -> SafeString:
    return format_html(
        '<div class="scroll" tabindex="0" role="region" aria-label="What was made from what">'
        '<svg class="lineage" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="group">{2}</svg></div>',
        width,
        height,
        _body(boxes, arrows, places, 0, linked=True),
    )


def _body(
    boxes: dict[int, ModelVersion],
    arrows: Sequence[Arrow],
    places: dict[int, tuple[int, int]],
    down: int,
    *,
    linked: bool,
) -> SafeString:
    lines = format_html_join("", "{}", ((_arrow(arrow, places, down),) for arrow in arrows))
    shown = format_html_join("", "{}", ((_box(one, places[pk], down, linked=linked),) for pk, one in boxes.items()))
    return lines + shown


def _arrow(arrow: Arrow, places: dict[int, tuple[int, int]], down: int) -> SafeString:
    (x1, y1), (x2, y2) = places[arrow.base.pk], places[arrow.version.pk]
    begin, end = x1 + WIDE, x2
    y1, y2 = y1 + HIGH // 2 + down, y2 + HIGH // 2 + down
    middle = end - (ACROSS - WIDE) // 2
    return format_html(
        '<path class="arrow" d="M{} {}H{}V{}H{}m-6 -4l6 4l-6 4" fill="none" stroke="{}"/>'
        '<text class="how" x="{}" y="{}" font-size="12" fill="{}" text-anchor="end">{}</text>',
        begin,
        y1,
        middle,
        y2,
        end,
        QUIET,
        end - 8,
        y2 - 6,
        QUIET,
        arrow.relation.split(" ")[0],
    )


def _box(one: ModelVersion, place: tuple[int, int], down: int, *, linked: bool) -> SafeString:
    (x, y), name = place, one.model.name
    shape = format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}"/>'
        '<text x="{}" y="{}" font-size="13" fill="{}">{}</text><text x="{}" y="{}" font-size="13" fill="{}">{}</text>',
        x, y + down, WIDE, HIGH, PAPER, QUIET,
        x + 10, y + 20 + down, INK, _cut(name),
        x + 10, y + 39 + down, INK, _cut(one.label),
    )  # fmt: skip
    return format_html('<a href="{}" class="box">{}</a>', one.get_absolute_url(), shape) if linked else shape


def _cut(text: str) -> str:
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"

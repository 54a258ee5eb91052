"""The picture of an agenda: the backing of each question by groups of voters, beside what a plain majority wants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from stoa.kit.numerals import numeral
from stoa.kit.pictures import drawing
from stoa.kit.pictures.drawing import GROUPS, INK, MOST_GROUPS, PAPER, QUIET, RULE, SERIF, line, rect, words, wrapped
from stoa.kit.pictures.kept import drawn_once
from stoa.kit.pictures.picture import Picture

WIDTH, LABELS, BARS, BAR, COUNTS, CHOSEN, MAJORITY = 820, 330, 360, 210, 578, 670, 730


@dataclass(frozen=True)
class Option:
    """A question that was voted on; `backers` counts those who approved it, in the order of the groups."""

    label: str
    url: str
    chosen: bool
    by_majority: bool
    backers: tuple[int, ...]

    @property
    def total(self) -> int:
        """All who approved it."""
        return sum(self.backers)

    @property
    def difference(self) -> str:
        """Where a plain majority would have decided otherwise, that it would."""
        if self.chosen == self.by_majority:
            return ""
        return f"◆ A plain majority would {'not ' if self.chosen else ''}have chosen it."


@drawn_once
def backing(
    options: Sequence[Option], groups: Sequence[str], voters: int, *, title: str = "Who backs what", note: str = ""
) -> Picture:
    """Draw the options in the order given, the chosen first. `groups` names at most five groups of the `voters`."""
    if len(groups) > MOST_GROUPS:
        raise ValueError(f"{len(groups)} groups cannot be told apart; {MOST_GROUPS} can")
    ordered = [*(o for o in options if o.chosen), *(o for o in options if not o.chosen)]
    reading = _reading(ordered)
    return Picture(
        title=title,
        reading=reading,
        html=_page(ordered, groups, voters),
        svg=_file(ordered, groups, voters, title, reading),
        heads=["Question", *groups, "Backing", "Of", "Chosen", "By a plain majority"],
        rows=[
            [o.label, *o.backers, o.total, voters, "yes" if o.chosen else "no", "yes" if o.by_majority else "no"]
            for o in ordered
        ],
        note=note,
    )


def _reading(options: Sequence[Option]) -> str:
    chosen = sum(o.chosen for o in options)
    both = sum(o.chosen and o.by_majority for o in options)
    others = sum(o.by_majority and not o.chosen for o in options)
    head = f"{_counted(chosen, 'question')} of {numeral(len(options))} {'is' if chosen == 1 else 'are'} chosen."
    if both == chosen and not others:
        return f"{head} A plain majority would have chosen the same."
    return f"{head} A plain majority would have chosen {numeral(both)} of these and {_counted(others, 'other')}."


def _counted(number: int, word: str) -> str:
    return f"{numeral(number)} {word}{'' if number == 1 else 's'}"


# On the page: a list whose words are HTML, so that they wrap and scale with the reader's type, and a bar in each item.


def _page(options: Sequence[Option], groups: Sequence[str], voters: int) -> SafeString:
    prefix = "p" + sha256(repr((options, groups)).encode()).hexdigest()[:8]  # one page may hold two pictures
    items = []
    for heading, part in (
        ("Chosen", [o for o in options if o.chosen]),
        ("Not chosen", [o for o in options if not o.chosen]),
    ):
        items += [format_html('<li class="cut">{}: {}</li>', heading, numeral(len(part)))] if part else []
        items += [_item(option, voters, prefix) for option in part]
    return format_html(
        '<svg class="defs" aria-hidden="true" focusable="false"><defs>{}</defs></svg>{}<ul class="bars">{}</ul>',
        drawing.patterns(prefix, "var(--paper)"),
        _key(groups, prefix),
        mark_safe("".join(items)),  # noqa: S308 - each made by format_html
    )


def _key(groups: Sequence[str], prefix: str) -> SafeString:
    if len(groups) < 2:
        return mark_safe("")
    swatch = '<li><svg aria-hidden="true" focusable="false">{}</svg>{}</li>'
    items = format_html_join("", swatch, ((_block(i, 0, 100, prefix), name) for i, name in enumerate(groups)))
    return format_html('<ul class="key" aria-label="Groups of voters">{}</ul>', items)


def _item(option: Option, voters: int, prefix: str) -> SafeString:
    places = enumerate(drawing.shares(option.backers, voters))
    blocks = mark_safe("".join(_block(group, x, width, prefix) for group, (x, width) in places if width))  # noqa: S308 - as above
    return format_html(
        '<li><div><p class="label"><a href="{}">{}</a></p>{}</div>'
        '<div class="line"><svg aria-hidden="true" focusable="false">{}</svg><span>{} of {}</span></div></li>',
        option.url,
        option.label,
        format_html('<p class="marks">{}</p>', option.difference) if option.difference else "",
        blocks,
        numeral(option.total),
        numeral(voters),
    )


def _block(group: int, x: float, width: float, prefix: str) -> SafeString:
    """A group's part of a bar, in percent of it: its colour, its pattern over it, a gap at its end."""
    shape = (
        '<rect x="{0}%" width="{1}%" height="100%" class="g{2}"/><rect x="{0}%" width="{1}%" height="100%" fill="{3}"/>'
    )
    gap = format_html('<line x1="{0}%" x2="{0}%" y1="0" y2="100%" class="gap-line"/>', round(x, 2))
    block = format_html(shape, round(x, 2), round(width, 2), group, drawing.pattern_fill(prefix, group))
    return block + gap if x else block


# As a file: everything at fixed places, in colours that need no sheet.


def _file(options: Sequence[Option], groups: Sequence[str], voters: int, title: str, reading: str) -> str:
    pieces: list[str] = [f"<defs>{drawing.patterns('p', PAPER)}</defs>"]
    pieces.append(words(20, 40, title, size=22, more=f'font-family="{SERIF}" font-weight="600"'))
    pieces += [words(20, 66 + 20 * i, text) for i, text in enumerate(wrapped(reading, WIDTH - 40))]
    y = 70.0 + 20 * len(wrapped(reading, WIDTH - 40))
    y, key = _file_key(groups, y)
    pieces += [*key, *_heads(y + 24)]
    y += 34
    for option in options:
        y, row = _file_row(option, voters, y)
        pieces += row
    return drawing.document(WIDTH, y + 20, title, reading, pieces)


def _heads(y: float) -> Iterator[str]:
    yield words(20, y, "Question", size=12, fill=QUIET)
    yield words(BARS, y, "Backing", size=12, fill=QUIET)
    yield words(CHOSEN, y, "Chosen", size=12, fill=QUIET)
    yield words(MAJORITY, y, "By majority", size=12, fill=QUIET)


def _file_key(groups: Sequence[str], y: float) -> tuple[float, list[str]]:
    pieces: list[str] = []
    if len(groups) < 2:
        return y, pieces
    for index, name in enumerate(groups):
        pieces += _file_block(index, 20, y, 22, 12)
        pieces.append(words(50, y + 11, name, size=13))
        y += 20
    return y, pieces


def _file_row(option: Option, voters: int, y: float) -> tuple[float, list[str]]:
    """A question with its bar; returns where the next one begins."""
    lines = wrapped(option.label, LABELS)
    pieces: list[str] = [line(20, y, WIDTH - 20, y)]
    pieces += [words(20, y + 20 + 18 * i, text) for i, text in enumerate(lines)]
    pieces.append(rect(BARS, y + 14.5, BAR, 1, RULE))
    for group, (x, width) in enumerate(drawing.shares(option.backers, voters)):
        pieces += _file_block(group, BARS + x * BAR / 100, y + 8, width * BAR / 100, 14) if width else []
    pieces.append(words(COUNTS, y + 20, f"{option.total} of {voters}", size=12))
    pieces.append(words(CHOSEN, y + 20, "● yes" if option.chosen else "○ no", size=12, fill=INK))
    pieces.append(words(MAJORITY, y + 20, "● yes" if option.by_majority else "○ no", size=12, fill=INK))
    return y + 30 + 18 * (len(lines) - 1), pieces


def _file_block(group: int, x: float, y: float, width: float, height: float) -> list[str]:
    return [rect(x, y, width, height, GROUPS[group]), rect(x, y, width, height, drawing.pattern_fill("p", group))]

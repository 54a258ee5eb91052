"""Rows of a delimited text file from strangers: limited before they are read, faults told with line and remedy."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import BinaryIO

MOST_BYTES = 256 * 1024 * 1024
MOST_LINE = 1024 * 1024
MOST_LINES_IN_ROW = 200


class BadFile(ValueError):
    """A file can't be read as what it should be: the line, the fault and the remedy, in a sentence."""


def read_rows(
    stream: BinaryIO, delimiter: str, on_progress: Callable[[int], None] | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with the number of its first line.

    `on_progress` is told the number of bytes read so far, now and then. Raises `BadFile`.
    """
    lines = _lines(stream, on_progress)
    marks = 0

    def counted() -> Iterator[str]:
        nonlocal marks
        for text in lines:
            marks += text.count('"')
            yield text

    reader = csv.reader(counted(), delimiter=delimiter)
    line = 1
    while True:
        marks = 0
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            what = "a field is too long" if "limit" in str(fault) else "the row can't be read"
            raise BadFile(f"Line {line}: {what}. Check its quotation marks and line ends.") from None
        lines_in_row = reader.line_num - line + 1
        # Beyond the first line a row goes on only within quotation marks, which then come in pairs.
        if lines_in_row > MOST_LINES_IN_ROW or (lines_in_row > 1 and marks % 2):
            raise BadFile(
                f"Line {line}: a quotation mark is opened and not closed. Close it, or double it inside a text."
            )
        if any(cell.strip() for cell in row):
            yield line, row
        line = reader.line_num + 1


def _lines(stream: BinaryIO, on_progress: Callable[[int], None] | None) -> Iterator[str]:
    total = 0
    for number, raw in enumerate(iter(lambda: stream.readline(MOST_LINE + 1), b""), start=1):
        total += len(raw)
        if total > MOST_BYTES:
            raise BadFile(f"The file has more than {MOST_BYTES // 2**20} MB. Split it.")
        if on_progress and number % 500 == 0:
            on_progress(total)
        yield _text(_without_mark(raw) if number == 1 else raw, number)
    if on_progress:
        on_progress(total)


def _text(raw: bytes, number: int) -> str:
    if len(raw) > MOST_LINE:
        raise BadFile(f"Line {number} has more than {MOST_LINE:,} bytes. Check where its line break went.")
    if b"\0" in raw:
        raise BadFile(f"Line {number} holds bytes that are no text. Save the file as UTF-8.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadFile(f"Line {number} is not UTF-8. Save the file as UTF-8 and try again.") from None


def _without_mark(raw: bytes) -> bytes:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFile("The file is UTF-16. Save it as UTF-8 and try again.")
    return raw.removeprefix(b"\xef\xbb\xbf")

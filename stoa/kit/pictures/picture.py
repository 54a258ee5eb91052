"""What every picture is: something for the page, a file, its numbers, and a sentence that reads it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Picture:
    """A drawn picture: `html` for the page, `svg` the file to take away, `heads` and `rows` its numbers as a table."""

    title: str
    reading: str
    html: SafeString
    svg: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]
    note: str = ""

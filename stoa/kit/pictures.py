"""Pictures of decisions and of the record: legible on a phone as they stand, whole as a file to take away."""

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

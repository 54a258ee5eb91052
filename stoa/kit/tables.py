"""Lists that can be filtered, sorted, paged, linked to and taken away as CSV or JSON."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, Generic, TypeVar

from django.db.models import F, QuerySet
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from stoa.kit import instants
from stoa.kit.edge import address_with
from stoa.kit.list_files import KINDS, lines_of
from stoa.kit.numerals import numeral

Row = TypeVar("Row")
Rows = QuerySet[Any] | Sequence[Any]
Complete = Callable[[Sequence[Any]], Sequence[Any]]
"""Makes rows of a list of those that the database gave, such as with names that no query of theirs could fetch."""
CHUNK = 2000
KEPT_NUMBERS = 4000


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: `value` is the plain value for sorting and downloads, `show` what the page puts in its place.

    `order` names the database fields to sort by, where rows come from the database; a list in memory sorts by `value`.
    """

    key: str
    label: str
    value: Callable[[Row], Any]
    show: Callable[[Row], str] | None = None
    order: tuple[str, ...] = ()
    numeric: bool = False
    sortable: bool = True

    def cell(self, row: Row) -> str:
        """What the page shows."""
        return self.show(row) if self.show else in_words(self.value(row))

    @cached_property
    def opening(self) -> SafeString:
        """What stands before each cell: a page can have a thousand."""
        kind = mark_safe(' class="n"') if self.numeric else ""
        return format_html('<td data-label="{}"{}>', self.label, kind)


@dataclass(frozen=True)
class FilterShown:
    """A filter on a page with its present value."""

    name: str
    label: str
    value: str
    choices: Sequence[tuple[str, str]]
    without: str


@dataclass(frozen=True)
class Filter:
    """A way to narrow a list: one of `choices` (value, label), or free text without them. `keep` narrows the rows.

    `without` is what the choice is called that asks for none of them.
    """

    key: str
    label: str
    keep: Callable[[Any, str], Any]
    choices: Sequence[tuple[str, str]] = ()
    without: str = "any"

    def value(self, query: QueryDict, prefix: str) -> str:
        """What was asked for, or nothing where it is not among the choices."""
        asked = query.get(prefix + self.key, "").replace("\0", "").strip()[:200]
        known = not self.choices or asked in {value for value, _ in self.choices}
        return asked if known else ""

    def shown(self, query: QueryDict, prefix: str) -> FilterShown:
        """The filter with its present value."""
        return FilterShown(prefix + self.key, self.label, self.value(query, prefix), self.choices, self.without)


@dataclass(frozen=True)
class Head:
    """The head of a column on a page: the address that sorts by it, and how it is sorted now."""

    label: str
    url: str
    sorted_as: str
    numeric: bool


@dataclass(frozen=True)
class TablePage:
    """One page of a list, ready for the tag `{% table %}`."""

    caption: str
    heads: list[Head]
    rows: list[SafeString]
    filters: list[FilterShown]
    hidden: list[tuple[str, str]]
    number: int
    last_number: int
    total: int
    first: int
    query: QueryDict
    prefix: str
    empty: str
    has_more: bool = False

    @property
    def last(self) -> int:
        """The place of the last row shown."""
        return self.first + len(self.rows) - 1

    @property
    def numbers(self) -> list[int | None]:
        """The page numbers to link to; None stands for a gap."""
        return spread(self.number, self.last_number)

    @property
    def previous(self) -> int | None:
        """The page before, if any."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The page after, if any."""
        return self.number + 1 if self.number < self.last_number else None

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list."""
        return any(shown.value for shown in self.filters)

    def address(self, number: int) -> str:
        """The address of another page of the same list."""
        return address_with(self.query, {f"{self.prefix}page": str(number) if number > 1 else ""})

    @property
    def csv_url(self) -> str:
        """The whole list, as filtered and sorted, as CSV."""
        return address_with(self.query, {f"{self.prefix}page": "", f"{self.prefix}as": "csv"})

    @property
    def json_url(self) -> str:
        """The whole list, as filtered and sorted, as JSON."""
        return address_with(self.query, {f"{self.prefix}page": "", f"{self.prefix}as": "json"})


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """The making of a list page. `sort` is the key sorted by at first, `-key` for downwards.

    With `most`, rows are counted no further and pages end there: for lists of which many rows would have to be joined to be
    counted. Filters and files reach the rest.
    Two lists on one page need a `prefix` each.
    """

    name: str
    caption: str
    columns: Sequence[Column[Row]]
    filters: Sequence[Filter] = ()
    sort: str = ""
    per_page: int = 50
    prefix: str = ""
    empty: str = "Nothing here yet."
    most: int | None = None
    _by_key: dict[str, Column[Row]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find columns by their keys."""
        object.__setattr__(self, "_by_key", {column.key: column for column in self.columns})

    def download(self, request: HttpRequest, rows: Rows, complete: Complete = list) -> HttpResponseBase | None:
        """The whole list as a file where the address asks for one (`?as=csv`, `?as=json`), otherwise None.

        `complete` makes the rows that columns read of some that were fetched, in one go, as in `page`.
        """
        kind = request.GET.get(f"{self.prefix}as", "")
        if kind not in KINDS:
            return None
        wanted = self._in_order(self._narrowed(rows, request.GET), self._sort(request.GET))
        each = _each(wanted, complete)
        lines = lines_of(kind, {column.key: column.value for column in self.columns}, each)
        answer = StreamingHttpResponse(lines, content_type=KINDS[kind])
        answer["Content-Disposition"] = f'attachment; filename="{self.name}.{kind}"'
        return answer

    def in_file(self, request: HttpRequest, rows: Rows) -> Rows | None:
        """The rows of the file that the address asks for, to note for whom they concern that it was taken; otherwise None."""
        return self._narrowed(rows, request.GET) if request.GET.get(f"{self.prefix}as", "") in KINDS else None

    def page(self, request: HttpRequest, rows: Rows, complete: Complete = list, total: int | None = None) -> TablePage:
        """The page of the list that the address asks for; a number past the end gives the last page.

        `total` is how many rows there are, where that is known and nothing narrows the list.
        """
        sort = self._sort(request.GET)
        narrowed = self._narrowed(rows, request.GET)
        wanted = self._in_order(narrowed, sort)
        number = _whole(request.GET.get(f"{self.prefix}page", ""))
        found = None
        if total is None or narrowed is not rows:
            found, total = self._part(wanted, number)
        has_more = self.most is not None and total > self.most
        total = self.most if self.most is not None and has_more else total
        last_number = max(1, -(-total // self.per_page))
        if found is None or number > last_number:
            number = min(number, last_number)
            found = self._slice(wanted, number)
        start = (number - 1) * self.per_page
        shown = complete(found)
        return TablePage(
            caption=self.caption,
            heads=[self._head(column, sort, request.GET) for column in self.columns],
            rows=[self._row(row) for row in shown],
            filters=[f.shown(request.GET, self.prefix) for f in self.filters],
            hidden=self._kept(request.GET),
            number=number,
            last_number=last_number,
            total=total,
            first=start + 1,
            query=request.GET,
            prefix=self.prefix,
            empty=self.empty,
            has_more=has_more,
        )

    def _part(self, rows: Rows, number: int) -> tuple[list[Any] | None, int]:
        """The rows of a page, if it can be one, and how many rows there are, or one more than `most`.

        What ends on the page needs no count.
        """
        if self.most is not None and number * self.per_page > self.most:
            return None, self._count(rows)
        found = self._slice(rows, number)
        if len(found) < self.per_page and (found or number == 1):
            return found, (number - 1) * self.per_page + len(found)
        return found, self._count(rows)

    def _slice(self, rows: Rows, number: int) -> list[Any]:
        return list(rows[(number - 1) * self.per_page : number * self.per_page])

    def _count(self, rows: Rows) -> int:
        """How many rows there are, or one more than `most`."""
        counted = rows if self.most is None else rows[: self.most + 1]
        return counted.count() if isinstance(counted, QuerySet) else len(counted)

    def _row(self, row: Row) -> SafeString:
        """The cells of a row, the first its head; each with its column's label for phones, where columns are not set."""
        first, *rest = self.columns
        cells = "".join(f"{column.opening}{conditional_escape(column.cell(row))}</td>" for column in rest)
        return mark_safe(f'<th scope="row">{conditional_escape(first.cell(row))}</th>{cells}')  # noqa: S308 - each part is escaped

    def _narrowed(self, rows: Rows, query: QueryDict) -> Rows:
        for narrowing in self.filters:
            if value := narrowing.value(query, self.prefix):
                rows = narrowing.keep(rows, value)
        return rows

    def _sort(self, query: QueryDict) -> str:
        asked = query.get(f"{self.prefix}sort", "")
        column = self._by_key.get(asked.removeprefix("-"))
        return asked if column and column.sortable else self.sort

    def _in_order(self, rows: Rows, sort: str) -> Rows:
        column = self._by_key.get(sort.removeprefix("-"))
        if column is None:
            return rows
        down = sort.startswith("-")
        if isinstance(rows, QuerySet):
            ways = [F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True) for name in column.order]
            return rows.order_by(*ways, "pk")
        known = [row for row in rows if column.value(row) is not None]
        unknown = [row for row in rows if column.value(row) is None]
        return sorted(known, key=column.value, reverse=down) + unknown

    def _head(self, column: Column[Row], sort: str, query: QueryDict) -> Head:
        sorted_as = {column.key: "ascending", f"-{column.key}": "descending"}.get(sort, "")
        following = f"-{column.key}" if sorted_as == "ascending" else column.key
        url = (
            address_with(query, {f"{self.prefix}sort": following, f"{self.prefix}page": ""}) if column.sortable else ""
        )
        return Head(column.label, url, sorted_as, column.numeric)

    def _kept(self, query: QueryDict) -> list[tuple[str, str]]:
        """What a filter form must carry along: everything but its own filters and the page."""
        own = {self.prefix + f.key for f in self.filters} | {f"{self.prefix}page", f"{self.prefix}as"}
        return [(key, value) for key, values in query.lists() if key not in own for value in values]


def link(text: object, url: str) -> str:
    """A cell that leads somewhere."""
    return format_html('<a href="{}">{}</a>', url, text)


def in_words(value: Any) -> str:
    """A plain value as a page shows it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return instants.in_html(value, form="short")
    if isinstance(value, (int, float)):
        return _number(value, get_language())
    return str(value)


@lru_cache(maxsize=KEPT_NUMBERS, typed=True)
def _number(value: float, language: str | None) -> str:
    del language  # how thousands are parted is in it
    return numeral(value)


def spread(number: int, last: int) -> list[int | None]:
    """The numbers of a pager: the first, the last, and two on each side of the present one, with None for each gap."""
    near = sorted({1, last, *range(max(1, number - 2), min(last, number + 2) + 1)})
    numbers: list[int | None] = []
    for before, this in zip([0, *near], near, strict=False):
        if this - before == 2:
            numbers.append(this - 1)
        elif this - before > 2:
            numbers.append(None)
        numbers.append(this)
    return numbers


def _each(rows: Rows, complete: Complete) -> Iterator[Any]:
    found = iter(rows.iterator(chunk_size=CHUNK) if isinstance(rows, QuerySet) else rows)
    while chunk := list(islice(found, CHUNK)):
        yield from complete(chunk)


def _whole(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1

"""Lists can be filtered, sorted, paged and taken away, whatever is asked of them."""

import csv
import io
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from stoa.kit.list_files import safe_for_spreadsheets
from stoa.kit.tables import Column, Filter, Listing, TablePage, in_words, link, spread
from stoa.people.models import Person

NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Question:
    number: int
    title: str
    months: int | None
    raised: datetime


ROWS = [
    Question(1, "Exposure", 3, NOON),
    Question(2, "Refusal", None, NOON + timedelta(hours=1)),
    Question(3, "=Audit", 1, NOON + timedelta(hours=2)),
]
LIST: Listing[Question] = Listing(
    name="questions",
    caption="Questions",
    columns=[
        Column("title", "Question", lambda q: q.title, show=lambda q: link(q.title, f"/q/{q.number}")),
        Column("months", "Months", lambda q: q.months, numeric=True),
        Column("raised", "Raised", lambda q: q.raised, sortable=False),
    ],
    filters=[
        Filter("q", "Words", lambda rows, text: [q for q in rows if text in q.title]),
        Filter("size", "Size", lambda rows, _: [q for q in rows if (q.months or 0) > 2], (("large", "large"),)),
    ],
    sort="title",
    per_page=2,
)


def page(address: str, rows: Any = ROWS, listing: Listing[Any] = LIST) -> TablePage:
    return listing.page(RequestFactory().get(address), rows)


def numbers(shown: TablePage) -> list[str]:
    return [row.partition("/q/")[2].partition('"')[0] for row in shown.rows]


def test_a_page_of_a_list_holds_what_is_shown_and_where_it_leads() -> None:
    shown = page("/?page=2&other=1")
    raised = in_words(NOON + timedelta(hours=1))
    cells = f'<th scope="row">{link("Refusal", "/q/2")}</th><td data-label="Months" class="n">–</td>'
    assert shown.rows == [f'{cells}<td data-label="Raised">{raised}</td>']
    assert (shown.number, shown.last_number, shown.total, shown.first, shown.last) == (2, 2, 3, 3, 3)
    assert (shown.previous, shown.next, shown.numbers) == (1, None, [1, 2])
    assert (shown.address(1), shown.address(2)) == ("?other=1", "?page=2&other=1")
    assert [(head.label, head.url, head.sorted_as) for head in shown.heads] == [
        ("Question", "?other=1&sort=-title", "ascending"),
        ("Months", "?other=1&sort=months", ""),
        ("Raised", "", ""),
    ]
    assert shown.hidden == [("other", "1")]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/", ["3", "1"]),
        ("/?sort=-title", ["2", "1"]),
        ("/?sort=months", ["3", "1"]),
        ("/?sort=-months", ["1", "3"]),
        ("/?sort=-months&page=2", ["2"]),
        ("/?sort=raised", ["3", "1"]),
        ("/?sort=nosuch", ["3", "1"]),
        ("/?page=99", ["2"]),
        ("/?page=-1", ["3", "1"]),
        ("/?page=٣", ["3", "1"]),
        ("/?page=99999999999999999999", ["3", "1"]),
        ("/?q=xposur", ["1"]),
        ("/?q=nosuch", []),
        ("/?q=%00Exposure", ["1"]),
        ("/?size=large", ["1"]),
        ("/?size=nosuch", ["3", "1"]),
    ],
)
def test_any_address_gives_a_page(address: str, expected: list[str]) -> None:
    assert numbers(page(address)) == expected


def test_two_lists_on_one_page_keep_apart() -> None:
    other = replace(LIST, prefix="b_")
    assert numbers(page("/?q=Refusal&b_q=Exposure", listing=other)) == ["1"]
    assert page("/?q=Refusal&b_q=Exposure", listing=other).hidden == [("q", "Refusal")]


@pytest.mark.parametrize("count", [0, 1, 3, 10_000])
def test_a_list_of_any_length_has_pages(count: int) -> None:
    shown = page("/", [Question(i, f"{i:05}", 1, NOON) for i in range(count)])
    assert (shown.total, len(shown.rows), shown.last_number) == (count, min(count, 2), max(1, -(-count // 2)))


def fetched(address: str, rows: Any = ROWS, listing: Listing[Any] = LIST) -> tuple[str, str, str]:
    answer = listing.download(RequestFactory().get(address), rows)
    assert isinstance(answer, StreamingHttpResponse)
    return answer["Content-Type"], answer["Content-Disposition"], answer.getvalue().decode()


def test_csv_holds_every_row_as_filtered_and_sorted_and_no_formula() -> None:
    kind, name, body = fetched("/?as=csv&sort=-months&page=2")
    assert (kind, name) == ("text/csv; charset=utf-8", 'attachment; filename="questions.csv"')
    assert list(csv.reader(io.StringIO(body))) == [
        ["title", "months", "raised"],
        ["Exposure", "3", "2026-11-28T12:00:00Z"],
        ["'=Audit", "1", "2026-11-28T14:00:00Z"],
        ["Refusal", "", "2026-11-28T13:00:00Z"],
    ]


def test_json_holds_plain_values() -> None:
    kind, name, body = fetched("/?as=json&q=Refusal")
    assert (kind, name) == ("application/json", 'attachment; filename="questions.json"')
    assert json.loads(body) == [{"title": "Refusal", "months": None, "raised": "2026-11-28T13:00:00Z"}]
    assert json.loads(fetched("/?as=json", [])[2]) == []


def test_the_links_to_downloads_keep_filter_and_sort() -> None:
    shown = page("/?q=e&sort=-title&page=1")
    assert (shown.csv_url, shown.json_url) == ("?q=e&sort=-title&as=csv", "?q=e&sort=-title&as=json")


def test_other_kinds_are_no_download() -> None:
    assert LIST.download(RequestFactory().get("/?as=exe"), ROWS) is None


PEOPLE: Listing[Person] = Listing(
    name="people",
    caption="People",
    columns=[
        Column("name", "Name", lambda p: p.name, order=("sort_name",)),
        Column("zone", "Zone", lambda p: p.zone or None, order=("zone",)),
    ],
    filters=[Filter("q", "Name", lambda rows, text: rows.filter(name__icontains=text))],
    sort="name",
    per_page=2,
)


@pytest.mark.django_db
def test_a_list_from_the_database_is_sorted_and_cut_there(django_assert_num_queries: Any) -> None:
    for name in ("Cem", "Ada", "Bea"):
        Person.objects.create(name=name, sort_name=name.lower(), email=f"{name}@sample.example")
    with django_assert_num_queries(2):
        shown = page("/?sort=-name", Person.objects.all(), PEOPLE)
    assert [row.partition("</th>")[0] for row in shown.rows] == ['<th scope="row">Cem', '<th scope="row">Bea']
    assert page("/?q=e&page=2", Person.objects.all(), PEOPLE).total == 2
    assert fetched("/?as=csv", Person.objects.all(), PEOPLE)[2] == "name,zone\r\nAda,\r\nBea,\r\nCem,\r\n"


@pytest.mark.parametrize(
    ("number", "last", "expected"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (1, 9, [1, 2, 3, None, 9]),
        (5, 9, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (50, 99, [1, None, 48, 49, 50, 51, 52, None, 99]),
    ],
)
def test_numbers_of_pages_leave_gaps_only_where_two_are_left_out(
    number: int, last: int, expected: list[int | None]
) -> None:
    assert spread(number, last) == expected


@given(st.text())
def test_no_text_is_a_formula(text: str) -> None:
    safe = safe_for_spreadsheets(text)
    assert safe.removeprefix("'") == text.removeprefix("'")
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(("value", "words"), [(None, "–"), (True, "yes"), (False, "no"), (12345, "12,345"), ("a", "a")])
def test_plain_values_are_put_in_words(value: object, words: str) -> None:
    assert in_words(value) == words


def test_a_cell_can_hold_no_markup_that_nobody_made_safe() -> None:
    row = replace(ROWS[0], title="<script>")
    listing = replace(
        LIST, columns=[Column("title", "<b>", lambda q: q.title), Column("again", "“>", lambda q: q.title)]
    )
    assert page("/", [row], listing).rows == [
        '<th scope="row">&lt;script&gt;</th><td data-label="“&gt;">&lt;script&gt;</td>'
    ]


def test_numbers_of_one_value_are_shown_by_their_kind() -> None:
    assert [in_words(1), in_words(1.0), in_words(True), in_words(1000)] == ["1", "1.0", "yes", "1,000"]

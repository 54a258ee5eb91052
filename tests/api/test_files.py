"""Files over HTTP: sent in pieces, taken up where the line broke, fetched as attachments, and nobody else's."""

from __future__ import annotations

import pytest
from django.test import Client

from stoa.people.acts import create_token
from stoa.people.models import Person
from tests.cast import Cast
from tests.kit.files.pdfs import pdf, stream
from tests.stage import acting

pytestmark = pytest.mark.django_db
CV = pdf(stream(b"BT (A life, over HTTP) Tj ET"))
FILES = "/api/v1/me/files"


def program(person: Person) -> Client:
    _, key = create_token(acting(person), person=person, name="a program")
    return Client(headers={"Authorization": f"Bearer {key}"})


@pytest.fixture
def me(cast: Cast) -> Client:
    return program(cast.member)


def begin(me: Client, body: bytes = CV, name: str = "cv.pdf") -> str:
    answer = me.post(FILES, {"name": name, "bytes": len(body)}, content_type="application/json")
    assert answer.status_code == 201
    return f"{FILES}/{answer.json()['id']}"


def piece(me: Client, address: str, body: bytes, at: int) -> tuple[int, dict[str, object]]:
    answer = me.patch(f"{address}?at={at}", body, content_type="application/octet-stream")
    return answer.status_code, answer.json()


def test_a_file_is_sent_in_pieces_and_fetched_as_an_attachment(me: Client) -> None:
    address = begin(me, name="My CV.pdf")
    status, half = piece(me, address, CV[:90], 0)
    assert (status, half["received"], half["finished"]) == (200, 90, None)
    assert me.get(address).json()["received"] == 90
    status, done = piece(me, address, CV[90:], 90)
    assert (status, done["received"], done["type"], done["name"]) == (200, len(CV), "application/pdf", "My CV.pdf")
    answer = me.get(f"{address}/content")
    assert b"".join(answer) == CV
    assert {name: answer[name] for name in ("Content-Disposition", "Content-Security-Policy", "Cache-Control")} == {
        "Content-Disposition": 'attachment; filename="My CV.pdf"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_piece_that_does_not_follow_on_says_where_to_go_on(me: Client) -> None:
    address = begin(me)
    piece(me, address, CV[:90], 0)
    status, problem = piece(me, address, CV[:90], 0)
    assert (status, problem["message"]) == (409, "90 bytes have come, and this begins after 0.")


def test_a_harmful_file_is_refused_with_the_remedy(me: Client) -> None:
    body = pdf(b"<</S/JavaScript/JS(1)>>")
    status, problem = piece(me, begin(me, body), body, 0)
    assert (status, problem["message"]) == (422, "The PDF runs a script when it is opened.")
    assert "Print it into a new PDF" in str(problem["remedy"])


def test_a_whole_file_takes_no_more_and_is_dropped(me: Client) -> None:
    address = begin(me)
    piece(me, address, CV, 0)
    assert piece(me, address, b"more", len(CV))[0] == 409
    assert me.delete(address).status_code == 204
    assert me.get(address).status_code == 404
    assert me.get(FILES).json() == {"items": [], "count": 0}


def test_nobody_sees_touches_or_learns_of_anybody_elses_file(me: Client, cast: Cast) -> None:
    address = begin(me)
    other = program(cast.steward)
    missing = other.get(f"{FILES}/aaaaaaaaaaaaaaaa")
    for answer in (
        other.get(address),
        other.get(f"{address}/content"),
        other.delete(address),
        other.patch(f"{address}?at=0", b"%PDF", content_type="application/octet-stream"),
    ):
        assert (answer.status_code, answer.json()) == (404, missing.json())
    assert other.get(FILES).json()["count"] == 0
    assert Client().get(address).status_code == 403


def test_a_file_that_is_not_whole_is_not_fetched(me: Client) -> None:
    assert me.get(f"{begin(me)}/content").status_code == 404

"""The desk of a reviewer: its form, two tabs, and what is taken along and comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from stoa.kit.faults import Closed, Invalid
from stoa.kit.faults import Conflict as Clash
from stoa.review import acts, queries
from stoa.review.acts.reading import Said
from stoa.review.models import Review
from stoa.review.printing import as_pdf, blocks
from tests.cast import BACKEND, browser
from tests.review.panels import SAID, Reading, Shared
from tests.stage import acting

pytestmark = pytest.mark.django_db


def test_a_sheet_goes_out_and_comes_back_as_drafts(reading: Reading) -> None:
    person = reading.reviewers[0]
    client = browser(person)
    path = f"/reviews/{reading.panel.pk}/sheet"
    sheet = json.loads(client.get(path).content)
    sheet["pieces"][0] |= {"scores": {"fit": 3}, "for_author": "Written on a train."}
    answer = client.post(path, {"sheet": SimpleUploadedFile("s.json", json.dumps(sheet).encode())})
    assert answer.status_code == 302
    assert Review.objects.get().for_author == "Written on a train."
    assert Review.objects.get().given is None


def test_a_sheet_is_refused_whole_where_one_wrote_here_since(reading: Reading) -> None:
    person = reading.reviewers[0]
    sheet = queries.sheet(reading.panel, person.pk)
    for piece in sheet["pieces"]:
        piece |= {"for_author": "Written on a train."}
    acts.save_draft(acting(person), assignment=reading.own(person), said=SAID)
    number = reading.own(person).piece.number
    with pytest.raises(Clash, match=f"Your review of {number} was saved elsewhere"):
        acts.take_sheet(acting(person), panel=reading.panel, sheet=json.dumps(sheet).encode())
    assert list(Review.objects.values_list("for_author", "version")) == [(SAID.for_author, 1)]
    again = queries.sheet(reading.panel, person.pk)
    again["pieces"][0] |= {"for_author": "Brought together."}
    acts.take_sheet(acting(person), panel=reading.panel, sheet=json.dumps(again).encode())
    assert Review.objects.get(assignment=reading.own(person)).for_author == "Brought together."


def test_a_form_that_saves_itself_is_told_how_it_went(shared: Shared) -> None:
    person = shared.reviewers[0]
    path = f"/reviews/{shared.panel.pk}/of/{shared.own(person).piece.number}"
    client = Client(headers={"X-Autosave": "1"})
    client.force_login(person, backend=BACKEND)
    answers = [
        client.post(f"{path}/draft", {"for_author": words, "version": version})
        for words, version in (("One.", ""), ("Two.", "1"), ("Of another tab.", "1"), ("x" * 20_001, "2"))
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 409, 422]
    assert [answer.json().get("fields") for answer in answers] == [{"version": 1}, {"version": 2}, None, None]
    assert "saved elsewhere meanwhile" in answers[2].json()["message"]
    assert Review.objects.get().for_author == "Two."
    assert "Kept. Nobody else sees it." not in client.get(path).content.decode()


def test_two_tabs_are_brought_together_and_neither_is_lost(shared: Shared) -> None:
    person = shared.reviewers[0]
    first = shared.own(person)
    path = f"/reviews/{shared.panel.pk}/of/{first.piece.number}"
    client = browser(person)
    acts.save_draft(acting(person), assignment=first, said=Said({"fit": 2}, "", "Of the other tab."))
    for address in (f"{path}/draft", path):
        answer = client.post(address, {"score_fit": "4", "for_author": "Of this tab.", "version": "0"})
        text = answer.content.decode()
        assert answer.status_code == 409
        assert [words in text for words in ("Of the other tab.", "Of this tab.")] == [True, True]
        assert answer.context["form"]["version"].value() == "1"
    assert Review.objects.get().for_author == "Of the other tab."
    client.post(path, {"score_fit": "4", "for_author": "Of this tab.", "version": "1"})
    assert Review.objects.get().for_author == "Of this tab."


def test_a_review_that_is_given_does_not_save_itself(shared: Shared) -> None:
    person = shared.reviewers[0]
    first = shared.own(person)
    path = f"/reviews/{shared.panel.pk}/of/{first.piece.number}"
    client = browser(person)
    assert "data-autosave" in client.get(path).content.decode()
    acts.give_review(acting(person), assignment=first, said=SAID)
    assert "data-autosave" not in client.get(path).content.decode()


def test_others_scores_stand_under_the_titles_of_their_criteria(reading: Reading) -> None:
    one, other = reading.pair()
    for assignment in (one, other):
        acts.give_review(acting(assignment.seat.person), assignment=assignment, said=SAID)
    text = browser(one.seat.person).get(f"/reviews/{reading.panel.pk}/of/{one.piece.number}").content.decode()
    assert "<p>Fit: 4</p>" in text


@pytest.mark.parametrize(
    "wrong", [b"", b"[]", b"{}", b"\xff", b'{"format": "stoa review sheet v1", "panel": 999, "pieces": []}']
)
def test_a_sheet_that_is_none_keeps_nothing(reading: Reading, wrong: bytes) -> None:
    with pytest.raises(Invalid):
        acts.take_sheet(acting(reading.reviewers[0]), panel=reading.panel, sheet=wrong)
    assert Review.objects.count() == 0


def test_a_review_can_be_given_by_form_and_leads_to_the_next(shared: Shared) -> None:
    person = shared.reviewers[0]
    first = shared.own(person)
    client: Client = browser(person)
    path = f"/reviews/{shared.panel.pk}/of/{first.piece.number}"
    assert client.post(path, {"score_fit": "", "for_author": "x"}).status_code == 422
    assert client.get(path).content.decode().count("(optional)") == 1  # what is said to the other reviewers
    answer = client.post(path, {"score_fit": "4", "for_author": "Well done.", "for_panel": ""})
    assert answer.status_code == 302
    following = queries.desk(shared.panel, person.pk).next
    assert following is not None
    assert answer["Location"] == f"/reviews/{shared.panel.pk}/of/{following.piece.number}"
    assert "1 of" in client.get(f"/reviews/{shared.panel.pk}").content.decode()


def test_a_desk_offers_nothing_that_a_panel_that_is_done_does_not_take(shared: Shared) -> None:
    client, desk = browser(shared.reviewers[0]), f"/reviews/{shared.panel.pk}"
    offered = ("Take it along", "Send the sheet back", "Stop reviewing")
    assert [words in client.get(desk).content.decode() for words in offered] == [True] * 3
    acts.begin_discussion(shared.steward, panel=shared.panel)
    acts.close_panel(shared.steward, panel=shared.panel)
    assert [words in client.get(desk).content.decode() for words in offered] == [False] * 3


def test_a_pdf_holds_what_one_has_to_read_and_is_the_same_each_time(reading: Reading) -> None:
    person = reading.reviewers[0]
    client, path = browser(person), f"/reviews/{reading.panel.pk}/pdf"
    one = client.get(path)
    assert (one["Content-Type"], one.content[:5]) == ("application/pdf", b"%PDF-")
    assert one["Content-Disposition"] == f'attachment; filename="reviews-{reading.panel.pk}.pdf"'
    assert client.get(path).content == one.content
    acts.give_review(acting(person), assignment=reading.own(person), said=SAID)
    assert client.get(path).content != one.content
    for stranger in (reading.cast.stranger, reading.cast.steward):
        assert browser(stranger).get(path).status_code == 404


MARKED = """## Why *now*?

Because #panic() is **not** `x=1` in [this](https://x.example/a).

- one
  1. of one
- two

> quoted

```py
print('#hi')
```

---

\\# Not
$x$
"""


def set_as(block: dict[str, Any]) -> tuple[str, ...]:
    """A block of a text in short: its kind, its mark, and its spans."""
    if "of" not in block:
        return tuple(block.values())
    return block["kind"], block["mark"], "".join(map(span, block["of"]))


def span(one: dict[str, Any]) -> str:
    if "of" in one:
        return f"<{one['kind']} {''.join(map(span, one['of']))}{one['to'] and '|' + one['to']}>"
    return {"text": one.get("text", ""), "code": f"`{one.get('text')}`", "break": "\n"}[one["kind"]]


def test_a_text_is_data_to_the_pdf_and_can_not_make_it_endless() -> None:
    assert [set_as(block) for block in blocks(MARKED)] == [
        ("heading", "", "Why <emphasis now>?"),
        ("text", "", "Because #panic() is <strong not> `x=1` in <link this|https://x.example/a>."),
        ("text", "\u2022 ", "one"),
        ("text", "1. ", "of one"),
        ("text", "\u2022 ", "two"),
        ("text", "", "quoted"),
        ("code", "print('#hi')"),
        ("rule",),
        ("text", "", "# Not\n$x$"),
    ]
    assert [set_as(one) for one in blocks("a\n" * 11, 10)] == [("text", "", " ".join("a" * 11))]
    assert [set_as(one) for one in blocks("## a\n\nb\nc" + " " * 20_000)] == [
        ("text", "", "## a"),
        ("text", "", "b\nc"),
    ]
    sheet: dict[str, Any] = {"title": "Prize", "scale": [1, 5], "criteria": []}
    hostile = '#panic() #read("/etc/passwd") $x$ *b*\n' * 11_000
    sheet["pieces"] = [
        {"number": n, "title": "#panic()", "text": t} for n, t in enumerate((hostile, MARKED, "****\n- "))
    ]
    assert as_pdf(sheet, due="").startswith(b"%PDF-")
    sheet["pieces"] = [{"number": 1, "title": "Long", "text": "x" * 1_000_001}]
    with pytest.raises(Closed):
        as_pdf(sheet, due="")


def test_the_desk_says_why_what_its_reviewer_sent_is_not_kept(reading: Reading) -> None:
    one, *_ = reading.reviewers
    path = f"/reviews/{reading.panel.pk}/answer"
    assert browser(one).post(path, {}).status_code == 422
    acts.close_panel(reading.steward, panel=reading.panel)
    refused = browser(one).post(path, {"decline": "yes"})
    assert refused.status_code == 422
    assert "This panel is done." in refused.content.decode()

from __future__ import annotations

import base64
import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stoa.agenda import acts as agenda
from stoa.kit.act import CLOCK, OPERATOR
from stoa.kit.clock import travel
from stoa.methods.merkle import leaf_hash, verify_inclusion
from stoa.methods.note import Checkpoint, VerifierKey, open_note
from stoa.people import acts as people
from stoa.record.acts import seal_day
from stoa.record.keys import vkey
from stoa.record.models import Entry, Placement
from stoa.record.queries import history
from tests.cast import Cast, browser, settle
from tests.record.growing import grow, numbers, served_head
from tests.stage import acting, begin

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def shown(client: Client, query: str = "") -> list[int]:
    """The positions of the entries on a page of the history."""
    page = text(client.get(f"/record{query}"))
    return [int(piece.split('"')[0]) for piece in page.split('<a href="/record/entry/')[1:]]


def position_of(entry_type: str) -> int:
    return Placement.objects.filter(entry__type=entry_type).latest("position").position


def proven(client: Client, position: int) -> bool:
    """Whether the proof file leads from the bytes of the entry, as served, to the signed head."""
    proof = client.get(f"/record/entry/{position}/proof").content
    lines, _, note = proof.decode().partition("\n\n")
    first, index, *hashes = lines.split("\n")
    head = Checkpoint.parse(open_note(note.encode(), [VerifierKey.parse(vkey())]).text)
    leaf = leaf_hash(client.get(f"/record/entry/{position}/raw").content)
    path = [base64.b64decode(line) for line in hashes]
    assert (first, index) == ("c2sp.org/tlog-proof@v1", f"index {position}")
    return verify_inclusion(position, head.size, leaf, path, head.root)


def test_an_empty_record_says_so(client: Client) -> None:
    page = text(client.get("/record"))
    assert "Nothing is on the record yet." in page
    assert "Nothing has been done here yet." in page


def test_the_history_reads_newest_first_with_names_roles_and_places(client: Client) -> None:
    cast = Cast()
    settle()
    page = text(client.get("/record"))
    size = Entry.objects.count()
    assert shown(client) == list(range(size - 1, max(-1, size - 51), -1))
    assert f'The operator admitted <a href="/people/{cast.member.pk}">member-2</a>.' in page
    assert f"{size} entries under" in page


def test_entries_without_a_place_are_not_shown(client: Client) -> None:
    begin()
    settle()
    people.admit(OPERATOR, name="Ada", email=None)
    assert shown(client) == [1, 0]
    assert client.get("/record/entry/2").status_code == 404
    assert client.get("/record/entry/2/proof").status_code == 404
    assert client.get("/record/entry/9223372036854775808").status_code == 404
    settle()
    assert shown(client) == [3, 2, 1, 0]


def test_the_history_is_narrowed_by_kind_role_person_object_and_day(client: Client) -> None:
    with travel(datetime(2026, 3, 1, 12, tzinfo=UTC)):
        begin()
        ada = people.admit(OPERATOR, name="Ada", email=None, roles=["steward"])
    with travel(datetime(2026, 3, 2, 12, tzinfo=UTC)):
        bob = people.admit(acting(ada), name="Bob", email=None)
    settle()
    assert shown(client, "?kind=people.role.given") == [5, 3]
    assert shown(client, "?role=steward") == [5, 4]
    assert shown(client, f"?actor={ada.pk}") == shown(client, f"?actor=person:{ada.pk}") == [5, 4]
    assert shown(client, "?actor=operator") == [3, 2, 1, 0]
    assert shown(client, f"?about=person:{bob.pk}") == [5, 4]
    assert shown(client, "?since=2026-03-02") == [5, 4]
    assert shown(client, "?until=2026-03-01") == [3, 2, 1, 0]
    assert shown(client, f"?role=steward&kind=people.role.given&about=person:{bob.pk}") == [5]
    assert shown(client, "?kind=nothing.of.the.kind") == []
    assert "Nothing matches." in text(client.get("/record?role=facilitator"))


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "2026-02-30", "9999-12-31", "0000-00-00"])
def test_a_day_that_does_not_exist_is_a_sentence_not_a_fault(client: Client, day: str) -> None:
    begin()
    settle()
    answer = client.get("/record", {"since": day, "until": day, "actor": "\0", "before": "9" * 40})
    assert answer.status_code == 200
    assert ("is not a date" in text(answer)) == (day != "9999-12-31")


def test_pages_are_cut_by_position_and_stay_the_same_when_the_log_grows(client: Client) -> None:
    grow(numbers_as_entries(120))
    assert shown(client, "?seals=yes") == list(range(119, 69, -1))
    older = shown(client, "?seals=yes&before=70")
    assert older == list(range(69, 19, -1))
    assert 'href="?seals=yes&amp;before=20#history" rel="next"' in text(client.get("/record?seals=yes&before=70"))
    assert 'href="?seals=yes&amp;after=69#history" rel="prev"' in text(client.get("/record?seals=yes&before=70"))
    assert shown(client, "?seals=yes&after=69") == list(range(119, 69, -1))
    grow(numbers_as_entries(1))
    assert shown(client, "?seals=yes&before=70") == older


def numbers_as_entries(count: int) -> list[bytes]:
    leaf = (
        b'{"act":"test.say","actor":"clock","at":"2026-11-22T12:00:00.000000Z","charter":1,"commitments":{},"facts":{},'
        b'"role":"clock","subject":"test:1","type":"test.said","v":1}'
    )
    return [leaf] * count


def test_daily_seals_are_left_out_until_they_are_asked_for(client: Client) -> None:
    with travel(datetime(2026, 3, 1, 12, tzinfo=UTC)):
        begin()
    seal_day(CLOCK, day=datetime(2026, 3, 1, tzinfo=UTC).date())
    settle()
    assert shown(client) == [1, 0]
    assert shown(client, "?seals=yes") == [2, 1, 0]
    assert shown(client, "?kind=record.day.sealed") == [2]


def test_the_whole_history_can_be_taken_away(client: Client) -> None:
    begin()
    ada = people.admit(OPERATOR, name="=Ada", email=None)
    settle()
    rows = list(csv.DictReader(io.StringIO(text(client.get("/record?as=csv")))))
    assert [row["position"] for row in rows] == ["3", "2", "1", "0"]
    assert rows[1] == {
        "position": "2", "at": rows[1]["at"], "type": "people.person.admitted", "act": "people.person.admit",
        "actor": "operator", "role": "operator", "subject": f"person:{ada.pk}",
        "sentence": "The operator admitted =Ada.",
    }  # fmt: skip
    assert [row["position"] for row in json.loads(text(client.get("/record?as=json&kind=people.role.given")))] == [3]


def test_a_page_of_the_history_costs_as_many_queries_for_one_entry_as_for_three(client: Client) -> None:
    begin()
    for name in ("Ada", "Bob", "Eve"):
        people.admit(OPERATOR, name=name, email=None)
    settle()
    first = Placement.objects.get(position=2).entry.subject
    client.get("/record")
    with CaptureQueriesContext(connection) as one:
        assert shown(client, f"?kind=people.person.admitted&about={first}") == [2]
    with CaptureQueriesContext(connection) as three:
        assert shown(client, "?kind=people.person.admitted") == [6, 4, 2]
    assert len(one) == len(three)


def test_an_entry_shows_its_facts_its_seals_and_the_texts_they_seal(client: Client) -> None:
    cast = Cast()
    question = agenda.propose_question(
        acting(cast.author), round=cast.round(), title="Leaks & <script>x</script>?", body="Why."
    )
    settle()
    position = position_of("agenda.question.proposed")
    page = text(client.get(f"/record/entry/{position}"))
    commitments = json.loads(client.get(f"/record/entry/{position}/raw").content)["commitments"]
    assert f'<a href="{question.get_absolute_url()}">Leaks &amp; &lt;script&gt;x&lt;/script&gt;?</a>' in page
    assert "<script>x" not in page
    assert page.count("The text is the one that was sealed.") == 2
    assert set(commitments) == {"title", "body"}
    for digest in commitments.values():
        assert digest in page
    assert proven(client, position)


def test_erasing_a_person_removes_texts_and_salts_and_keeps_every_proof(client: Client) -> None:
    cast = Cast()
    agenda.propose_question(acting(cast.author), round=cast.round(), title="What leaks?", body="My words.")
    settle()
    position, before = position_of("agenda.question.proposed"), served_head(client)
    salt = text(client.get(f"/record/entry/{position}")).split("<dt>Salt</dt><dd><code>")[1][:64]
    people.erase(acting(cast.author), person=cast.author)
    settle()
    page = text(client.get(f"/record/entry/{position}"))
    assert page.count("Text removed.") == 2
    assert not [left for left in ("What leaks?", "My words.", "member-1", salt) if left in page]
    assert "former member" in page
    assert proven(client, position)
    assert served_head(client).size == before.size + 1
    assert all(proven(client, place) for place in range(before.size + 1))


def test_a_mail_that_waits_for_a_second_person_is_not_read_off_the_record(client: Client) -> None:
    cast = Cast()
    round_ = cast.round()
    agenda.draft_announcement(acting(cast.steward), round=round_, subject="Secret plan", body="Not yet.")
    settle()
    page = text(client.get(f"/record/entry/{position_of('agenda.announcement.drafted')}"))
    assert "Secret plan" not in page
    assert "Not yet." not in page
    assert "can be read only by those who work on them" in page


def test_who_asked_not_to_be_named_is_found_by_no_filter(client: Client) -> None:
    cast = Cast()
    before = set(shown(client, f"?actor={cast.author.pk}"))
    agenda.propose_question(acting(cast.author), round=cast.round(), title="Who?", body="", signed=False)
    settle()
    position = position_of("agenda.question.proposed")
    assert set(shown(client, f"?actor={cast.author.pk}")) == before
    for role in ("member", "author"):
        assert position not in shown(client, f"?role={role}")
    page = text(client.get(f"/record/entry/{position}"))
    assert "A member who asked not to be named" in page
    assert cast.author.pk not in page


def test_the_growth_of_the_log_can_be_taken_away(client: Client) -> None:
    for count in (1, 2, 3):
        grow(numbers(count))
    rows = list(csv.DictReader(io.StringIO(text(client.get("/record/growth.csv")))))
    assert [row["entries"] for row in rows] == ["1", "3", "6"]
    answer = client.get("/record/growth.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Disposition"].startswith("attachment")


def test_the_history_of_an_object_is_its_own(client: Client) -> None:
    cast = Cast()
    settle()
    lines = history([f"person:{cast.member.pk}"], None)
    assert [(line.kind, line.text) for line in lines] == [
        ("Role given", "The operator gave member-2 the role of member."),
        ("Person admitted", "The operator admitted member-2."),
    ]
    assert lines[0].position == lines[1].position + 1
    assert lines[0].at - lines[1].at < timedelta(seconds=5)
    assert history(["person:nobody"], None) == []


def test_pages_of_the_record_are_the_same_for_everybody() -> None:
    cast = Cast()
    settle()
    pages = {
        who: text(browser(getattr(cast, who)).get("/record")).split("<main")[1].split("</main>")[0]
        for who in ("visitor", "stranger", "member", "steward")
    }
    assert len(set(pages.values())) == 1

from __future__ import annotations

import hashlib
import io
import json
import tracemalloc
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps

from stoa.agenda import acts as agenda
from stoa.agenda.models import Round
from stoa.ballots import acts as ballots
from stoa.cli.checks import invariants
from stoa.forum import acts as forum
from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.faults import TooFast
from stoa.kit.files import acts as files
from stoa.kit.files import store
from stoa.kit.models import Upload
from stoa.members import acts as members
from stoa.members.models import Decision
from stoa.methods.note import open_note
from stoa.people import acts as people
from stoa.people.models import DataCopy, Person
from stoa.record.keys import signing_key
from stoa.site.queries.own import LEFT_OUT, OWN, who_sees
from stoa.site.tasks import PAUSE, make_copies
from tests.cast import Cast, browser, settle
from tests.members.applying import apply
from tests.members.calling import opened
from tests.members.deciding import LETTERS, ranked, read, with_bar
from tests.stage import acting, at

pytestmark = pytest.mark.django_db


def taken(person: Person) -> dict[str, bytes]:
    """The files of a copy of somebody's data, as they fetch it."""
    people.ask_for_data(acting(person), person=person)
    assert make_copies() == 1
    copy = DataCopy.objects.filter(person=person)[0]
    answer: Any = browser(person).get(f"/people/me/data/{copy.pk}")
    assert answer["Content-Disposition"] == 'attachment; filename="your data.zip"'
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_copy_holds_what_one_did_and_sent_and_is_signed(cast: Cast) -> None:
    me = cast.member
    apply(me, opened(cast, "members"), why="To look at logs.")
    forum.write_post(acting(me), about=cast.round().reference, body="Much leaks.")
    sent = files.send(acting(me), person=me, name="mine.txt", body=b"my text")
    people.see_private(acting(cast.steward), person=me, what="e-mail address")
    got = taken(me)
    rows = json.loads(got["data.json"])
    assert rows["people.Person"][0]["email"] == me.email
    assert rows["forum.Post"][0]["body"] == "Much leaks."
    assert "To look at logs." in json.dumps(rows["members.Application"])
    assert [look["what"] for look in rows["looks"]] == ["e-mail address"]
    assert got[f"files/{sent.pk}/mine.txt"] == b"my text"
    listed = open_note(got.pop("signed.txt"), [signing_key().verifier]).text.splitlines()
    assert (listed[0], listed[2]) == ("stoa-data/1", me.pk)
    assert listed[4:] == [f"{hashlib.sha256(body).hexdigest()}  {name}" for name, body in sorted(got.items())]


def test_a_copy_holds_what_was_decided_about_one_and_ones_appeal_and_not_before_others_may_know(cast: Cast) -> None:
    me, other = cast.admit(2)
    call = with_bar(cast, read(cast, "members", [me, other]), [cast.author])
    ranked(cast, call, {me: 200, other: 500})
    assert "members.Decision" not in json.loads(taken(me)["data.json"])
    members.draft_release(acting(cast.steward), call=call, letters=LETTERS)
    members.confirm_release(acting(cast.founder), call=call)
    members.appeal(acting(me), decision=Decision.objects.get(application__person=me), words="I was not heard.")
    with clock.travel(clock.now() + timedelta(hours=2)):
        rows = json.loads(taken(me)["data.json"])
    (decision,), (appeal,) = rows["members.Decision"], rows["members.Appeal"]
    assert decision.keys() == {"outcome", "reason", "decided", "moved"}
    assert (decision["outcome"], decision["reason"]) == ("declined", f"Reason for {me.pk}.")
    assert (appeal["words"], appeal["granted"]) == ("I was not heard.", None)


def test_a_copy_that_can_not_be_made_keeps_nobody_else_from_theirs(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    me, other = cast.member, cast.author
    sent = files.send(acting(me), person=me, name="mine.txt", body=b"my text")
    place = store.place(sent.digest)
    incoming = place.parent.parent / "incoming"
    before = set(incoming.glob(".*"))
    place.unlink()
    place.mkdir()
    for person in (me, other):
        people.ask_for_data(acting(person), person=person)
    assert [make_copies(), make_copies()] == [1, 0]
    assert [copy.person for copy in DataCopy.objects.exclude(made=None)] == [other]
    assert caplog.text.count("could not be made") == 1
    assert set(incoming.glob(".*")) <= before
    place.rmdir()
    place.write_bytes(b"my text")
    with clock.travel(clock.now() + PAUSE):
        assert make_copies() == 1


def test_a_copy_is_never_in_memory_as_a_whole(cast: Cast) -> None:
    me = cast.member
    body = bytes(8_000_000)
    files.send(acting(me), person=me, name="many.txt", body=b" " * len(body))
    tracemalloc.start()
    try:
        people.ask_for_data(acting(me), person=me)
        make_copies()
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert Upload.objects.get(name="your data.zip").bytes > len(body)
    assert most < len(body)


def test_a_copy_holds_no_secret_of_the_server_and_nobody_elses_name(cast: Cast) -> None:
    me = cast.member
    key = people.create_token(acting(me), person=me, name="notebook")[0]
    everything = taken(me)["data.json"].decode()
    for secret in (key.token_hash, me.unsubscribe_token, cast.steward.pk, str(cast.author.email)):
        assert secret not in everything


def test_only_they_can_fetch_it_and_only_for_three_days(cast: Cast) -> None:
    me = cast.member
    taken(me)
    copy = DataCopy.objects.get()
    assert browser(cast.author).get(f"/people/me/data/{copy.pk}").status_code == 404
    assert browser(cast.steward).get(f"/people/me/data/{copy.pk}").status_code == 404
    assert browser().get(f"/people/me/data/{copy.pk}").status_code == 302
    with clock.travel(clock.now() + timedelta(days=3, minutes=1)):
        files.forget_unused(CLOCK)
        assert browser(me).get(f"/people/me/data/{copy.pk}").status_code == 404
        assert "gone since" in browser(me).get("/people/me/data").content.decode()
    assert not Upload.objects.exists()


def test_one_copy_an_hour_is_made(cast: Cast) -> None:
    people.ask_for_data(acting(cast.member), person=cast.member)
    with pytest.raises(TooFast):
        people.ask_for_data(acting(cast.member), person=cast.member)
    page = browser(cast.member).post("/people/me/data", {})
    assert page.status_code == 422
    assert "within the hour" in page.content.decode()
    assert make_copies() == 1
    assert make_copies() == 0


def test_the_page_says_who_can_see_what_and_who_has_looked(cast: Cast) -> None:
    seen = {row.what: row.who for row in who_sees()}
    assert seen["a member's e-mail address"] == "founder, steward"
    assert seen["what applicants say of themselves apart"] == "nobody but those whose it is"
    people.see_private(acting(cast.steward), person=cast.member, what="e-mail address")
    page = browser(cast.member).get("/people/me/data").content.decode()
    assert "What applicants say of themselves apart" in page
    assert "Looks noted so far: 1" in page


def test_every_table_that_names_a_person_is_in_the_copy_or_said_not_to_be() -> None:
    naming = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if field.related_model is Person or field.name in {"person_id", "owner_id"}
    }
    assert naming - OWN.keys() - LEFT_OUT.keys() == set()


def test_whoever_is_erased_leaves_the_record_and_decisions_as_they_were(cast: Cast) -> None:
    """A voter, author and applicant is erased while their vote is open; everything is still sound after the decision."""
    me = cast.member
    apply(me, opened(cast, "members"))
    round_ = cast.round()
    question = cast.question(round_, "What leaks?", cost=5, hours=9, by=me)
    forum.write_post(acting(me), about=question.reference, body="Much leaks.")
    with at(round_.vote_opens):
        round_ = cast.vote(Round.objects.get(pk=round_.pk))
        assert round_.ballot is not None
        ballots.cast(acting(me), ballot=round_.ballot, approved=[question.reference])
        assert browser(me).post("/people/me/leave", {"sure": "on"}).status_code == 302
    with at(round_.vote_closes):
        agenda.close_vote(CLOCK, round=round_)
    with at(round_.vote_closes + timedelta(hours=25)):
        decided = agenda.decide(CLOCK, round=round_)
        settle()
        broken = {one.code: list(one.broken()) for one in invariants() if one.code.startswith(("record", "votes"))}
    assert {code: found for code, found in broken.items() if found} == {}
    assert decided.ballot is not None
    assert decided.ballot.count == 1

"""Files in applications: sent before or with the form, held to limits, fetched by those who may, gone when it is withdrawn."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.faults import Closed, Invalid
from stoa.kit.files import acts as files
from stoa.kit.files import store
from stoa.kit.models import Upload
from stoa.members import acts as members
from stoa.members.acts.applications import content
from stoa.members.models import Application, Call, Draft
from stoa.methods.canonical import canonical
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.people.queries import looks_at
from stoa.record.models import Sealed
from stoa.review import acts as review
from stoa.review.acts.panels import Put, put_before
from stoa.review.models import Assignment, Panel, Seat
from tests.cast import Cast, browser
from tests.kit.files.pdfs import pdf, stream
from tests.members.applying import apply, begin
from tests.members.calling import CALL, RULES, draft, opened
from tests.stage import acting

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def sent(person: Person, name: str = "paper.pdf", body: bytes = b"") -> Upload:
    return files.send(acting(person, second_factor=False), person=person, name=name, body=body or pdf())


def save(person: Person, written: Draft, paper: Any) -> Draft:
    me = acting(person, second_factor=False)
    written.refresh_from_db()
    return members.save_draft(me, draft=written, version=written.version, answers={"paper": paper})


def typed(version: int, *brought: bytes, **more: str) -> dict[str, Any]:
    """A page as a browser without scripts sends it, with these files in its controls."""
    names = ("a_paper", "a_paper-2")
    told = {name: SimpleUploadedFile("a paper.pdf", body) for name, body in zip(names, brought, strict=False)}
    return {"version": version, "a_page": "", **told, **more}


def test_a_file_that_was_sent_is_an_answer_and_the_receipt_covers_its_bytes(cast: Cast) -> None:
    call = opened(cast)
    paper = sent(cast.stranger)
    one = apply(cast.stranger, call, paper=[paper.pk])
    assert (one.answers["paper"], one.files) == ([paper.pk], [paper.pk])
    told = json.loads(bytes(Sealed.objects.get(entry_type="members.application.submitted").body))["facts"]
    assert content(one)["files"] == {paper.pk: paper.digest}
    assert told["digest"] == hashlib.sha256(canonical(content(one))).hexdigest()


@pytest.mark.parametrize("paper", ["x", ["nobody's"], [3], [["x"]], {"x": "y"}, ["x" * 40], ["\0"]])
def test_what_names_no_file_of_ones_own_is_no_answer(cast: Cast, paper: Any) -> None:
    written = begin(cast.stranger, opened(cast))
    with pytest.raises(Invalid):
        save(cast.stranger, written, paper)
    assert "paper" not in Draft.objects.get().answers


def test_each_limit_of_the_field_is_held(cast: Cast) -> None:
    written = begin(cast.stranger, opened(cast))
    one, two, three = (sent(cast.stranger, f"{n}.pdf") for n in range(3))
    large = sent(cast.stranger, "large.txt", b"x" * (2**20 + 1))
    picture = sent(cast.stranger, "a.png", b"\x89PNG\r\n\x1a\n" + PNG_REST)
    half = files.begin(acting(cast.stranger), person=cast.stranger, name="half.pdf", size=9)
    foreign = sent(cast.member)
    for wrong, said in (
        ([one.pk, two.pk, three.pk], "These are 3 files"),
        ([one.pk, one.pk], "each once"),
        ([large.pk], "more than 1 MB"),
        ([picture.pk], "PDF or text, 1 MB at most"),
        ([half.pk], "has not come whole"),
        ([foreign.pk], "has not come whole"),
    ):
        with pytest.raises(Invalid, match=said):
            save(cast.stranger, written, wrong)
    assert save(cast.stranger, written, [one.pk, two.pk]).files == [one.pk, two.pk]


PNG_REST = bytes.fromhex(
    "0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0f01f0005000"
    "1ff56c7cf3c0000000049454e44ae426082"
)


def test_without_a_script_the_page_brings_its_files_and_a_fault_elsewhere_loses_none(cast: Cast) -> None:
    begin(cast.stranger, opened(cast))
    client = browser(cast.stranger)
    page = client.get(f"{CALL}/apply/3").content.decode()
    assert ('enctype="multipart/form-data"' in page, "PDF or text, 1 MB at most." in page) == (True, True)
    wrong = client.post(f"{CALL}/apply/3", typed(2, pdf(), a_page="nowhere"))
    paper = Upload.objects.get()
    page = wrong.content.decode()
    assert (wrong.status_code, f'value="{paper.pk}"' in page, "a paper.pdf" in page) == (422, True, True)
    again = client.post(
        f"{CALL}/apply/3", typed(2, a_paper_sent=paper.pk) | {"a_paper-2": SimpleUploadedFile("b.txt", b"b")}
    )
    assert again.status_code == 302
    second = Upload.objects.exclude(pk=paper.pk).get()
    assert Draft.objects.get().answers["paper"] == [paper.pk, second.pk]
    out = typed(3, **{"a_paper_sent": paper.pk, "a_paper_out": "1", "a_paper-2_sent": second.pk})
    assert client.post(f"{CALL}/apply/3", out).status_code == 302
    assert Draft.objects.get().answers["paper"] == [second.pk]
    page = client.get(f"{CALL}/apply/submit").content.decode()
    assert (f"{CALL}/mine/files/{second.pk}" in page, "b.txt" in page, "a paper.pdf" in page) == (True, True, False)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (pdf(b"<</S/JavaScript/JS(app.alert(1))>>"), "runs a script"),
        (pdf(stream(b"x" * 3, b"/Type/EmbeddedFile")), "holds another file inside"),
        (b"PK\x03\x04" + b"x" * 30, "ZIP file"),
        (b"MZ" + b"\0" * 30, "a program"),
        (b"GIF8" + b"\0" * 30, "GIF"),
        (b"<html>\0", "none of the files"),
    ],
)
def test_a_harmful_file_is_refused_beside_its_field_and_nothing_of_it_stays(cast: Cast, body: bytes, said: str) -> None:
    begin(cast.stranger, opened(cast))
    answer = browser(cast.stranger).post(f"{CALL}/apply/3", typed(2, body, a_page="https://example.org"))
    page = answer.content.decode()
    assert (answer.status_code, said in page, "https://example.org" in page) == (422, True, True)
    assert (Upload.objects.count(), "paper" in Draft.objects.get().answers) == (0, False)


def test_two_tabs_with_files_are_brought_together(cast: Cast) -> None:
    written = begin(cast.stranger, opened(cast))
    first, second = sent(cast.stranger, "first.pdf"), sent(cast.stranger, "second.pdf")
    save(cast.stranger, written, [first.pk])
    answer = browser(cast.stranger).post(f"{CALL}/apply/3", typed(2, a_paper_sent=second.pk))
    page = answer.content.decode()
    assert (answer.status_code, f'value="{second.pk}"' in page, "1 file" in page) == (409, True, True)


def test_what_was_begun_in_time_is_sent_on_and_named_within_the_grace_to_the_second(cast: Cast) -> None:
    call, me = opened(cast), acting(cast.stranger)
    with clock.travel(call.closes - SECOND):
        written = begin(cast.stranger, call)
        body = pdf()
        paper = files.begin(me, person=cast.stranger, name="paper.pdf", size=len(body))
        files.add(paper, io.BytesIO(body[:50]), at=0)
    with clock.travel(call.ends - SECOND):
        files.add(paper, io.BytesIO(body[50:]), at=50)
        files.finish(me, upload=paper)
        members.submit(me, draft=save(cast.stranger, written, [paper.pk]))
    with clock.travel(call.ends), pytest.raises(Closed):
        save(cast.stranger, written, [])
    assert Application.objects.get().files == [paper.pk]


def test_a_file_in_use_is_not_dropped_and_one_that_is_replaced_goes_when_the_change_is_submitted(cast: Cast) -> None:
    call, me = opened(cast), acting(cast.stranger)
    old, new = sent(cast.stranger, "old.pdf"), sent(cast.stranger, "new.txt", b"new")
    one = apply(cast.stranger, call, paper=[old.pk])
    written = save(cast.stranger, Draft.objects.get(), [new.pk])
    for used in (old, new):
        with pytest.raises(Closed):
            files.drop(me, upload=used)
    with clock.travel(clock.now() + timedelta(days=4)):
        assert files.forget_unused(CLOCK) == 0
    members.submit(me, draft=written)
    one.refresh_from_db()
    assert (one.files, list(Upload.objects.all())) == ([new.pk], [new])


def test_what_nothing_uses_is_forgotten_however_much_is_used_before_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "FORGOTTEN_AT_ONCE", 1)
    apply(cast.stranger, opened(cast), paper=[sent(cast.stranger).pk])
    sent(cast.stranger, "unused.txt", b"unused")
    with clock.travel(clock.now() + timedelta(days=4)):
        assert [files.forget_unused(CLOCK) for _ in range(2)] == [1, 0]
    assert [one.name for one in Upload.objects.all()] == ["paper.pdf"]


def test_withdrawing_destroys_the_files_and_leaves_the_text(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    call = opened(cast)
    paper = sent(cast.stranger, "only.txt", b"only this")
    apply(cast.stranger, call, paper=[paper.pk])
    with django_capture_on_commit_callbacks(execute=True):
        members.withdraw(acting(cast.stranger), application=Application.objects.get())
    written = Draft.objects.get()
    assert (written.answers, written.files) == ({"why": "Because.", "topics": [0, 2]}, [])
    assert (Upload.objects.count(), store.place(paper.digest).exists()) == (0, False)


def test_erasing_somebody_destroys_the_files_they_applied_with(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    paper = sent(cast.stranger, "mine.txt", b"mine alone")
    apply(cast.stranger, opened(cast), paper=[paper.pk])
    with django_capture_on_commit_callbacks(execute=True):
        people.erase(acting(cast.stranger), person=cast.stranger)
    assert (Upload.objects.count(), store.place(paper.digest).exists()) == (0, False)


def asked(client: Any, path: str) -> int:
    """The status of the answer, which is read to its end where it is a file."""
    answer = client.get(path)
    b"".join(answer.streaming_content if answer.streaming else ())
    return int(answer.status_code)


def read_by(cast: Cast, one: Application, reader: Person) -> Assignment:
    """Let this person be given the application to read."""
    panel = review.set_up_panel(
        acting(cast.steward),
        title="Readers",
        criteria=[review.panels.Criterion("quality", "Quality", "How good it is.")],
        deadline=clock.now() + timedelta(days=9),
    )
    number = put_before(panel, [Put("application", one.pk, "Number one", "The text.", [])])
    Panel.objects.filter(pk=panel.pk).update(phase=Panel.Phase.REVIEWING)
    seat = Seat.objects.create(panel=panel, person=reader, load=3, state=Seat.State.ACCEPTED)
    return Assignment.objects.create(seat=seat, piece=panel.pieces.get(number=number))


def test_the_applicant_who_keeps_the_call_and_who_reads_it_fetch_a_file_and_nobody_else(cast: Cast) -> None:
    call = opened(cast)
    paper, other = sent(cast.stranger), sent(cast.stranger, "other.txt", b"not enclosed")
    one = apply(cast.stranger, call, paper=[paper.pk])
    given = read_by(cast, one, cast.author)
    path, mine = f"{CALL}/applications/{one.pk}/files/", f"{CALL}/mine/files/"
    got = browser(cast.stranger).get(mine + paper.pk)
    assert (b"".join(got.streaming_content), got["Content-Disposition"]) == (pdf(), 'attachment; filename="paper.pdf"')
    assert browser(cast.stranger).get(mine + other.pk).status_code == 404
    for who, status in (("steward", 200), ("author", 200), ("member", 404), ("associate", 404), ("stranger", 404)):
        client = browser(getattr(cast, who))
        for place in (path, "/api/v1" + path):
            assert asked(client, place + paper.pk) == status, (who, place)
            assert asked(client, place + other.pk) == 404, (who, place)
        assert client.get("/api/v1" + path.rstrip("/")).status_code == status
        if who != "stranger":
            assert client.get(mine + paper.pk).status_code == 404
    assert [look.by for look in looks_at(cast.stranger.pk)] == [f"person:{cast.steward.pk}"] * 2
    (row,) = browser(cast.author).get("/api/v1" + path.rstrip("/")).json()
    assert (row["field"], row["name"], row["digest"]) == ("Papers of yours", "paper.pdf", paper.digest)
    page = browser(cast.author).get(f"/reviews/{given.seat.panel_id}/of/{given.piece.number}").content.decode()
    assert path + paper.pk in page
    for change in (
        {"state": Assignment.State.ABSTAINED},
        {"state": Assignment.State.TO_READ, "seat__state": Seat.State.REMOVED},
    ):
        seat_state = change.pop("seat__state", Seat.State.ACCEPTED)
        Assignment.objects.filter(pk=given.pk).update(**change)
        Seat.objects.filter(pk=given.seat_id).update(state=seat_state)
        assert browser(cast.author).get(path + paper.pk).status_code == 404


def test_over_http_a_file_is_sent_and_then_referred_to(cast: Cast) -> None:
    begin(cast.stranger, opened(cast))
    client, body = browser(cast.stranger), pdf()
    begun = client.post(
        "/api/v1/me/files", json.dumps({"name": "cv.pdf", "bytes": len(body)}), "application/json"
    ).json()
    client.generic("PATCH", f"/api/v1/me/files/{begun['id']}?at=0", body, "application/octet-stream")
    told = json.dumps({"version": 2, "answers": {"paper": [begun["id"]]}})
    saved = client.put(f"/api/v1{CALL}/application", told, "application/json")
    assert (saved.status_code, saved.json()["answers"]["paper"]) == (200, [begun["id"]])
    assert client.delete(f"/api/v1/me/files/{begun['id']}").status_code == 409


def test_an_organiser_asks_for_files_within_limits(cast: Cast) -> None:
    draft(cast)
    client = browser(cast.steward)
    call = Call.objects.get()
    given = {"version": call.version, "label": "Your CV", "kind": "file", "step": "Your CV", "required": "on", "most": "0",
             "number": "1", "megabytes": "5", "kinds": ["pdf", "text"]}  # fmt: skip
    assert client.post(f"{CALL}/asks/fields/new", given).status_code == 302
    call.refresh_from_db()
    made = call.rules["fields"][-1]
    assert (len(call.rules["fields"]), made["kind"], made["settings"]) == (
        len(RULES["fields"]) + 1,
        "file",
        {"number": 1, "megabytes": 5, "kinds": "pdf text"},
    )
    page = client.get(f"{CALL}/asks/fields/{made['key']}").content.decode()
    assert ('name="megabytes" value="5"' in page, page.count("checked")) == (True, 3)
    assert 'type="file"' in client.get(f"{CALL}/preview").content.decode()


def _zipped(answer: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_who_keeps_the_call_takes_all_files_along_in_folders_and_each_applicant_sees_it(cast: Cast) -> None:
    call = opened(cast)
    ada, bob = cast.stranger, cast.associate
    apply(ada, call, paper=[sent(ada, "../../etc/passwd.pdf").pk, sent(ada, "two.txt", b"Two.").pk])
    apply(bob, call)
    Application.objects.filter(person=ada).update(name="../Ada / O’Neill\\x")
    one = Application.objects.get(person=ada)
    keeper = browser(cast.steward)
    assert "Take the files along" in keeper.get(f"{CALL}/applications").content.decode()
    expected = {f"ada-oneillx-{one.pk}/01-passwd.pdf": pdf(), f"ada-oneillx-{one.pk}/02-two.txt": b"Two."}

    answer = keeper.post(f"{CALL}/applications/files")
    assert answer.headers["Content-Type"] == "application/zip"
    assert "no-store" in answer.headers["Cache-Control"]
    assert _zipped(answer.streaming_content) == expected
    assert [look.what for look in looks_at(ada.pk)] == [f"the files in your application to “{call.title}”, given out"]
    assert not looks_at(bob.pk)
    assert _zipped(keeper.post(f"/api/v1{CALL}/files").streaming_content) == expected
    assert len(looks_at(ada.pk)) == 2

    members.withdraw(acting(ada), application=Application.objects.get(person=ada))
    assert _zipped(keeper.post(f"{CALL}/applications/files").streaming_content) == {}


def test_nobody_else_takes_files_along_and_no_look_is_noted(cast: Cast) -> None:
    call = opened(cast)
    apply(cast.stranger, call, paper=[sent(cast.stranger).pk])
    for person in (cast.stranger, cast.members[0], cast.facilitator, cast.associate):
        client = browser(person)
        assert client.post(f"{CALL}/applications/files").status_code == 403
        assert client.post(f"/api/v1{CALL}/files").status_code == 403
    assert not looks_at(cast.stranger.pk)

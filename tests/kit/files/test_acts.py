"""Files are sent in pieces, kept once by their content, and gone with the last that had them; nobody else's are touched."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from stoa.cli.checks import invariants
from stoa.kit import clock
from stoa.kit.act import CLOCK, OPERATOR
from stoa.kit.faults import Closed, Conflict, Invalid, Refused, TooFast
from stoa.kit.files import acts, sorts, store, uses
from stoa.kit.files.acts import MOST_BEGUN
from stoa.kit.files.contents import PDF
from stoa.kit.files.sorts import DOCUMENT, MOST_BYTES
from stoa.kit.files.tasks import forget_files
from stoa.kit.models import Upload
from stoa.people.acts import erase
from stoa.people.models import Person
from tests.cast import Cast
from tests.kit.files.pdfs import pdf, stream
from tests.stage import acting

pytestmark = pytest.mark.django_db(transaction=False)
CV = pdf(stream(b"BT (A life) Tj ET"))


@pytest.fixture
def me(cast: Cast) -> Person:
    return cast.member


def begun(me: Person, body: bytes = CV, name: str = "cv.pdf") -> Upload:
    return acts.begin(acting(me), person=me, name=name, size=len(body))


def sent(me: Person, body: bytes = CV, name: str = "cv.pdf") -> Upload:
    return acts.send(acting(me), person=me, name=name, body=body)


def test_a_file_in_pieces_becomes_what_was_sent(me: Person) -> None:
    upload = begun(me, name="My CV.PDF")
    assert acts.add(upload, io.BytesIO(CV[:100]), at=0) == 100
    assert acts.add(upload, io.BytesIO(CV[100:]), at=100) == len(CV)
    done = acts.finish(acting(me), upload=upload)
    assert (done.name, done.type, done.bytes) == ("My CV.pdf", PDF.mime, len(CV))
    assert store.place(done.digest).read_bytes() == CV
    assert acts.finish(acting(me), upload=upload).digest == done.digest


def test_a_piece_that_does_not_follow_on_is_refused_and_what_came_stays(me: Person) -> None:
    upload = begun(me)
    acts.add(upload, io.BytesIO(CV[:100]), at=0)
    for at in (0, 50, 101):
        with pytest.raises(Conflict, match="100 bytes have come"):
            acts.add(upload, io.BytesIO(CV[100:]), at=at)
    assert store.received(upload.pk) == 100


class Broken(io.BytesIO):
    """A body whose sender leaves after the first piece."""

    def read(self, size: int | None = -1) -> bytes:
        del size
        if self.tell() >= 60:
            raise OSError("the client left")
        return super().read(60)


def test_what_came_before_a_line_broke_is_kept(me: Person) -> None:
    upload = begun(me)
    with pytest.raises(OSError, match="left"):
        acts.add(upload, Broken(CV), at=0)
    assert store.received(upload.pk) == 60
    acts.add(upload, io.BytesIO(CV[60:]), at=60)
    assert acts.finish(acting(me), upload=upload).bytes == len(CV)


def test_a_file_is_not_finished_before_it_is_whole(me: Person) -> None:
    upload = begun(me)
    acts.add(upload, io.BytesIO(CV[:-1]), at=0)
    with pytest.raises(Invalid, match="have come"):
        acts.finish(acting(me), upload=upload)
    assert Upload.objects.get().finished is None


def test_more_than_was_said_is_refused(me: Person) -> None:
    upload = begun(me)
    with pytest.raises(Invalid, match="More comes"):
        acts.add(upload, io.BytesIO(CV + b"more"), at=0)


@pytest.mark.parametrize("body", [b"MZ\x90\x00 a program", pdf(b"<</S/JavaScript/JS(1)>>")])
def test_what_could_do_harm_is_kept_nowhere(me: Person, body: bytes) -> None:
    with pytest.raises(Invalid):
        sent(me, body)
    assert not Upload.objects.exists()
    assert not [digest for digest, _ in store.stored() if digest == store.digest_of(body)]


def test_size_pace_and_room_have_limits(me: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (0, -1, MOST_BYTES + 1):
        with pytest.raises(Invalid):
            acts.begin(acting(me), person=me, name="x", size=size)
    monkeypatch.setitem(sorts._sorts, "", replace(DOCUMENT, most_of_one=2 * len(CV)))
    begun(me), begun(me)
    with pytest.raises(Invalid, match="together"):
        begun(me)
    monkeypatch.undo()
    for _ in range(MOST_BEGUN - 2):
        begun(me, b"x")
    with pytest.raises(TooFast):
        begun(me)
    with clock.travel(clock.now() + timedelta(hours=1, seconds=1)):
        begun(me)


def test_nobody_else_finishes_drops_or_sends_for_somebody(me: Person, cast: Cast) -> None:
    upload = sent(me)
    other = acting(cast.steward)
    for deed in (
        lambda: acts.drop(other, upload=upload),
        lambda: acts.finish(other, upload=upload),
        lambda: acts.begin(other, person=me, name="x", size=1),
        lambda: acts.send(other, person=me, name="x", body=b"x"),
        lambda: acts.drop(OPERATOR, upload=upload),
    ):
        with pytest.raises(Refused):
            deed()
    assert Upload.objects.get().digest == upload.digest


def test_bytes_that_two_have_go_with_the_last(me: Person, cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    body = pdf(stream(b"shared by two"))
    one, two = sent(me, body), sent(cast.steward, body)
    assert one.digest == two.digest
    with django_capture_on_commit_callbacks(execute=True):
        acts.drop(acting(me), upload=one)
    assert store.place(two.digest).read_bytes() == body
    with django_capture_on_commit_callbacks(execute=True):
        acts.drop(acting(cast.steward), upload=two)
    assert not store.place(two.digest).exists()


def test_who_is_erased_leaves_no_file(me: Person, django_capture_on_commit_callbacks: Any) -> None:
    body = pdf(stream(b"of somebody who leaves"))
    upload, half = sent(me, body), begun(me)
    acts.add(half, io.BytesIO(b"%PDF"), at=0)
    with django_capture_on_commit_callbacks(execute=True):
        erase(acting(me), person=me)
    assert not Upload.objects.exists()
    assert not store.place(upload.digest).exists()
    assert store.received(half.pk) == 0


@pytest.fixture
def held() -> Any:
    """Uploads that something holds."""
    ids: set[str] = set()
    uses.register_use(ids.intersection)
    yield ids
    uses._uses.pop()


def test_what_is_used_is_neither_dropped_nor_forgotten(me: Person, held: set[str]) -> None:
    used, unused, new = sent(me), sent(me), None
    held.add(used.pk)
    with pytest.raises(Closed, match="is used"):
        acts.drop(acting(me), upload=used)
    with clock.travel(clock.now() + timedelta(days=3, seconds=1)):
        new = begun(me)
        assert acts.forget_unused(CLOCK) == 1
        assert acts.forget_unused(CLOCK) == 0
    assert set(Upload.objects.values_list("pk", flat=True)) == {used.pk, new.pk}
    assert unused.pk not in {used.pk, new.pk}


def test_bytes_that_a_crash_left_behind_are_forgotten_in_time(
    me: Person, held: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, lost = sent(me, pdf(stream(b"kept"))), sent(me, pdf(stream(b"lost")))
    held.add(kept.pk)
    Upload.objects.filter(pk=lost.pk).delete()
    forget_files()
    assert store.place(lost.digest).exists()
    monkeypatch.setattr(store, "KEPT_SECONDS", -1)
    forget_files()
    assert not store.place(lost.digest).exists()
    assert store.place(kept.digest).exists()


def test_the_check_names_a_file_that_is_gone_or_shorter(me: Person) -> None:
    (invariant,) = [each for each in invariants() if each.code == "files.whole"]
    upload = sent(me, pdf(stream(b"checked")))
    assert list(invariant.broken()) == []
    store.place(upload.digest).write_bytes(b"short")
    assert list(invariant.broken()) == [f"The file {upload.digest} has 5 bytes in place of {upload.bytes:,}."]
    store.forget(upload.digest)
    assert list(invariant.broken()) == [f"The file {upload.digest} is not in the data folder."]

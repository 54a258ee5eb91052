"""Files as a zip that is made while it is sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest

from stoa.kit.files import acts, store
from stoa.kit.files.packing import STEP, zipped
from stoa.kit.models import Upload
from tests.cast import Cast
from tests.stage import acting

pytestmark = pytest.mark.django_db


def test_each_file_is_under_its_path_and_one_whose_bytes_went_is_left_out(cast: Cast) -> None:
    me = cast.stranger
    one, gone, other = (
        acts.send(acting(me), person=me, name=f"{n}.txt", body=f"Text {n}".encode() * n) for n in (1, 2, 60_000)
    )
    store.forget(gone.digest)
    whole = b"".join(zipped([("a/1.txt", one), ("b/2.txt", gone), ("c/é 3.txt", other)]))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "a/1.txt": b"Text 1",
            "c/é 3.txt": b"Text 60000" * 60_000,
        }
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_it_is_sent_in_pieces_before_later_files_are_looked_at(cast: Cast) -> None:
    me = cast.stranger
    large = acts.send(acting(me), person=me, name="large.txt", body=b"x" * (2 * STEP))
    asked: list[int] = []

    def files() -> Iterator[tuple[str, Upload]]:
        for n in range(3):
            asked.append(n)
            yield f"{n}.txt", large

    pieces = zipped(files())
    assert max(len(next(pieces)) for _ in range(2)) <= STEP + 1_000
    assert asked == [0]
    assert max(map(len, pieces)) <= STEP + 1_000


def test_of_nothing_it_is_an_empty_zip() -> None:
    assert zipfile.ZipFile(io.BytesIO(b"".join(zipped([])))).namelist() == []

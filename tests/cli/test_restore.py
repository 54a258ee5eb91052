"""`stoa restore`: the log goes on where it was published, or says what it lost; it is never forked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from stoa.cli.archive import read, signed_text, write
from stoa.forum.acts import write_post
from stoa.kit.postgres import Postgres
from stoa.methods.canonical import parse_object
from stoa.methods.note import SigningKey, sign_note
from stoa.record.keys import origin, signing_key, vkey
from stoa.record.models import Placement
from tests.agenda.discussing import in_discussion, state
from tests.cli.command import data_of, stoa, succeed
from tests.live import LiveStoa
from tests.stage import Stage, acting

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("beside_backups")]


@pytest.fixture
def stage(live_stoa: LiveStoa) -> Stage:
    stage = Stage()
    stage.admit(4)
    live_stoa.settle()
    return stage


@contextmanager
def opened(data: Path) -> Iterator[psycopg.Connection[Any]]:
    """The restored database, started as its server would."""
    server = Postgres(data)
    server.up()
    try:
        with psycopg.connect(server.url("owner")) as session:
            yield session
    finally:
        server.down()


def log_of(session: psycopg.Connection[Any]) -> list[bytes]:
    rows = session.execute(
        "SELECT e.body FROM record_placement p JOIN record_entry e ON e.id = p.entry_id ORDER BY p.position"
    )
    return [bytes(body) for (body,) in rows]


def next_number(session: psycopg.Connection[Any], table: str) -> int:
    return int(session.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table]).fetchall()[0][0])


def log_here() -> list[bytes]:
    return [bytes(body) for body in Placement.objects.order_by("position").values_list("entry__body", flat=True)]


def back_up(live: LiveStoa, folder: Path) -> tuple[Path, Path]:
    succeed("backup", folder / "backup", "--key", folder / "key", here=True, address=live.address)
    return folder / "backup", folder / "key"


def test_the_published_tail_comes_back_and_the_log_goes_on_from_it(
    live_stoa: LiveStoa, stage: Stage, tmp_path: Path
) -> None:
    backup, key = back_up(live_stoa, tmp_path)
    size = len(log_here())
    stage.admit(3)
    question = stage.question(stage.round(), "Lost behind its entry?", cost=5)
    post = [write_post(acting(stage.members[0]), about=question.reference, body=f"Lost {n}.") for n in range(2)][-1]
    claim = state(in_discussion(stage, "2028"), "Lost too.", stage.members[0])
    live_stoa.settle()
    before = log_here()

    done = succeed("restore", backup, "--data", tmp_path / "b", "--key", key, "--json", address=live_stoa.address)

    assert done.json == {
        "data": str(tmp_path / "b"),
        "backup_size": size,
        "published": len(before),
        "recovered": len(before) - size,
        "new_key": None,
    }
    with opened(tmp_path / "b") as session:
        after = log_of(session)
        numbered = ("agenda_question", "agenda_statement", "forum_post", "forum_thread")
        numbers = {table: next_number(session, table) for table in numbered}
        titles = session.execute("SELECT count(*) FROM agenda_question").fetchone()
    assert after[:-1] == before
    entry: Any = parse_object(after[-1])
    assert (entry["type"], entry["actor"]) == ("record.tail.recovered", "operator")
    assert entry["facts"] == {
        "log": "1",
        "backup_size": size,
        "published_size": len(before),
        "recovered": len(before) - size,
        "lost": 0,
    }
    assert titles == (0,)
    assert numbers == {
        "agenda_question": question.pk + 1,
        "agenda_statement": claim.pk + 1,
        "forum_post": post.pk + 1,
        "forum_thread": post.thread_id + 1,
    }


def test_a_whole_restore_of_an_unchanged_log_loses_nothing(live_stoa: LiveStoa, stage: Stage, tmp_path: Path) -> None:
    backup, key = back_up(live_stoa, tmp_path)
    succeed("restore", backup, "--data", tmp_path / "b", "--key", key, address=live_stoa.address)

    with opened(tmp_path / "b") as session:
        assert log_of(session)[:-1] == log_here()
        assert session.execute("SELECT count(*) FROM people_person").fetchone() == (5,)
        grants = "SELECT has_table_privilege('stoa_app', 'record_entry', 'UPDATE')"
        assert session.execute(grants).fetchone() == (False,)
        assert session.execute("SELECT count(*) FROM pg_trigger WHERE tgname = 'record_frozen'").fetchone() == (5,)
    kept = (tmp_path / "b" / "keys" / "record.key").read_text()
    assert kept == key.read_text()
    assert "restored" not in data_of(tmp_path / "b")


def test_an_entry_without_place_in_the_backup_gets_the_place_it_was_published_at(
    live_stoa: LiveStoa, stage: Stage, tmp_path: Path
) -> None:
    stage.admit(2)
    backup, key = back_up(live_stoa, tmp_path)
    live_stoa.settle()

    succeed("restore", backup, "--data", tmp_path / "b", "--key", key, address=live_stoa.address)
    with opened(tmp_path / "b") as session:
        assert log_of(session)[:-1] == log_here()


def test_public_bodies_of_recovered_entries_come_back(live_stoa: LiveStoa, stage: Stage, tmp_path: Path) -> None:
    from stoa.charter.acts import put_in_force
    from stoa.charter.text import DEFAULT
    from stoa.kit.act import OPERATOR

    backup, key = back_up(live_stoa, tmp_path)
    put_in_force(OPERATOR, text=DEFAULT.read_text() + "\n# second version\n")
    live_stoa.settle()

    succeed("restore", backup, "--data", tmp_path / "b", "--key", key, address=live_stoa.address)
    with opened(tmp_path / "b") as session:
        rows = session.execute("SELECT body FROM record_blob").fetchall()
    assert any(bytes(body).endswith(b"# second version\n") for (body,) in rows)


def test_without_reach_nothing_is_restored_and_the_ways_out_are_named(
    live_stoa: LiveStoa, stage: Stage, tmp_path: Path
) -> None:
    backup, key = back_up(live_stoa, tmp_path)
    nowhere = "http://127.0.0.1:8799"
    fault = stoa(
        "restore", backup, "--data", tmp_path / "b", "--key", key, "--from", nowhere, address=live_stoa.address
    ).fault
    assert fault.startswith(f"The published log can't be read at {nowhere}: ")
    assert f"{len(log_here())} if nothing came after it" in fault
    assert not (tmp_path / "b").exists()


def test_a_declared_loss_stands_on_the_record_under_a_new_key(
    live_stoa: LiveStoa, stage: Stage, tmp_path: Path
) -> None:
    backup, key = back_up(live_stoa, tmp_path)
    size = len(log_here())
    loss = ("--declare-loss", size + 7)
    arguments = ("restore", backup, "--data", tmp_path / "b", "--key", key, *loss, "--json")
    done = succeed(*arguments, address=live_stoa.address)

    assert done.json["new_key"] not in {None, vkey()}
    with opened(tmp_path / "b") as session:
        entry: Any = parse_object(log_of(session)[-1])
    assert (entry["facts"]["lost"], entry["facts"]["published_size"]) == (7, size + 7)
    assert entry["facts"]["vkey"] == done.json["new_key"]


def test_where_nothing_came_after_the_backup_the_key_stays(live_stoa: LiveStoa, stage: Stage, tmp_path: Path) -> None:
    backup, key = back_up(live_stoa, tmp_path)
    loss = ("--declare-loss", len(log_here()))
    arguments = ("restore", backup, "--data", tmp_path / "b", "--key", key, *loss, "--json")
    assert succeed(*arguments, address=live_stoa.address).json["new_key"] is None


def test_an_unknown_loss_is_declared_as_unknown(live_stoa: LiveStoa, stage: Stage, tmp_path: Path) -> None:
    backup, _ = back_up(live_stoa, tmp_path)
    arguments = ("restore", backup, "--data", tmp_path / "b", "--declare-loss", "unknown")
    done = succeed(*arguments, address=live_stoa.address)

    assert "an unknown number of the published entries" in done.out
    assert "The record goes on under a new key" in done.out
    with opened(tmp_path / "b") as session:
        facts: Any = parse_object(log_of(session)[-1])["facts"]
    assert facts.keys() == {"log", "backup_size", "recovered", "vkey"}


def test_a_published_log_that_contradicts_the_backup_is_never_signed_over(
    live_stoa: LiveStoa, stage: Stage, tmp_path: Path
) -> None:
    backup, key = back_up(live_stoa, tmp_path)
    other = tmp_path / "other"
    forged = _resigned(backup, other, checkpoint=_note(len(log_here()), b"\7" * 32))
    fault = stoa("restore", forged, "--data", tmp_path / "b", "--key", key, address=live_stoa.address).fault
    assert fault.startswith("What was published and this backup are not one log")
    assert not (tmp_path / "b").exists()


def test_a_log_under_another_key_is_not_taken_for_this_one(live_stoa: LiveStoa, stage: Stage, tmp_path: Path) -> None:
    stranger = SigningKey(origin(), b"\3" * 32)
    backup, _ = back_up(live_stoa, tmp_path)
    head = _note(len(log_here()), b"\7" * 32, stranger)
    forged = _resigned(backup, tmp_path / "other", stranger, checkpoint=head, vkey=stranger.verifier.vkey)
    fault = stoa("restore", forged, "--data", tmp_path / "b", address=live_stoa.address).fault
    assert fault.startswith("The signed head is not one of this log")


@pytest.mark.parametrize("there", ["a file", "a folder"])
def test_a_folder_that_is_not_empty_is_left_as_it_is(
    there: str, live_stoa: LiveStoa, stage: Stage, tmp_path: Path
) -> None:
    backup, _ = back_up(live_stoa, tmp_path)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / there).write_text("kept")
    fault = stoa("restore", backup, "--data", tmp_path / "b", address=live_stoa.address).fault
    assert fault == f"{tmp_path / 'b'} is not empty. Restore into an empty folder, named with --data."
    assert data_of(tmp_path / "b") == {there}


def test_the_wrong_key_the_wrong_address_and_a_newer_program_are_refused(
    live_stoa: LiveStoa, stage: Stage, tmp_path: Path
) -> None:
    backup, _ = back_up(live_stoa, tmp_path)
    (tmp_path / "wrong").write_text("11" * 32)
    to = ("--data", tmp_path / "b")
    fault = stoa("restore", backup, *to, "--key", tmp_path / "wrong", address=live_stoa.address).fault
    assert fault.startswith(f"{tmp_path / 'wrong'} does not hold the key of this backup's record.")
    fault = stoa("restore", backup, *to, address="https://other.example").fault
    assert fault.endswith(f"Set STOA_ADDRESS={live_stoa.address}, which is also the record's name.")
    newer = _resigned(backup, tmp_path / "newer", migrations=["agenda.9999_later"], program="9.0")
    fault = stoa("restore", newer, *to, address=live_stoa.address).fault
    assert fault.startswith("The backup was made by a newer program, 9.0, which knows agenda.9999_later.")
    assert not (tmp_path / "b").exists()


def test_a_file_that_is_cut_off_leaves_nothing_behind(live_stoa: LiveStoa, stage: Stage, tmp_path: Path) -> None:
    backup, _ = back_up(live_stoa, tmp_path)
    content = backup.read_bytes()
    (tmp_path / "cut").write_bytes(content[: len(content) // 2])
    fault = stoa("restore", tmp_path / "cut", "--data", tmp_path / "b", address=live_stoa.address).fault
    assert "is cut off or damaged" in fault
    assert not (tmp_path / "b").exists()


def _note(size: int, root: bytes, key: SigningKey | None = None) -> str:
    from stoa.methods.note import Checkpoint

    return sign_note(Checkpoint(origin(), size, root).text, key or signing_key()).decode()


def _resigned(backup: Path, folder: Path, key: SigningKey | None = None, **changes: Any) -> Path:
    """The same backup with another manifest, rightly signed."""
    import dataclasses

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    manifest = dataclasses.replace(read(backup, folder), **changes)
    (folder / "manifest.json").write_bytes(manifest.as_bytes())
    (folder / "manifest.note").write_bytes(sign_note(signed_text(manifest.as_bytes()), key or signing_key()))
    names = ["manifest.json", "manifest.note", "database.dump"]
    write(folder / "whole", [(name, folder / name) for name in names])
    return folder / "whole"

"""`stoa backup` while members let go of files: what the database names is in it."""

from __future__ import annotations

import shutil
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from stoa.kit.environment import environment
from stoa.kit.files import acts as files
from stoa.kit.files import store
from stoa.kit.files.tasks import forget_files
from tests.cli.command import started, this_database
from tests.stage import Stage, acting

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("alone_with_backups", "files_at_home")]


@pytest.fixture
def files_at_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Files lie in the data folder, where a command finds them, and are gone afterwards."""
    monkeypatch.setattr(store, "environment", environment)
    yield
    shutil.rmtree(environment().files, ignore_errors=True)


def test_a_file_that_is_let_go_of_meanwhile_is_in_the_backup_and_goes_after_it(cloned_db: str, tmp_path: Path) -> None:
    stage = Stage()
    (person,) = stage.admit(1)
    upload = files.send(acting(person), person=person, name="a.txt", body=b"A letter of mine.")
    name = f"{upload.digest[:2]}/{upload.digest}"
    place = environment().files / name
    with psycopg.connect(this_database()["DATABASE_OWNER_URL"]) as another:
        another.execute("LOCK TABLE kit_bounce IN ACCESS EXCLUSIVE MODE")  # it is copied after the instant was fixed
        running = started("backup", tmp_path / "one")
        while not _somebody_waits_for("kit_bounce"):
            assert running.poll() is None
            time.sleep(0.02)
        files.drop(acting(person), upload=upload)
    assert running.wait() == 0
    with tarfile.open(tmp_path / "one") as tar:
        assert tar.getnames() == ["manifest.json", "manifest.note", "database.dump", f"files/{name}"]
    assert place.exists()
    forget_files()
    assert not place.exists()


def _somebody_waits_for(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND NOT granted", [table])
        return bool(cursor.fetchone()[0])

"""`stoa backup`: one file with everything but the key, written while others use the server."""

from __future__ import annotations

import gzip
import json
import os
import stat
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from django.conf import settings

from stoa.cli.archive import BackupFault, read
from stoa.kit.environment import environment
from stoa.record.keys import vkey
from stoa.record.models import Placement
from stoa.record.sequencer import sequence
from tests.cli.command import stoa, succeed, this_database
from tests.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("beside_backups")]


@pytest.fixture
def placed(cloned_db: str) -> int:
    Stage().admit(3)
    sequence()
    return Placement.objects.count()


def test_a_backup_holds_database_and_manifest_and_never_the_key(placed: int, tmp_path: Path) -> None:
    done = succeed("backup", tmp_path / "one", "--json", here=True)

    made = done.json["backup"]
    assert (made["file"], made["size"], done.json["key"]) == (str(tmp_path / "one"), placed, None)
    assert made["bytes"] == (tmp_path / "one").stat().st_size
    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o600
    with tarfile.open(tmp_path / "one") as tar:
        assert tar.getnames() == ["manifest.json", "manifest.note", "database.dump"]
    seed = environment().record_key.read_text().strip()
    unpacked = gzip.decompress((tmp_path / "one").read_bytes())
    assert seed.encode() not in unpacked
    assert bytes.fromhex(seed) not in unpacked
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_the_manifest_says_what_the_backup_is_of(placed: int, tmp_path: Path) -> None:
    succeed("backup", tmp_path / "one", here=True)

    manifest = read(tmp_path / "one")
    assert (manifest.size, manifest.address, manifest.vkey) == (placed, "http://stoa.test", vkey())
    assert manifest.checkpoint.splitlines()[:2] == ["stoa.test", str(placed)]
    assert "record.0002_append_only" in manifest.migrations
    assert list(manifest.members) == ["database.dump"]


def test_the_key_is_written_apart_for_its_owner_alone(placed: int, tmp_path: Path) -> None:
    done = succeed("backup", "--key", tmp_path / "key", "--json", here=True)

    assert done.json == {"backup": None, "key": str(tmp_path / "key")}
    assert (tmp_path / "key").read_text() == environment().record_key.read_text()
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_nothing_is_written_over(placed: int, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("mine")
    assert stoa("backup", tmp_path / "one", here=True).fault == (
        f"{tmp_path / 'one'} is there already. Name a new file: a backup is never written over."
    )
    assert stoa("backup", "--key", tmp_path / "one", here=True).fault == (
        f"{tmp_path / 'one'} is there already. Name a new file for the key."
    )
    assert (tmp_path / "one").read_text() == "mine"


def test_a_folder_that_is_not_there_is_said_in_one_line(placed: int, tmp_path: Path) -> None:
    fault = stoa("backup", tmp_path / "no" / "one", here=True).fault
    assert fault.startswith(f"{tmp_path / 'no'} can't be written (no such file or directory).")


@pytest.mark.parametrize("arguments", [(), ("one", "--key", "./one")])
def test_a_wrong_use_exits_with_2(arguments: tuple[str, ...], cloned_db: str) -> None:
    assert stoa("backup", *arguments, here=True).code == 2


def test_a_cut_or_changed_file_is_no_backup(placed: int, tmp_path: Path) -> None:
    succeed("backup", tmp_path / "one", here=True)
    whole = (tmp_path / "one").read_bytes()

    assert "is cut off" in _refusal(tmp_path / "cut", whole[: len(whole) // 2])
    assert "is cut off" in _refusal(tmp_path / "cut", whole[:-4])
    assert "is not a backup of Stoa" in _refusal(tmp_path / "other", b"a text")
    assert "is not a backup of Stoa" in _refusal(tmp_path / "empty", b"")
    changed = gzip.decompress(whole).replace(b'"size": %d' % placed, b'"size": %d' % (placed - 1))
    assert "not the one that was signed" in _refusal(tmp_path / "changed", gzip.compress(changed))
    inside = bytearray(gzip.decompress(whole))
    inside[-20_000] ^= 1
    assert "database.dump is not what was put into the backup" in _refusal(
        tmp_path / "bit", gzip.compress(bytes(inside))
    )


def test_a_member_that_no_backup_has_is_refused(placed: int, tmp_path: Path) -> None:
    succeed("backup", tmp_path / "one", here=True)
    with tarfile.open(tmp_path / "one") as tar, tarfile.open(tmp_path / "more", "w:gz") as more:
        for info in tar:
            more.addfile(info, tar.extractfile(info))
        more.addfile(tarfile.TarInfo("../outside"))

    with pytest.raises(BackupFault, match=r"holds “\.\./outside”"):
        read(tmp_path / "more", tmp_path / "in")
    assert not (tmp_path / "outside").exists()


def test_what_a_killed_backup_left_is_gone_after_the_next(placed: int, tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "stoa.cli", "backup", str(tmp_path / "killed")]
    killed = subprocess.Popen(command, env=os.environ | {"STOA_ADDRESS": settings.STOA.address} | this_database())
    while not list(tmp_path.glob(".stoa-backup-*/*")):
        assert killed.poll() is None
        time.sleep(0.005)
    killed.kill()
    killed.wait()
    assert [path.name[:13] for path in tmp_path.iterdir()] == [".stoa-backup-"]

    succeed("backup", tmp_path / "one", here=True)
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_backups_are_remembered_for_upgrades(placed: int, tmp_path: Path) -> None:
    succeed("backup", tmp_path / "one", here=True)
    rows = json.loads((environment().data / "backups.json").read_text())
    assert rows[-1]["file"] == str(tmp_path / "one")


def _refusal(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(BackupFault) as fault:
        read(path)
    return str(fault.value)

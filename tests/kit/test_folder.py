"""The data folder: what an operator is told when it can't be used."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stoa.kit.folder import AlreadyUp, FolderFault, aside, claim, fault_of, held

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small disk")


def test_a_new_folder_is_made_that_others_cannot_look_into(tmp_path):
    hold = claim(tmp_path / "a" / "b")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) & 0o066 == 0
    hold.release()


def test_one_server_holds_it_at_a_time(tmp_path):
    hold = claim(tmp_path)
    assert held(tmp_path)
    with pytest.raises(
        AlreadyUp, match=rf"^Stoa is already up on {tmp_path} \(process {os.getpid()}\)\. Stop it first,"
    ):
        claim(tmp_path)
    hold.release()
    hold.release()
    assert not held(tmp_path)
    claim(tmp_path).release()


def test_a_folder_that_was_never_used_is_not_held(tmp_path):
    assert not held(tmp_path / "none")


def test_a_file_in_its_place_is_refused(tmp_path):
    place = tmp_path / "file"
    place.touch()
    for path in (place, place / "below"):
        with pytest.raises(FolderFault) as refusal:
            claim(path)
        assert str(refusal.value) == f"{path} is not a folder. Name another with --data."


def test_a_read_only_disk_is_told_as_such():
    with pytest.raises(FolderFault) as refusal:
        claim(Path("/proc/stoa"))
    assert str(refusal.value).startswith("/proc/stoa can't be written (")


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (
            errno.EACCES,
            (
                "/data can't be written (permission denied). "
                "Give this user the right to write there, or name another with --data."
            ),
        ),
        (
            errno.EROFS,
            (
                "/data can't be written (read-only file system). "
                "Give this user the right to write there, or name another with --data."
            ),
        ),
        (errno.ENOSPC, "The disk that holds /data is full. Make room, or name a folder on another disk with --data."),
    ],
)
def test_what_the_system_refuses_is_one_sentence_with_a_remedy(number, sentence):
    assert str(fault_of(OSError(number, ""), Path("/data"))) == sentence


@AS_ROOT
def test_a_disk_with_too_little_room_is_refused_before_anything_is_written(tmp_path):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", tmp_path], check=True)
    try:
        with pytest.raises(FolderFault) as refusal:
            claim(tmp_path / "data")
    finally:
        subprocess.run(["umount", tmp_path], check=True)
    assert str(refusal.value) == (
        f"The disk that holds {tmp_path / 'data'} is full: 8 MB are free, 128 MB are needed. "
        "Make room, or name a folder on another disk with --data."
    )


def test_a_folder_to_work_in_goes_with_its_block_and_so_does_what_a_killed_program_left(tmp_path):
    code = "import sys; from pathlib import Path; from stoa.kit.folder import aside\n"
    code += "with aside(Path(sys.argv[1]), '.work-'): print('in', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "in\n"
        (theirs,) = tmp_path.iterdir()
        (tmp_path / ".worktop").touch()
        with aside(tmp_path, ".work-") as ours:
            (ours / "part").touch()
            assert theirs.exists()  # its program lives
        assert not ours.exists()
        other.kill()
    assert theirs.exists()
    with aside(tmp_path, ".work-"):
        assert not theirs.exists()
    assert [path.name for path in tmp_path.iterdir()] == [".worktop"]


def test_what_looks_left_over_and_leads_elsewhere_is_let_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "kept").touch()
    (tmp_path / ".work-x").symlink_to(tmp_path / "mine")
    with aside(tmp_path, ".work-"):
        pass
    assert (tmp_path / "mine" / "kept").exists()
    assert (tmp_path / ".work-x").is_symlink()

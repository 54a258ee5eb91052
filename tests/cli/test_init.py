"""`stoa init` makes a server without serving; the command line loads nothing that it does not need."""

from __future__ import annotations

import subprocess
import sys

import pytest

from stoa.kit.folder import note_address
from tests.cli.command import stoa

pytestmark = pytest.mark.slow


def test_it_makes_a_server_once_and_gives_a_link_until_somebody_signed_in(tmp_path):
    first = stoa("init", "--data", tmp_path / "new", "--json")
    key = (tmp_path / "new" / "keys" / "record.key").read_bytes()
    second = stoa("init", "--data", tmp_path / "new", "--json")
    for done in (first, second):
        assert done.code == 0
        assert done.json["data"] == str(tmp_path / "new")
        assert done.json["link"].startswith(done.json["address"])
    assert (tmp_path / "new" / "keys" / "record.key").read_bytes() == key
    note_address(tmp_path / "new", "http://localhost:8099")
    later = stoa("init", "--data", tmp_path / "new", "--json", STOA_ADDRESS="")
    assert later.json["link"].startswith("http://localhost:8099/")
    other = stoa("init", "--data", tmp_path / "new", "--port", "8098", "--json", STOA_ADDRESS="")
    assert other.json["link"].startswith("http://localhost:8098/")


def test_it_says_its_version():
    done = stoa("--version")
    assert (done.code, done.out.split()[0], done.err) == (0, "stoa", "")


def test_a_wrong_use_is_exit_code_2():
    assert stoa("up", "--nonsense").code == 2


def test_the_command_line_answers_without_loading_django():
    code = "import sys, stoa.cli; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

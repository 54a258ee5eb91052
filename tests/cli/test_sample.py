"""`stoa sample`: into an empty folder, and into no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import stoa, succeed

pytestmark = pytest.mark.slow


def test_an_empty_server_gets_the_sample_which_is_sound_and_a_second_time_nothing(tmp_path: Path) -> None:
    data = ("--data", tmp_path / "a")
    address = "http://localhost:8792"
    done = succeed("sample", *data, "--json", address=address).json
    assert done["people"] >= 300
    assert done["link"].startswith(f"{address}/in/")

    assert stoa("sample", *data, address=address).fault.startswith(
        "This server has people; the sample is for an empty one."
    )
    checked = stoa("check", *data, "--json", address=address).json
    assert [one for one in checked["checks"] if not one["ok"]] == []
    exported = succeed("export", "bundle", "2026", tmp_path / "2026.zip", *data, address=address)
    assert exported.out.startswith(f"{tmp_path / '2026.zip'}: ")
    verified = succeed("verify", tmp_path / "2026.zip", "--state", tmp_path / "state", "--json").json
    assert verified["outcome"] == "passed"

"""Commands print links that lead to the server that runs on their data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stoa.cli.opened import at_its_address
from stoa.kit.environment import environment
from stoa.kit.folder import note_address, noted_address


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STOA_ADDRESS", "STOA_PORT"):
        monkeypatch.setenv(name, "")  # so that it is put back afterwards
    monkeypatch.setenv("STOA_DATA", str(tmp_path))
    return tmp_path


def _address() -> str:
    at_its_address(environment())
    return environment().address


def test_what_the_server_said_last_is_the_address(data: Path) -> None:
    assert (noted_address(data), _address()) == ("", "http://localhost:8000")
    note_address(data, "http://localhost:8001")
    note_address(data, "http://localhost:8002")
    assert _address() == "http://localhost:8002"


@pytest.mark.parametrize(
    ("name", "value", "address"),
    [
        ("STOA_ADDRESS", "https://community.example", "https://community.example"),
        ("STOA_PORT", "8003", "http://localhost:8003"),
    ],
)
def test_variables_come_first(data: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, address: str) -> None:
    note_address(data, "http://localhost:8001")
    monkeypatch.setenv(name, value)
    assert _address() == address
    assert os.environ[name] == value

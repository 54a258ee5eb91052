"""`stoa charter`: an upgrade's new actions are held by nobody until the operator puts a charter in force that names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from stoa.charter.acts import put_in_force
from stoa.charter.queries import held_by_nobody, in_force
from stoa.charter.text import DEFAULT
from stoa.kit.act import OPERATOR
from stoa.record.models import Entry
from tests.cli.command import stoa, succeed
from tests.stage import Stage

pytestmark = pytest.mark.slow
SHIPPED = DEFAULT.read_text(encoding="utf-8")
OLDER = "\n".join(line for line in SHIPPED.splitlines() if not line.startswith('"forum.post.write"'))


def test_new_actions_get_holders_by_another_charter(cloned_db: str) -> None:
    Stage()
    put_in_force(OPERATOR, text=OLDER)
    assert "Nobody may forum.post.write." in succeed("charter", "show", here=True).out
    assert succeed("charter", "put", "--json", here=True).json == {"version": 3, "lacks": []}
    assert held_by_nobody() == []
    assert Entry.objects.filter(type="charter.in_force").count() == 3
    again = stoa("charter", "put", here=True)
    assert (again.code, again.fault) == (1, "This charter is in force already. There is nothing to do.")


def test_a_charter_of_ones_own_is_put_in_force_if_it_can_be_read(cloned_db: str, tmp_path: Path) -> None:
    Stage()
    own = tmp_path / "charter.toml"
    own.write_text(SHIPPED.replace("posts_per_hour = 40", "posts_per_hour = 41"), encoding="utf-8")
    succeed("charter", "put", str(own), here=True)
    assert "posts_per_hour = 41" in succeed("charter", "show", here=True).out
    own.write_text("title = ", encoding="utf-8")
    assert stoa("charter", "put", str(own), here=True).code == 1
    own.write_bytes(b"\xff\xfe")
    assert "can't be read as text" in stoa("charter", "put", str(own), here=True).err
    charter = in_force()
    assert charter is not None
    assert charter.version == 2


def test_a_ratified_charter_is_not_the_operators_to_change(cloned_db: str) -> None:
    Stage()
    put_in_force(OPERATOR, text=OLDER, provisional=False)
    refused = stoa("charter", "put", here=True)
    assert (refused.code, refused.fault) == (1, "The members ratified the charter in force. Let them vote on another.")

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from stoa.people.queries import looks_at, roles_of
from tests.cli.command import stoa, succeed
from tests.stage import Stage

pytestmark = pytest.mark.slow


@pytest.fixture
def stage(cloned_db: str) -> Stage:
    made = Stage()
    made.admit(3)
    return made


def test_members_go_out_to_a_file_and_each_can_see_it(stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    assert succeed("members", "export", str(file), "--json", here=True).json == {"file": str(file), "people": 4}
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    assert [(row["name"], row["email"]) for row in rows][:2] == [
        ("member-1", "member-1@example.org"),
        ("member-2", "member-2@example.org"),
    ]
    assert file.stat().st_mode & 0o777 == 0o600
    open_to_all = tmp_path / "before.csv"
    open_to_all.write_text("x" * 100_000)
    open_to_all.chmod(0o644)
    succeed("members", "export", str(open_to_all), here=True)
    assert (open_to_all.read_bytes(), open_to_all.stat().st_mode & 0o777) == (file.read_bytes(), 0o600)
    assert {look.what for look in looks_at(stage.members[0].pk)} == {"e-mail address, in a list of members"}
    assert len(succeed("members", "list", "--json", here=True).json) == 4


def test_members_come_in_from_a_file_once(stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text("name,email,organisation\nAda,ada@example.org,North\nBob,member-1@example.org,\n")
    assert succeed("members", "import", str(file), "--json", here=True).json == {"added": 1, "passed_over": 1}
    assert succeed("members", "import", str(file), "--json", here=True).json == {"added": 0, "passed_over": 2}


def test_roles_end_together_or_not_at_all(stage: Stage, tmp_path: Path) -> None:
    one, two, three = stage.members
    file = tmp_path / "ending.txt"
    file.write_text(f"{one.pk}\nnobody@example.org\n")
    assert "There is nobody" in stoa("members", "end", str(file), here=True).fault
    assert [role.role for role in roles_of(one.pk)] == ["member"]
    file.write_text(f"{one.pk}\n{two.email}\n")
    assert succeed("members", "end", str(file), "--json", here=True).json == {"role": "member", "ended": 2}
    assert [len(roles_of(person.pk)) for person in (one, two, three)] == [0, 0, 1]

"""`stoa upgrade`: says what it will meet, backs up first, then migrates."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from stoa.agenda.models import Round
from stoa.cli.archive import read
from stoa.kit import clock
from tests.cli.command import succeed, this_database
from tests.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("alone_with_backups")]


def test_a_dry_run_lists_backup_migrations_versions_and_deadlines(cloned_db: str, tmp_path: Path) -> None:
    round_ = Stage().round()
    now = clock.now()
    Round.objects.filter(pk=round_.pk).update(
        vote_opens=now + timedelta(hours=3), vote_closes=now + timedelta(hours=13)
    )
    succeed("backup", tmp_path / "one", here=True)

    plan = succeed("upgrade", "--dry-run", "--json", here=True).json
    assert plan["backup"]["file"] == str(tmp_path / "one")
    assert (plan["migrations"], plan["made"], plan["dry_run"]) == ([], None, True)
    assert plan["postgres"]["running"].startswith("18.")
    assert [(one["round"], one["what"]) for one in plan["deadlines"]] == [("2027", "vote opens")]
    printed = succeed("upgrade", "--dry-run", here=True).out
    assert "Migrations that wait: none" in printed
    assert "2027: vote opens" in printed


def test_an_upgrade_backs_up_first_and_then_migrates(cloned_db: str, tmp_path: Path) -> None:
    Stage()
    with psycopg.connect(this_database()["DATABASE_OWNER_URL"], autocommit=True) as session:
        session.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
        session.execute("DROP TABLE django_session")
    waiting = succeed("upgrade", "--dry-run", "--json", here=True).json["migrations"]
    assert waiting == ["sessions.0001_initial"]

    done = succeed("upgrade", "--backup", tmp_path / "before", "--json", here=True).json
    assert done["made"]["file"] == str(tmp_path / "before")
    assert "sessions.0001_initial" not in read(tmp_path / "before").migrations
    assert succeed("upgrade", "--dry-run", "--json", here=True).json["migrations"] == []
    assert "Nothing to do" in succeed("upgrade", here=True).out

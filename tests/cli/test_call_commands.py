"""`stoa call invite` and `stoa call forecast`, as an operator runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from stoa.members.models import Invitations
from tests.cast import Cast
from tests.cli.command import stoa, succeed
from tests.members.calling import opened
from tests.members.deciding import read, seated

pytestmark = pytest.mark.slow


def test_the_operator_drafts_invitations_that_somebody_else_sends(cloned_db: str, tmp_path: Path) -> None:
    call = opened(Cast())
    file = tmp_path / "people.csv"
    file.write_text("name,email\nAda,ada@example.org\nBo,nothing\n")
    looked = succeed("call", "invite", call.slug, str(file), "--look", "--json", here=True).json
    assert (looked["could_be"], looked["page"], [one["row"] for one in looked["faults"]]) == (1, "", [2])
    assert "Nothing was drafted" in stoa("call", "invite", call.slug, str(file), here=True).fault
    file.write_text("name,email\nAda,ada@example.org\n")
    done = succeed("call", "invite", call.slug, str(file), here=True).out
    drafted = Invitations.objects.get()
    assert (drafted.people, drafted.drafted_by) == ([["Ada", "ada@example.org"]], None)
    assert f"http://stoa.test{drafted.get_absolute_url()}" in done


def test_the_forecast_says_what_will_be_unread_once_a_call_is_read(cloned_db: str) -> None:
    cast = Cast()
    waiting = opened(cast, "waiting")
    assert "Nobody reads this call yet" in stoa("call", "forecast", waiting.slug, here=True).fault
    call = read(cast, "read", cast.members[:2])
    seated(cast, call, cast.members[2:5])
    told = succeed("call", "forecast", call.slug, "--json", here=True).json
    assert (told["wanted"], told["given"]) == (6, 0)
    assert told["unread"]["low"] <= told["unread"]["high"] <= 6

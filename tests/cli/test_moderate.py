"""`stoa moderate`: what nobody in the community may decide is the operator's, and nothing else is."""

from __future__ import annotations

import pytest

from stoa.cli.checks import invariants
from stoa.forum import acts
from stoa.forum.models import Case
from stoa.kit.act import OPERATOR
from stoa.people import acts as people
from stoa.people.queries import looks_at
from stoa.record.models import Sealed
from tests.cli.command import stoa, succeed
from tests.forum.moderating import Forum
from tests.stage import acting

pytestmark = pytest.mark.slow


@pytest.fixture
def forum(cloned_db: str) -> Forum:
    forum = Forum()
    for scrutineer in forum.scrutineers:
        people.end_role(OPERATOR, person=scrutineer, role="scrutineer")
    return forum


def test_a_complaint_about_the_only_founder_is_read_and_settled(forum: Forum) -> None:
    acts.report(
        acting(forum.member), reference=f"person:{forum.founder.pk}", reason="personal-attack", words="[red]Shouts.[/]"
    )
    forum.reported(forum.post(forum.author))
    (row,) = succeed("moderate", "list", "--json", here=True).json
    assert (row["asks"], row["about"]) == ("complaint", f"person:{forum.founder.pk}")
    (broken,) = [list(each.broken()) for each in invariants() if each.code == "duties.cases"]
    assert broken == ["1 cases concern everybody who could decide them: look at `stoa moderate list`."]
    assert "[red]Shouts.[/]" in succeed("moderate", "read", row["case"], here=True).out
    assert [look.by for look in looks_at(forum.member.pk)] == ["operator"]
    decided = succeed(
        "moderate", "decide", row["case"], "uphold", "--reason", "personal-attack", "--json", here=True
    ).json
    assert decided == {"case": row["case"], "outcome": "upheld", "restored": False}
    assert Case.objects.get(pk=row["case"]).role == "operator"
    assert Sealed.objects.filter(entry_type="forum.complaint.settled").count() == 1
    assert "0 wait for you." in succeed("moderate", "list", here=True).out


def test_what_others_can_decide_is_not_the_operators(forum: Forum) -> None:
    case = forum.reported(forum.post(forum.author))
    for words in (("read", case.pk), ("decide", case.pk, "leave"), ("read", "nothing")):
        failed = stoa("moderate", *words, here=True)
        assert failed.code == 1
        assert "No case of this id waits for you." in failed.err
    case.refresh_from_db()
    assert case.decided is None

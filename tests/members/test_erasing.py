"""Erasing people who took part in a call leaves its decision verifiable by a stranger, and nothing of theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from stoa.kit.act import OPERATOR
from stoa.members.models import Application, Decision
from stoa.people import acts as people
from stoa.review.models import Review, Seat
from stoa.verify import Outcome, verify
from tests.cast import Cast, browser
from tests.live import LiveStoa
from tests.members.deciding import decided_among_many

pytestmark = pytest.mark.slow


def test_a_call_is_verified_after_a_reviewer_and_applicants_are_erased(live_stoa: LiveStoa, tmp_path: Path) -> None:
    cast = Cast()
    call = decided_among_many(cast)
    reviewer = Seat.objects.get().person
    by_outcome = {one.outcome: one.application.person for one in Decision.objects.select_related("application__person")}
    assert set(by_outcome) == {"admitted", "waiting", "declined"}
    erased = [reviewer, *by_outcome.values()]
    names = [person.name for person in erased]
    for person in erased:
        people.erase(OPERATOR, person=person)
    live_stoa.settle()
    report = verify(live_stoa.address, state=tmp_path / "state")
    told = {check.code: check.outcome for check in report.checks}
    assert report.exit_code == 0, report.failed
    assert {code: told[code] for code in ("call.decided", "call.order")} == {
        "call.decided": Outcome.PASSED,
        "call.order": Outcome.PASSED,
    }
    assert not Application.objects.filter(name__in=names).exists()
    assert set(Review.objects.values_list("for_author", flat=True)) == {""}
    pages = [
        browser(cast.steward).get(f"/calls/{call.slug}{path}") for path in ("", "/applications", "/decide", "/history")
    ]
    shown = "".join(page.content.decode() for page in pages)
    assert [name for name in names if f">{name}<" in shown] == []

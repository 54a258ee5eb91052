"""`stoa check` finds what no act would leave behind; leaving leaves what others rely on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from stoa.cli.checks.lab import INVARIANTS
from stoa.evaluation.plans import registered_digest
from stoa.evaluation.runner.planned import plan_of
from stoa.kit import clock
from stoa.kit.files import store
from stoa.lab import queries
from stoa.lab.models import PlanVersion, Result, Run, Study
from stoa.people.acts import erase
from stoa.site.queries.own import own_rows
from tests.cast import Cast, browser
from tests.lab.studying import begun, claimed, drafted, registered, reproduced, version
from tests.stage import acting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BY_CODE = {one.code: one.broken for one in INVARIANTS}


@pytest.fixture
def claim(cast: Cast) -> Run:
    """A claim that was reproduced, a run that only began, and a draft."""
    claim = claimed(registered(cast.author), cast.author)
    reproduced(claim, cast.member)
    begun(claim.study, cast.author)
    drafted(cast.member)
    return claim


def test_nothing_is_broken_after_acts_alone(claim: Run) -> None:
    assert {code: list(broken()) for code, broken in BY_CODE.items()} == {code: [] for code in BY_CODE}


def waiting_since_yesterday(claim: Run) -> None:
    pytest.importorskip("inspect_ai")
    before = clock.now() - timedelta(days=1, minutes=1)
    Run.objects.filter(number=3).update(state="submitted", submitted=before, attempts=6)


@pytest.mark.parametrize(
    ("code", "broken"),
    [
        ("lab.numbers", lambda _: Run.objects.filter(number=3).update(number=4)),
        ("lab.numbers", lambda _: Run.objects.filter(number=3).delete()),
        ("lab.numbers", lambda claim: Study.objects.filter(pk=claim.study_id).update(number=7)),
        ("lab.plans", lambda claim: PlanVersion.objects.update(plan={**claim.plan.plan, "margin": 0.9})),
        ("lab.plans", lambda _: Study.objects.filter(number=1).update(plan_digest="sha256:" + "0" * 64)),
        ("lab.results", lambda _: Result.objects.update(state="disputed")),
        ("lab.results", lambda claim: Run.objects.filter(pk=claim.pk).update(verdict="differs")),
        ("lab.logs", lambda claim: Run.objects.filter(pk=claim.pk).update(log_digest="sha256:" + "0" * 64)),
        ("lab.logs", lambda claim: store.place(claim.upload.digest).unlink()),
        ("lab.checks", waiting_since_yesterday),
    ],
)
def test_what_is_broken_is_said(claim: Run, code: str, broken: Any) -> None:
    broken(claim)
    assert len(list(BY_CODE[code]())) == 1


def test_leaving_takes_drafts_and_the_texts_of_ones_own_study_and_leaves_what_was_measured(
    claim: Run, cast: Cast
) -> None:
    of = claim.version
    drafted(cast.author, of)
    erase(acting(cast.author), person=cast.author)
    study = queries.find_study(1)
    assert study is not None
    assert (study.title, study.why, study.last_run) == ("Text removed", "", 3)
    plan = study.plans.get()
    assert (plan.plan["title"], plan.plan["salt"], plan.plan["margin"]) == ("Text removed", "", 0.2)
    assert list(Study.objects.filter(number=None).values_list("title", flat=True)) == [
        "Does quantising cost capability?"
    ]
    assert Result.objects.get().state == "reproduced"
    assert {code: list(broken()) for code, broken in BY_CODE.items()} == {code: [] for code in BY_CODE}


def test_what_an_author_who_left_claimed_can_still_be_reproduced_by_the_plan_as_registered(
    claim: Run, cast: Cast
) -> None:
    registered = claim.plan.digest
    assert "texts_removed" not in browser().get("/api/v1/lab/studies/1/plan").json()
    erase(acting(cast.author), person=cast.author)
    given = browser().get("/api/v1/lab/studies/1/plan").json()
    assert (given["texts_removed"], given["digest"], plan_of(given).digest) == (True, registered, registered)
    plan = Run.objects.get(pk=claim.pk).plan
    assert registered_digest(plan.with_digest) == registered
    assert reproduced(claim, cast.members[2]).plan == plan


def test_a_study_with_a_further_author_keeps_its_texts(cast: Cast) -> None:
    from stoa.lab import acts

    study = drafted(cast.author, version(cast.author))
    acts.ask_author(acting(cast.author), study=study, person=cast.member)
    acts.accept_authorship(acting(cast.member), person=cast.member, study=study)
    study = acts.register_plan(acting(cast.author), study=study, version=study.version)
    erase(acting(cast.author), person=cast.author)
    assert Study.objects.get().title == study.title


def test_a_copy_of_ones_data_has_what_one_ran_and_planned(claim: Run, cast: Cast) -> None:
    rows = own_rows(cast.author)
    assert {name: len(rows[name]) for name in ("lab.Run", "lab.Author", "lab.RunKey", "lab.PlanVersion")} == {
        "lab.Run": 2,
        "lab.Author": 1,
        "lab.RunKey": 1,
        "lab.PlanVersion": 1,
    }

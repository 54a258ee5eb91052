"""Commit and reveal: who may read a log before a claim is settled, and that nobody copies from it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from stoa.kit import clock
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.lab import acts, queries, rules
from stoa.lab.models import Commitment, Result, Run
from stoa.people.models import Person
from stoa.record.models import Entry
from tests.cast import Cast, browser
from tests.lab.studying import (
    SALT,
    begun,
    checked,
    claimed,
    committed,
    employed,
    facts,
    key_of,
    registered,
    reproduced,
    sent,
    signature,
    submitted,
)
from tests.stage import acting

pytestmark = pytest.mark.django_db


def test_a_reproduction_is_sent_in_only_as_it_was_committed_to(cast: Cast) -> None:
    run = begun((claim := claimed(registered(cast.author), cast.author)).study, cast.member, claim)
    key_of(cast.member)
    upload, other = sent(cast.member), sent(cast.member, b'{"another": 1}')

    def submit(file: Any, salt: str) -> Run:
        proof = signature(cast.member, run, file)
        return acts.submit_run(acting(cast.member), run=run, upload=file.pk, signature=proof, salt=salt)

    with pytest.raises(Closed, match="not committed"):
        submit(upload, SALT)
    committed(run, cast.member, upload)
    with pytest.raises(Closed):
        committed(run, cast.member, other)
    for file, salt in ((other, SALT), (upload, "00" * 32), (upload, "")):
        with pytest.raises(Invalid, match="committed to"):
            submit(file, salt)
    assert submit(upload, SALT).state == "submitted"
    assert facts("lab.run.submitted")[-1]["salt"] == SALT


def test_a_commitment_stays_between_who_made_it_and_the_day_s_seal(cast: Cast) -> None:
    claim = claimed(registered(cast.author), cast.author)
    run, before = begun(claim.study, cast.member, claim), Entry.objects.count()
    committed(run, cast.member, sent(cast.member))
    assert Entry.objects.count() == before
    assert Commitment.objects.get().run == run
    with pytest.raises(Refused):
        acts.commit_run(acting(cast.author), run=run, commitment="00" * 32)
    original = begun(claim.study, cast.author)
    with pytest.raises(Invalid, match="Only reproductions"):
        acts.commit_run(acting(cast.author), run=original, commitment="00" * 32)


def later(days: int) -> Any:
    """Some days from now, and a minute."""
    return clock.travel(clock.now() + timedelta(days=days, minutes=1))


def fetching(claim: Run, *people: Person) -> list[bool]:
    """Whether each of them may fetch the log of a run."""
    return [rules.may_fetch_log(acting(person), claim) for person in people]


def test_the_log_opens_to_who_committed_and_to_all_once_it_is_old_and_nobody_can_copy_from_it(cast: Cast) -> None:
    claim = claimed(registered(cast.author), cast.author)
    people = (cast.author, cast.member, cast.members[2])
    run = begun(claim.study, cast.member, claim)
    assert fetching(claim, *people) == [True, False, False]
    committed(run, cast.member, upload := sent(cast.member))
    assert fetching(claim, *people) == [True, True, False]
    with later(days=400):
        assert fetching(claim, *people) == [True, True, False]
    key_of(cast.member)
    proof = signature(cast.member, run, upload)
    checked(acts.submit_run(acting(cast.member), run=run, upload=upload.pk, signature=proof, salt=SALT))
    assert Result.objects.get().state == "reproduced"
    assert fetching(claim, *people) == [True, True, False]
    with later(days=30):
        assert fetching(claim, *people) == [True, True, True]


def test_a_reproduction_that_settles_nothing_opens_no_log(cast: Cast) -> None:
    employed(cast.author), employed(cast.associate)
    claim = claimed(registered(cast.author), cast.author)
    reproduced(claim, cast.associate)
    checked(submitted(begun(claim.study, cast.member, claim), cast.member), word="unreadable")
    with later(days=400):
        assert fetching(claim, cast.members[2]) == [False]


def test_no_other_log_of_what_waits_to_be_reproduced_is_open(cast: Cast) -> None:
    study = registered(cast.author)
    first = checked(submitted(begun(study, cast.author), cast.author), word="differs", faults=1)
    with later(days=31):
        assert fetching(first, cast.member) == [False]
    claimed(study, cast.author)
    with later(days=31):
        assert fetching(first, cast.member) == [False]
    acts.withdraw_study(acting(cast.author), study=study, ending="The prompts were wrong.")
    first = Run.objects.get(pk=first.pk)
    assert fetching(first, cast.member) == [False]
    with later(days=31):
        assert fetching(first, cast.member) == [True]


@pytest.mark.parametrize("ending", ["failed", "sent in"])
def test_who_committed_to_garbage_and_could_read_the_log_can_t_reproduce_it_independently(
    cast: Cast, ending: str
) -> None:
    claim = claimed(registered(cast.author), cast.author)
    garbage = begun(claim.study, cast.member, claim)
    if ending == "failed":
        acts.commit_run(acting(cast.member), run=garbage, commitment="00" * 32)
        acts.fail_run(acting(cast.member), run=garbage, reason="It was a mistake.")
        assert facts("lab.run.failed")[0]["commitment"] == "00" * 32
    else:
        checked(submitted(garbage, cast.member), word="unreadable")
    assert fetching(claim, cast.member) == [True]
    copied = reproduced(claim, cast.member)
    assert (copied.independent, Result.objects.get().state) == (False, "claimed")
    assert rules.why_dependent(cast.member.pk, claim) == "You could read its log before you began."
    again = reproduced(claim, cast.members[2])
    assert (again.independent, Result.objects.get().state) == (True, "reproduced")


def test_one_reproduction_of_a_claim_is_under_way_at_a_time_so_that_none_waits_for_what_another_reads(
    cast: Cast,
) -> None:
    claim = claimed(registered(cast.author), cast.author)
    first = begun(claim.study, cast.member, claim)
    with pytest.raises(Closed, match="reproduces this already"):
        begun(claim.study, cast.member, claim)
    assert begun(claim.study, cast.members[2], claim).independent
    acts.fail_run(acting(cast.member), run=first, reason="The machine went down.")
    assert "commitment" not in facts("lab.run.failed")[0]
    assert begun(claim.study, cast.member, claim).independent


def test_what_began_before_the_log_was_open_to_all_is_committed_to_before_that_too(cast: Cast) -> None:
    claim = claimed(registered(cast.author), cast.author)
    waits = begun(claim.study, cast.members[2], claim)
    reproduced(claim, cast.member)
    with later(days=31):
        assert fetching(claim, cast.members[2]) == [True]
        with pytest.raises(Closed, match="Everybody can read the log"):
            committed(waits, cast.members[2], sent(cast.members[2]))
        acts.fail_run(acting(cast.members[2]), run=waits, reason="It took too long.")
        assert not reproduced(claim, cast.members[2]).independent


def test_a_log_that_everybody_could_read_stays_open_when_what_settled_it_is_set_aside(cast: Cast) -> None:
    claim = claimed(registered(cast.author), cast.author)
    forged = reproduced(claim, cast.member)
    with later(days=31):
        assert fetching(claim, cast.members[2]) == [True]
        acts.set_aside(acting(cast.steward), run=forged, reason="It was invented.")
        assert Result.objects.get().state == "claimed"
        assert fetching(claim, cast.members[2]) == [True]
        assert list(queries.to_reproduce(acting(cast.members[2]))) == []
        page = browser(cast.members[2]).get(claim.get_absolute_url()).content.decode()
        assert "Everybody could read its log" in page
        copied = reproduced(claim, cast.members[2])
    assert (copied.independent, Result.objects.get().state) == (False, "claimed")


def test_a_log_that_nobody_else_could_read_stays_closed_when_what_settled_it_is_set_aside(cast: Cast) -> None:
    claim = claimed(registered(cast.author), cast.author)
    acts.set_aside(acting(cast.steward), run=reproduced(claim, cast.member), reason="It was invented.")
    with later(days=31):
        assert fetching(claim, cast.members[2]) == [False]
        assert reproduced(claim, cast.members[2]).independent

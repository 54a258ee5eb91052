"""After a restore with the published tail: runs go on under their numbers, and commitments are known as far as the record tells."""

from __future__ import annotations

import pytest

from stoa.kit.faults import Closed, Invalid
from stoa.lab import acts, rules
from stoa.lab.models import Commitment, Result, Run
from tests.agenda.test_recovering import failed, outage
from tests.cast import Cast, browser
from tests.lab.studying import (
    SALT,
    begun,
    checked,
    claimed,
    committed,
    key_of,
    registered,
    reproduced,
    sent,
    signature,
    submitted,
    version,
)
from tests.stage import acting
from tests.verify.conftest import Site, Stranger, site, stranger

__all__ = ["site", "stranger"]

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LOG = b'{"version": 2, "what": "the log of a reproduction"}'


def of_member(cast: Cast) -> Run:
    return Run.objects.get(member=cast.member)


def test_a_run_that_was_sent_in_after_the_backup_is_sent_in_anew_and_with_nothing_else(
    cast: Cast, site: Site, stranger: Stranger
) -> None:
    claim = claimed(registered(cast.author, version(cast.author)), cast.author)
    with outage():
        again = checked(submitted(begun(claim.study, cast.member, claim), cast.member, LOG))
        assert Result.objects.get().state == "reproduced"
    run = of_member(cast)
    assert (run.pk, run.number, run.state, run.nonce) == (again.pk, again.number, "begun", again.nonce)
    assert (Result.objects.get().state, run.interrupted) == ("claimed", None)
    with pytest.raises(Closed, match="committed to already"):
        committed(run, cast.member, sent(cast.member, b'{"version": 2, "what": "another"}'))
    key_of(cast.member)
    other = sent(cast.member, b'{"version": 2, "what": "another"}')
    with pytest.raises(Invalid, match="not what was committed to"):
        acts.submit_run(
            acting(cast.member), run=run, upload=other.pk, signature=signature(cast.member, run, other), salt=SALT
        )
    log = sent(cast.member, LOG)
    run = acts.submit_run(
        acting(cast.member), run=run, upload=log.pk, signature=signature(cast.member, run, log), salt=SALT
    )
    checked(run)
    assert Result.objects.get().state == "reproduced"
    assert failed(site, stranger) == []


def test_a_commitment_of_which_no_entry_tells_may_be_made_again_and_the_run_says_so(cast: Cast) -> None:
    claim = claimed(registered(cast.author, version(cast.author)), cast.author)
    run = begun(claim.study, cast.member, claim)
    with outage():
        committed(run, cast.member, sent(cast.member, LOG))
    run = of_member(cast)
    assert not Commitment.objects.exists()
    page = browser().get(run.get_absolute_url()).content.decode()
    assert "The server was restored while this run was under way" in page
    assert run.interrupted is not None
    checked(submitted(run, cast.member, LOG))
    assert Result.objects.get().state == "reproduced"
    assert (
        "The server was restored while this run was under way" in browser().get(run.get_absolute_url()).content.decode()
    )


def test_a_restore_tells_nobody_who_had_committed_before_it(cast: Cast) -> None:
    claim = claimed(registered(cast.author, version(cast.author)), cast.author)
    runs = [begun(claim.study, one, claim) for one in (cast.member, cast.members[2])]
    committed(runs[0], cast.member, sent(cast.member, LOG))
    with outage():
        begun(claim.study, cast.author)
    assert Commitment.objects.get().run == runs[0]
    assert all(one.interrupted for one in Run.objects.filter(reproduces=claim))


def test_who_committed_and_failed_after_the_backup_is_known_to_have_read_the_log(cast: Cast) -> None:
    claim = claimed(registered(cast.author, version(cast.author)), cast.author)
    with outage():
        run = begun(claim.study, cast.member, claim)
        committed(run, cast.member, sent(cast.member, LOG))
        acts.fail_run(acting(cast.member), run=run, reason="The machine went down.")
    run = of_member(cast)
    assert (run.state, run.interrupted) == ("failed", None)
    assert rules.why_dependent(cast.member.pk, claim) == "You could read its log before you began."


def test_a_reproduction_that_was_set_aside_after_the_backup_stays_so(cast: Cast) -> None:
    claim = claimed(registered(cast.author, version(cast.author)), cast.author)
    forged = reproduced(claim, cast.member, right=58)
    with outage():
        acts.set_aside(acting(cast.steward), run=forged, reason="It was invented.")
        assert Result.objects.get().state == "claimed"
    forged.refresh_from_db()
    assert (forged.set_aside is not None, Result.objects.get().state) == (True, "claimed")


def test_a_claim_that_was_set_aside_after_the_backup_stays_so(cast: Cast, site: Site, stranger: Stranger) -> None:
    claim = claimed(registered(cast.author, version(cast.author)), cast.author)
    with outage():
        acts.set_aside(acting(cast.steward), run=claim, reason="It was invented.")
    assert Result.objects.get().state == "set_aside"
    assert failed(site, stranger) == []

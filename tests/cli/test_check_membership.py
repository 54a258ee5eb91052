from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F

from stoa.cli.checks.membership import INVARIANTS
from stoa.kit import clock
from stoa.members import acts
from stoa.members.models import Decision, Release
from stoa.people.models import Pair, Person, Suspension
from tests.cast import Cast
from tests.members.calling import opened
from tests.members.deciding import decided, with_bar
from tests.members.deciding import read as closed
from tests.stage import acting

pytestmark = pytest.mark.django_db


def broken() -> set[str]:
    return {one.code for one in INVARIANTS if list(one.broken())}


def test_a_community_in_which_people_are_suspended_joined_and_admitted_is_sound(cast: Cast) -> None:
    opened(cast, "open")
    one, two, reader = cast.members[2:5]
    pair = Pair.objects.create(older=one, younger=two, why="name")
    acts.settle_pair(acting(cast.steward), pair=pair, same=True, reason="They said so.")
    acts.suspend(acting(cast.steward), person=one, code="other", words="x", days=3)
    call = with_bar(cast, closed(cast, "decided", [cast.stranger, cast.facilitator]), [reader])
    decided(cast, call, {cast.stranger: 400, cast.facilitator: 300})
    assert broken() == set()
    Decision.objects.update(place=F("place") + 1)
    assert broken() == set()  # a gap is what somebody leaves who withdraws or is erased
    Decision.objects.update(place=1)
    assert broken() == {"members.order"}
    for place, decision in enumerate(Decision.objects.all(), start=1):
        Decision.objects.filter(pk=decision.pk).update(place=place)
    Release.objects.update(confirmed=None, confirmed_by=None)
    Person.objects.filter(pk=two.pk).update(is_active=True)
    Suspension.objects.update(granted=True, appealed=clock.now())
    now = clock.now()
    Suspension.objects.create(person=one, code="spam", words="x", start=now, end=now + timedelta(days=1))
    assert broken() == {"members.letters", "people.ended", "people.pairs", "people.suspended"}

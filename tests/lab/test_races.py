"""Two who do the same at the same moment: one of them is told why not, in a sentence, and nothing is there twice."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from stoa.kit.faults import Fault
from stoa.lab import acts
from stoa.lab.acts.importing import Incoming
from stoa.lab.models import ImportedResult, ModelVersion, Run, RunKey
from tests.cast import Cast
from tests.lab.studying import begun, claimed, digest, registered, signing, version
from tests.live import LiveStoa
from tests.stage import acting

pytestmark = pytest.mark.slow


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """What each gives, or says why not, all begun at the same moment."""
    told: list[object] = []
    ready = threading.Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> None:
        ready.wait()
        try:
            told.append(deed())
        except Fault as fault:
            told.append(fault.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == len(deeds), "one failed in a way that nobody is told"
    return told


def test_one_key_is_registered_by_one_of_those_who_send_it_at_once(live_stoa: LiveStoa) -> None:
    people = Cast().members[:4]
    key = signing(people[0]).public_key().public_bytes_raw().hex()
    told = at_once(*(lambda one=one: acts.register_key(acting(one), person=one, key=key) for one in people))
    assert sorted(isinstance(one, RunKey) for one in told) == [False, False, False, True]
    assert [one for one in told if not isinstance(one, RunKey)] == ["This key was used before."] * 3


def test_weights_are_registered_once_by_those_who_send_them_at_once(live_stoa: LiveStoa) -> None:
    cast = Cast()
    model, weights = version(cast.member).model, digest("the same weights")

    def register(number: int) -> ModelVersion:
        says = {"label": f"v{number}", "format": "gguf"}
        return acts.register_version(acting(cast.members[number]), model=model, digest=weights, says=says)

    told = at_once(*(lambda number=number: register(number) for number in range(4)))
    assert sum(isinstance(one, ModelVersion) for one in told) == 1
    assert all(isinstance(one, ModelVersion) or "registered already" in str(one) for one in told)


def test_a_file_that_several_bring_at_once_is_there_once(live_stoa: LiveStoa) -> None:
    people = Cast().members[:4]
    result = Incoming("small", "dan", measures={"rate": {"value": 0.5}})

    def bring(number: int) -> int:
        source = digest("report")
        return acts.import_results(acting(people[number]), format="garak", source=source, incoming=[result])

    assert sorted(map(str, at_once(*(lambda number=number: bring(number) for number in range(4))))) == list("0001")
    assert ImportedResult.objects.count() == 1


def test_runs_that_begin_at_once_have_numbers_of_their_own_and_one_of_a_claim_is_under_way(live_stoa: LiveStoa) -> None:
    cast = Cast()
    claim = claimed(registered(cast.author, version(cast.author)), cast.author)
    told = at_once(*(lambda: begun(claim.study, cast.member, claim) for _ in range(4)))
    assert sum(isinstance(one, Run) for one in told) == 1
    assert all(isinstance(one, Run) or "reproduces this already" in str(one) for one in told)
    own = at_once(*(lambda: begun(claim.study, cast.author) for _ in range(4)))
    assert sorted(one.number for one in own if isinstance(one, Run)) == [3, 4, 5, 6]

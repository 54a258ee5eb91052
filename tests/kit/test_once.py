"""The same form, sent twice, acts once and leads to the same place."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from stoa.kit import once
from stoa.kit.act import OPERATOR
from stoa.kit.faults import AlreadyDone, Invalid
from stoa.kit.models import Once
from stoa.people.acts import add_organisation, admit, create_token
from stoa.people.models import ApiToken, Organisation, Person
from tests.stage import acting, begin

pytestmark = pytest.mark.slow


@pytest.fixture
def ada(cloned_db: str) -> Person:
    begin()
    return admit(OPERATOR, name="Ada", email="ada@example.org", roles=["member"])


def add(person: Person, name: str, key: str) -> Any:
    with once.under(key):
        return add_organisation(acting(person), name=name)


def test_a_second_time_leads_to_what_the_first_did(ada: Person) -> None:
    made = add(ada, "Acme", "key")
    with pytest.raises(AlreadyDone) as caught:
        add(ada, "Something else", "key")
    assert caught.value.outcome == made.get_absolute_url()
    assert list(Organisation.objects.values_list("name", flat=True)) == ["Acme"]


def test_another_key_another_person_or_none_acts_again(ada: Person) -> None:
    bob = admit(OPERATOR, name="Bob", email="bob@example.org")
    for number, (person, key) in enumerate([(ada, "key"), (ada, "other"), (bob, "key"), (ada, ""), (ada, "")]):
        add(person, f"Acme {number}", key)
    assert Organisation.objects.count() == 5


def test_long_keys_that_begin_alike_are_two(ada: Person) -> None:
    for end in ("a", "b"):
        add(ada, f"Acme {end}", "k" * 100 + end)
    with pytest.raises(AlreadyDone):
        add(ada, "Acme c", "k" * 100 + "a")
    assert Organisation.objects.count() == 2


def test_what_failed_can_be_sent_again_under_its_key(ada: Person) -> None:
    add(ada, "Acme", "first")
    with pytest.raises(Invalid):
        add(ada, "Acme", "key")
    add(ada, "Acme again", "key")
    assert Organisation.objects.count() == 2


def test_an_outcome_without_an_address_is_empty(ada: Person) -> None:
    with once.under("key"):
        create_token(acting(ada), person=ada, name="laptop")
    with pytest.raises(AlreadyDone) as caught, once.under("key"):
        create_token(acting(ada), person=ada, name="laptop")
    assert (caught.value.outcome, ApiToken.objects.count()) == ("", 1)


def test_of_many_at_the_same_moment_one_acts(ada: Person) -> None:
    outcomes: list[str] = []
    ready = threading.Barrier(6)

    def send(number: int) -> None:
        ready.wait()
        try:
            add(ada, f"Acme {number}", "key")
            outcomes.append("acted")
        except AlreadyDone as done:
            outcomes.append(done.outcome)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    address = Organisation.objects.get().get_absolute_url()
    assert sorted(outcomes) == sorted(["acted", *[address] * 5])
    assert Once.objects.count() == 1

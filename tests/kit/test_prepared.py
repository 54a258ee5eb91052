"""A prepared read gives what its query would, asked anew each time, and is put into SQL once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, QuerySet

from stoa.kit import clock
from stoa.kit.prepared import prepared, together
from stoa.people.models import Organisation, Person, Role, Tie
from tests.asked import Asked
from tests.stage import Stage

pytestmark = pytest.mark.django_db


def test_rows_are_those_of_the_query_for_each_value() -> None:
    built = []

    @prepared
    def named(name: str) -> QuerySet[Person]:
        built.append(name)
        return Person.objects.filter(name=name)

    ada, bea = (Person.objects.create(name=name, email=f"{name}@example.org") for name in ("Ada", "Bea"))
    assert [named("Ada"), named("Bea"), named(name="Ada"), named("'; --")] == [[ada], [bea], [ada], []]
    assert len(built) == 1
    Person.objects.filter(pk=ada.pk).update(name="Bea")
    assert (named("Ada"), {person.pk for person in named("Bea")}) == ([], {ada.pk, bea.pk})


def test_several_of_one_value_are_asked_in_one_query(django_assert_num_queries: Any) -> None:
    def named(name: str) -> QuerySet[Any, tuple[str, str]]:
        return Person.objects.filter(name=name).values_list("name", "email")

    def works_at(name: str) -> QuerySet[Any, tuple[str, str]]:
        return Organisation.objects.filter(name=name).values_list("name", "country")

    Person.objects.create(name="Ada", email="ada@example.org")
    Organisation.objects.create(name="Ada", country="KE")
    for name, found in (("Ada", [("Ada", "KE"), ("Ada", "ada@example.org")]), ("Bea", [])):
        with django_assert_num_queries(1):
            assert sorted(together((named, works_at))(name)) == found
    assert together((works_at,))("Ada") == [("Ada", "KE")]


def test_objects_come_with_what_is_selected_beside_them(django_assert_num_queries: Any) -> None:
    @prepared
    def held(person: Person, after: Any) -> QuerySet[Role]:
        return Role.objects.filter(person=person, start__lt=after).select_related("person").order_by("pk")[:1]

    stage = Stage()
    with django_assert_num_queries(1):
        (role,) = held(stage.steward, clock.now())
        assert (role.person.name, role.start.tzinfo is not None) == ("Steward", True)
    assert held(stage.steward, role.start) == []


def test_a_list_of_any_length_is_one_value() -> None:
    @prepared
    def among(ids: list[str]) -> QuerySet[Any, tuple[str, int]]:
        counted = Person.objects.filter(pk__among=ids).annotate(n=Count("roles"))
        return counted.order_by("name").values_list("name", "n")

    stage = Stage()
    first, second = stage.admit(2)
    assert among([]) == []
    assert among([first.pk]) == [("member-1", 1)]
    assert among([second.pk, "nobody", first.pk, stage.steward.pk]) == [
        ("Steward", 2),
        ("member-1", 1),
        ("member-2", 1),
    ]


def test_nothing_equals_none() -> None:
    @prepared
    def by(person_id: str | None) -> QuerySet[Tie]:
        return Tie.objects.filter(person=person_id)

    assert by(None) == []


def test_what_would_stay_the_same_for_ever_is_refused() -> None:
    @prepared
    def now_held() -> QuerySet[Role]:
        return Role.objects.filter(start__lt=clock.now())

    with pytest.raises(TypeError, match="an instant for ever"):
        now_held()


def test_each_thread_asks_over_its_own_connection() -> None:
    @prepared
    def organisations() -> QuerySet[Organisation]:
        return Organisation.objects.order_by("name")

    def asked(_: int) -> int:
        counted = Asked()
        try:
            with connection.execute_wrapper(counted):
                organisations()
            return len(counted.statements)
        finally:
            connection.close()

    organisations()
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(asked, range(9))) == [1] * 9

"""What several parts of a page ask is read once while the page is looked at, and never where something is changed."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse

from stoa.agenda import acts as agenda
from stoa.agenda.models import Question
from stoa.charter import acts as charter
from stoa.charter.queries import terms
from stoa.charter.text import DEFAULT
from stoa.kit import registry
from stoa.kit.act import OPERATOR
from stoa.kit.looking import Looking, once_a_look, one_look
from stoa.people import acts as people
from stoa.people.queries import roles_everywhere
from tests.cast import Cast
from tests.stage import acting

asked: list[str] = []


@once_a_look
def asks(what: str) -> int:
    asked.append(what)
    return len(asked)


def answers(method: str) -> list[int]:
    """What the middleware's request is told when it asks three times."""
    asked.clear()
    told: list[int] = []

    def view(_request: HttpRequest) -> HttpResponse:
        told.extend([asks("a"), asks("b"), asks("a")])
        return HttpResponse()

    request = HttpRequest()
    request.method = method
    Looking(view)(request)
    return told


def test_a_request_that_only_looks_reads_once_what_it_asks_twice() -> None:
    assert answers("GET") == answers("HEAD") == [1, 2, 1]


def test_a_request_that_may_change_something_reads_each_time() -> None:
    assert answers("POST") == answers("DELETE") == [1, 2, 3]


def test_each_look_reads_anew() -> None:
    asked.clear()
    for _ in range(2):
        with one_look():
            asks("a")
    assert asked == ["a", "a"]


@pytest.mark.django_db
def test_an_act_within_a_look_decides_by_what_holds_and_shows_what_it_changed(cast: Cast) -> None:
    with one_look():
        before = terms().limits["estimates_needed"], roles_everywhere(cast.stranger.pk)
        people.give_role(OPERATOR, person=cast.stranger, role="member")
        text = DEFAULT.read_text(encoding="utf-8").replace("estimates_needed = 3", "estimates_needed = 4")
        charter.put_in_force(OPERATOR, text=text)
        assert before == (3, frozenset())
        assert (terms().limits["estimates_needed"], roles_everywhere(cast.stranger.pk)) == (4, frozenset({"member"}))


@pytest.mark.django_db
def test_names_of_several_kinds_are_read_together(cast: Cast, about: str, django_assert_num_queries: object) -> None:
    round_ = cast.round("2028", discussed_after=1)
    wanted = [
        about,
        round_.reference,
        f"person:{cast.member.pk}",
        f"person:{cast.author.pk}",
        "question:9²",
        "round:1x",
    ]
    with django_assert_num_queries(1):  # type: ignore[operator]
        shown = registry.show(wanted, None)
    assert {reference: (each.title, each.address) for reference, each in shown.items()} == {
        about: ("What leaks?", f"/agenda/2027/questions/{about.partition(':')[2]}"),
        round_.reference: (round_.title, "/agenda/2028"),
        f"person:{cast.member.pk}": (cast.member.name, f"/people/{cast.member.pk}"),
        f"person:{cast.author.pk}": (cast.author.name, f"/people/{cast.author.pk}"),
    }


@pytest.mark.django_db
def test_in_one_look_a_name_is_read_once_for_each_viewer(
    cast: Cast, about: str, django_assert_num_queries: object
) -> None:
    with one_look():
        registry.show([about, "question:999"], None)
        with django_assert_num_queries(0):  # type: ignore[operator]
            assert list(registry.show(["question:999", about], None)) == [about]
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert list(registry.show([about], cast.member.pk)) == [about]
        agenda.edit_question(
            acting(cast.author), question=Question.objects.get(), title="What else leaks?", body="", version=1
        )
        assert registry.show([about], None)[about].title == "What else leaks?"

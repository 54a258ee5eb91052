"""How fast people may write: limits that rise with standing, counted for all processes together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections, transaction

from stoa.charter.acts import put_in_force
from stoa.charter.queries import in_force
from stoa.forum.models import Post, Writing
from stoa.forum.rules import Pace, pace, pace_of
from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Refused, TooFast
from stoa.people.models import Person
from tests.cast import Cast, browser
from tests.forum.moderating import Forum


def wrote(person: Person, count: int, at: datetime | None = None) -> None:
    """So many pieces that this person wrote at one instant, by default just now."""
    number = Writing.objects.count()
    at = at or clock.now()
    Writing.objects.bulk_create(Writing(person=person, reference=f"note:{number + n}", at=at) for n in range(count))


def changed(**numbers: int) -> None:
    """Put a charter in force in which these numbers are others."""
    charter = in_force()
    assert charter is not None
    lines = [
        next((f"{name} = {value}" for name, value in numbers.items() if line.startswith(f"{name} = ")), line)
        for line in charter.text.splitlines()
    ]
    put_in_force(OPERATOR, text="\n".join(lines))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "days", "limit"),
    [
        ("author", 0, 10),
        ("author", 6, 10),
        ("author", 8, 40),
        ("associate", 8, 40),
        ("steward", 0, 120),
        ("founder", 8, 120),
    ],
)
def test_limits_rise_with_standing(who: str, days: int, limit: int) -> None:
    person = getattr(Cast(), who)
    with clock.travel(clock.now() + timedelta(days=days)):
        assert pace_of(person.pk) == Pace(limit, limit, None, held=False)
        wrote(person, limit - 1)
        assert pace(person.pk).left == 1
        wrote(person, 1)
        with pytest.raises(TooFast, match=f"You have written {limit} times within an hour") as caught:
            pace(person.pk)
        assert (caught.value.status, caught.value.code) == (429, "pace")


@pytest.mark.django_db
def test_it_goes_on_when_the_first_of_the_hour_is_an_hour_old() -> None:
    person = Cast().author
    start = clock.now()
    wrote(person, 4, start - timedelta(minutes=50))
    wrote(person, 6, start - timedelta(minutes=20))
    found = pace_of(person.pk)
    assert (found.left, found.again) == (0, start + timedelta(minutes=10))
    with clock.travel(start + timedelta(minutes=11)):
        assert pace(person.pk).left == 4


@pytest.mark.django_db
def test_the_numbers_are_the_charters_and_have_defaults_under_an_older_one() -> None:
    person = Cast().author
    changed(posts_per_hour_of_new_accounts=3)
    assert pace_of(person.pk).limit == 3
    charter = in_force()
    assert charter is not None
    older = "\n".join(line for line in charter.text.splitlines() if "posts" not in line.partition("=")[0])
    put_in_force(OPERATOR, text=older)
    assert pace_of(person.pk) == Pace(10, 10, None, held=False)


@pytest.mark.django_db
def test_nobody_but_people_has_a_pace() -> None:
    Cast()
    for person_id in (None, "nobody"):
        with pytest.raises(Refused, match="Only people write here"):
            pace(person_id)


@pytest.mark.django_db
def test_who_writes_too_fast_is_told_when_it_goes_on_and_keeps_the_text() -> None:
    forum = Forum()
    post = forum.post(forum.author)
    wrote(forum.member, 10)
    answer = browser(forum.member).post(f"/forum/about/round:{forum.place.pk}", {"body": "My long thoughts."})
    shown = answer.content.decode()
    assert (answer.status_code, Post.objects.count()) == (429, 1)
    assert "You can write again at" in shown
    assert "My long thoughts." in shown
    assert post.reference == "post:" + str(post.pk)


@pytest.mark.slow
def test_two_processes_do_not_both_take_the_last_place(cloned_db: str) -> None:
    person = Cast().author
    wrote(person, 9)

    def write(number: int) -> bool:
        try:
            with transaction.atomic():
                pace(person.pk)
                Writing.objects.create(person=person, reference=f"statement:{number}")
        except TooFast:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(write, range(4))) == [False, False, False, True]
    assert Writing.objects.filter(person=person).count() == 10

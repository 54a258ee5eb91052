"""Naming people: by their name as typed, kept as an id, shown by the name of today."""

from __future__ import annotations

import pytest

from stoa.forum import acts
from stoa.forum.models import Mention
from stoa.forum.queries.mentions import (
    as_markdown,
    in_names,
    mentioned,
    people_to_name,
    with_ids,
    with_names,
    with_names_of_today,
)
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Invalid
from stoa.kit.markdown import render
from stoa.methods.names import sort_key
from stoa.people import acts as people
from stoa.people.models import Person
from tests.cast import Cast
from tests.stage import acting, begin

pytestmark = pytest.mark.django_db


def admit(name: str) -> Person:
    return people.admit(OPERATOR, name=name, email=None)


@pytest.fixture
def ada() -> Person:
    begin()
    return admit("Ada Lovelace")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("@Ada Lovelace", "@[ADA]"),
        ("Thanks, @ada lovelace!", "Thanks, @[ADA]!"),
        ("(@Ada Lovelace’s) and @Ada Lovelace and all", "(@[ADA]’s) and @[ADA] and all"),
        ("**@Ada Lovelace**", "**@[ADA]**"),
        ("@Ada", "@Ada"),
        ("@Ada Lovelacey", "@Ada Lovelacey"),
        ("mail@Ada Lovelace", "mail@Ada Lovelace"),
        ("`@Ada Lovelace`", "`@Ada Lovelace`"),
        ("```\n@Ada Lovelace\n```\n@Ada Lovelace", "```\n@Ada Lovelace\n```\n@[ADA]"),
        ("@Nobody Known", "@Nobody Known"),
        ("@@@ @ @\n@", "@@@ @ @\n@"),
        ("@Áda Lovelace", "@[ADA]"),
    ],
)
def test_a_name_becomes_an_id_and_a_name_again(ada: Person, typed: str, kept: str) -> None:
    kept = kept.replace("ADA", ada.pk)
    assert with_ids(typed) == kept
    assert sort_key(with_names(kept)) == sort_key(typed)


def test_the_longest_name_is_meant(ada: Person) -> None:
    short = admit("Ada")
    assert with_ids("@Ada Lovelace, @Ada, @Ada L.") == f"@[{ada.pk}], @[{short.pk}], @[{short.pk}] L."


def test_a_name_that_two_people_have_names_neither_until_one_is_chosen(ada: Person) -> None:
    other = admit("Ada Lovelace")
    assert with_ids("@Ada Lovelace") == "@Ada Lovelace"
    assert sorted(people_to_name("ada")) == sorted([("Ada Lovelace", f"[{ada.pk}]"), ("Ada Lovelace", f"[{other.pk}]")])
    assert with_names(f"@[{ada.pk}]") == f"@[{ada.pk}]"
    assert list(mentioned(f"@[{ada.pk}]")) == [ada]


def test_the_page_links_the_name_of_today_and_nothing_of_who_left(ada: Person) -> None:
    page = render(as_markdown(f"Ask @[{ada.pk}]"))
    assert ada.name not in page
    assert with_names_of_today([page]) == [f'<p>Ask <a href="/people/{ada.pk}" class="mention">@Ada Lovelace</a></p>\n']
    people.edit_profile(acting(ada), person=ada, name='<b>Ada</b> "King"')
    assert "@&lt;b&gt;Ada&lt;/b&gt; &quot;King&quot;</a>" in with_names_of_today([page])[0]
    people.erase(acting(ada), person=ada)
    assert with_names_of_today([page]) == ["<p>Ask former member</p>\n"]
    assert in_names([f"Ask @[{ada.pk}]"]) == ["Ask @former member"]


def test_nobody_can_be_made_to_stand_inside_an_attribute(ada: Person) -> None:
    hostile = f'[x](https://e.org "<a href=\\"/people/{ada.pk}\\">@{ada.pk}</a>") [y](/z "@[{ada.pk}]")'
    (page,) = with_names_of_today([render(as_markdown(hostile))])
    assert "mention" not in page
    assert ada.name not in page


def test_people_without_a_role_cannot_be_named(ada: Person) -> None:
    Person.objects.create(name="Secret Applicant")
    assert with_ids("@Secret Applicant") == "@Secret Applicant"
    assert people_to_name("secret") == []


def test_completion_finds_beginnings_of_the_name_and_of_its_words(ada: Person) -> None:
    admit("Lovis Corinth")
    assert people_to_name("lov") == [("Lovis Corinth", "Lovis Corinth"), ("Ada Lovelace", "Ada Lovelace")]
    assert people_to_name("") == people_to_name("\0") == people_to_name("zz%_") == []


def test_mentions_follow_the_text(ada: Person) -> None:
    cast = Cast()
    about = cast.question(cast.round(), "What leaks?", cost=1).reference
    post = acts.write_post(acting(cast.member), about=about, body="@Ada Lovelace and @Steward, look.")
    assert set(Mention.objects.values_list("person", flat=True)) == {ada.pk, cast.steward.pk}
    acts.edit_post(acting(cast.member), post=post, body="@Steward and @Founder, look.", version=1)
    assert set(Mention.objects.values_list("person", flat=True)) == {cast.founder.pk, cast.steward.pk}


def test_a_post_names_twenty_people_at_most(ada: Person) -> None:
    cast = Cast()
    about = cast.question(cast.round(), "What leaks?", cost=1).reference
    cast.admit(20)
    body = " ".join(f"@{member.name}" for member in cast.members[:21])
    with pytest.raises(Invalid) as fault:
        acts.write_post(acting(cast.member), about=about, body=body)
    assert fault.value.field == "body"


def test_ten_thousand_signs_cost_a_few_queries(ada: Person, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(1):  # type: ignore[operator]
        with_ids("@a " * 6_000)

"""The search page: everything public, nothing else, the same for everybody, whatever is typed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from stoa.agenda import acts as agenda
from stoa.charter.acts import declare, describe_community, publish_policy
from stoa.kit import search
from stoa.kit.act import OPERATOR
from stoa.kit.models import Document
from stoa.people import acts as people
from stoa.site.views.search import plural
from tests.cast import Cast, browser, settle
from tests.stage import acting

pytestmark = pytest.mark.django_db


def titles(client: Client, words: str, **more: str) -> list[str]:
    """What the page lists, in its order."""
    page = client.get("/search", {"q": words, **more}).content.decode()
    return [
        re.sub(r"</?mark>", "", title) for title in re.findall(r'<li><a class="title" href="[^"]*">(.*?)</a>', page)
    ]


def test_questions_rounds_people_and_organisations_are_found(cast: Cast, client: Client) -> None:
    round_ = cast.round()
    agenda.propose_question(
        acting(cast.author), round=round_, title="Do watermarks survive?", body="After *paraphrase*."
    )
    people.add_organisation(OPERATOR, name="Watermark Institute", ror="05x2bcf33")
    assert sorted(titles(client, "watermark")) == ["Do watermarks survive?", "Watermark Institute"]
    assert titles(client, "paraphrased") == ["Do watermarks survive?"]
    assert titles(client, "work 2027") == [round_.title]
    assert titles(client, "member-3", kind="person") == ["member-3"]
    assert titles(client, "watermark", kind="question") == ["Do watermarks survive?"]


def test_the_charter_policies_and_declarations_are_found(cast: Cast, client: Client) -> None:
    publish_policy(OPERATOR, kind="conduct", text="Be kind to each other, unconditionally.")
    declare(OPERATOR, kind="compute", none=False, text="Ten thousand hours of accelerators", giver="Ada")
    describe_community(OPERATOR, name="Grove", summary="A community of arborists.")
    assert titles(client, "scrutineer attest") == ["version 1 of the charter"]
    assert titles(client, "unconditional") == ["code of conduct"]
    assert [title.partition(" ")[0] for title in titles(client, "accelerators")] == ["declaration"]
    assert titles(client, "arborist") == ["Grove"]


def test_what_was_withdrawn_changed_or_erased_is_not_found(cast: Cast, client: Client) -> None:
    round_ = cast.round()
    author = acting(cast.author)
    withdrawn = agenda.propose_question(author, round=round_, title="Zebra", body="")
    agenda.withdraw_question(author, question=withdrawn)
    edited = agenda.propose_question(author, round=round_, title="Yak", body="")
    agenda.edit_question(author, question=edited, title="Xerus", body="", version=1)
    agenda.propose_question(acting(cast.member), round=round_, title="Walrus", body="", signed=False)
    assert (titles(client, "zebra"), titles(client, "yak"), titles(client, "xerus")) == ([], [], ["Xerus"])
    assert titles(client, "walrus") == ["Walrus"]
    people.edit_profile(acting(cast.member), person=cast.member, name="Vera Vole")
    assert titles(client, "vole") == ["Vera Vole"]
    people.erase(acting(cast.member), person=cast.member)
    assert (titles(client, "walrus"), titles(client, "vole")) == ([], [])


def test_people_without_a_role_are_not_found(cast: Cast, client: Client) -> None:
    assert titles(client, "stranger") == []
    people.edit_profile(acting(cast.stranger), person=cast.stranger, name="Strange Person")
    assert titles(client, "strange") == []
    people.end_role(OPERATOR, person=cast.author, role="member")
    assert titles(client, cast.author.name, kind="person") == []


def test_an_upgraded_server_finds_what_was_there_before(cast: Cast, client: Client) -> None:
    round_ = cast.round()
    agenda.propose_question(acting(cast.author), round=round_, title="Zebra", body="")
    withdrawn = agenda.propose_question(acting(cast.author), round=round_, title="Zebra withdrawn", body="")
    agenda.withdraw_question(acting(cast.author), question=withdrawn)
    before = sorted(Document.objects.values_list("reference", "title", "text", "language"))
    Document.objects.all().delete()
    search.rebuild_missing()
    assert sorted(Document.objects.values_list("reference", "title", "text", "language")) == before
    assert titles(client, "zebra") == ["Zebra"]


def test_everybody_finds_the_same(cast: Cast, client: Client) -> None:
    agenda.propose_question(acting(cast.author), round=cast.round(), title="Zebra", body="", signed=False)
    for who in (cast.visitor, cast.author, cast.steward, cast.stranger):
        assert titles(browser(who), "zebra") == ["Zebra"]
        assert titles(browser(who), cast.author.name, kind="person") == [cast.author.name]


def test_an_entry_is_found_by_its_number(cast: Cast, client: Client) -> None:
    settle()
    for words in ("3", "#3", "Entry 3"):
        assert '<a href="/record/entry/3">entry 3</a>' in client.get("/search", {"q": words}).content.decode()
    assert "/record/entry/99999" not in client.get("/search", {"q": "99999"}).content.decode()


@pytest.mark.parametrize("words", ["-", '"', "&|!", "-zebra", "x" * 201, "word " * 2_000, "\0 \0 -"])
def test_a_query_that_asks_nothing_gets_a_sentence(client: Client, cast: Cast, words: str) -> None:
    answer = client.get("/search", {"q": words})
    assert answer.status_code == 422
    assert 'id="fault"' in answer.content.decode()


def test_an_empty_page_says_how_to_ask_and_no_result_what_to_try(client: Client, cast: Cast) -> None:
    assert "Everything public here can be found" in client.get("/search").content.decode()
    page = client.get("/search", {"q": "zebra", "kind": "question", "page": "-7"}).content.decode()
    assert "Nothing was found." in page
    assert '<a href="?q=zebra">search everything</a>' in page


def test_search_programs_are_asked_to_stay_away(client: Client, cast: Cast) -> None:
    assert client.get("/search")["X-Robots-Tag"] == "noindex"
    assert "Disallow: /search" in client.get("/robots.txt").content.decode()


def test_results_are_paged_by_links(client: Client, cast: Cast) -> None:
    for number in range(45):
        people.add_organisation(OPERATOR, name=f"Zebra {number}")
    page = client.get("/search", {"q": "zebra", "page": "2"}).content.decode()
    assert page.count('<li><a class="title"') == 20
    assert 'href="?q=zebra&amp;page=3" rel="next"' in page
    assert 'href="?q=zebra" rel="prev"' in page


def test_the_number_of_queries_does_not_grow(client: Client, cast: Cast, django_assert_max_num_queries: Any) -> None:
    for number in range(15):
        people.add_organisation(OPERATOR, name=f"Zebra {number}")
    with django_assert_max_num_queries(8):
        client.get("/search", {"q": "zebra"})


def test_programs_search_too(client: Client, cast: Cast) -> None:
    agenda.propose_question(acting(cast.author), round=cast.round(), title="Zebra & <yak>", body="Stripes.")
    found = client.get("/api/v1/search", {"q": "zebra"}).json()
    (item,) = found.pop("items")
    assert found == {"total": 1, "capped": False, "page": 1, "pages": 1, "kinds": {"question": 1}}
    assert (item["kind"], item["title"], item["excerpt"]) == ("question", "Zebra & <yak>", "Stripes.")
    assert client.get("/api/v1/search", {"q": "-"}).status_code == 422
    assert client.get("/api/v1/search", {"q": "a", "page": "0"}).status_code == 422


def test_what_is_found_is_counted_in_plain_plurals() -> None:
    names = {kind: plural(kind) for kind, _ in search.kinds()}
    assert [name for name in names.values() if re.search(r"[^aeiou]ys$", name)] == []
    assert (names["study"], names["person"], names["question"]) == ("Studies", "People", "Questions")

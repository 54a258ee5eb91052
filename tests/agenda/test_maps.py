"""The opinion map: when it is drawn, what it shows to whom, what it never shows, and what other pages say of it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from stoa.agenda import acts
from stoa.agenda.models import AGREE, DISAGREE, PublishedMap, Round, Statement
from stoa.agenda.queries.maps import OpinionMap, opinion_map
from stoa.agenda.tasks import advance, draw_maps
from stoa.kit import clock
from stoa.kit.act import CLOCK, OPERATOR
from stoa.kit.faults import Closed, Refused
from stoa.methods import polis
from tests.agenda.discussing import after_the_close, in_discussion, state
from tests.agenda.mapped import STATEMENTS, give, later, opinionated
from tests.stage import Stage, acting, approve, at

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def stage() -> Stage:
    return Stage()


def drawn(round: Round) -> OpinionMap:
    found = opinion_map(round)
    assert found is not None
    return found


def body(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_two_camps_and_what_they_share_are_on_the_map(stage: Stage) -> None:
    round, statements = opinionated(stage)
    draw_maps()
    found = drawn(round)
    assert len(found.groups) == 2
    dividing = {line.statement.pk for line in found.dividing}
    assert dividing <= {s.pk for s in statements[: STATEMENTS // 2]}
    assert len(dividing) >= STATEMENTS // 4  # counts are rounded from secret offsets, which may hide some of them
    assert {line.statement.pk for line in found.shared} <= {s.pk for s in statements[STATEMENTS // 2 :]}
    assert found.shared


def test_the_page_shows_the_map_and_says_it_in_words(stage: Stage, client: Client) -> None:
    round, _ = opinionated(stage)
    draw_maps()
    page = body(client, f"/agenda/{round.slug}/map")
    assert "people answered. 2 groups of them answer alike." in page
    assert 'class="opinions"' in page
    assert "You are here" not in page
    assert "% agree" in page
    assert "style=" not in page
    assert len(page) < 100_000


def test_the_files_are_pictures_and_tables(stage: Stage, client: Client) -> None:
    round, _ = opinionated(stage)
    draw_maps()
    for name in ("map", "shared", "dividing"):
        picture = client.get(f"/agenda/{round.slug}/map/{name}.svg")
        assert ET.fromstring(picture.content).tag.endswith("svg")
        assert picture["Content-Disposition"].startswith("attachment")
        assert client.get(f"/agenda/{round.slug}/map/{name}.csv").content.count(b"\n") > 1
    assert client.get(f"/agenda/{round.slug}/map?as=csv").getvalue().count(b"\n") == STATEMENTS + 1
    assert client.get(f"/agenda/{round.slug}/map/else.svg").status_code == 404
    assert client.get(f"/agenda/{round.slug}/map/map.png").status_code == 404


def test_without_a_map_the_page_says_when_there_will_be_one(stage: Stage, client: Client) -> None:
    stage.admit(2)
    round = in_discussion(stage)
    page = body(client, f"/agenda/{round.slug}/map")
    assert "There is no map yet." in page
    assert client.get(f"/agenda/{round.slug}/map/map.svg").status_code == 404
    assert client.get(f"/agenda/{stage.round('2029').slug}/map").status_code == 404


def test_where_there_are_no_groups_the_page_says_so(stage: Stage, client: Client) -> None:
    stage.admit(16)
    round = in_discussion(stage)
    statements = [state(round, f"Claim {n}.", stage.members[n]) for n in range(8)]
    for place, person in enumerate(stage.members):
        give(round, person, {s: AGREE if (place * 5 + n * 3) % 7 else DISAGREE for n, s in enumerate(statements)})
    draw_maps()
    assert drawn(round).groups == []
    assert "There are no clear groups" in body(client, f"/agenda/{round.slug}/map")


def test_fourteen_people_have_no_map_and_the_fifteenth_brings_it(stage: Stage) -> None:
    round, statements = opinionated(stage, people=14)
    draw_maps()
    assert opinion_map(round) is None
    [last] = stage.admit(1)
    give(round, last, {statements[0]: AGREE})
    draw_maps()
    assert drawn(round).published.people == 15


def test_the_map_stays_until_an_hour_has_passed_and_five_people_have_changed_answers(stage: Stage) -> None:
    round, statements = opinionated(stage)
    draw_maps()
    first = drawn(round).published
    for count in range(4):
        give(round, stage.members[count], {statements[count]: DISAGREE})
    with later(120):
        assert drawn(round).published.at == first.at
        give(round, stage.members[4], {statements[0]: DISAGREE})
    with later(30):
        assert drawn(round).published.at == first.at
    with later(121):
        assert drawn(round).published.at > first.at


def test_one_change_moves_nothing_that_anybody_can_see(stage: Stage, client: Client) -> None:
    round, statements = opinionated(stage)
    draw_maps()
    addresses = [f"/agenda/{round.slug}/map{rest}" for rest in ("", "?as=csv", "/map.svg", "/map.csv", "/shared.csv")]
    addresses += [f"/agenda/{round.slug}", f"/agenda/{round.slug}/map/dividing.csv"]
    client.get(addresses[0])
    before = [client.get(address).getvalue() for address in addresses]
    give(round, stage.members[3], dict.fromkeys(statements, AGREE))
    with later(180):
        assert [client.get(address).getvalue() for address in addresses] == before


def test_a_map_drawn_anew_from_the_same_answers_is_the_same(stage: Stage) -> None:
    round, statements = opinionated(stage)
    draw_maps()
    first = drawn(round).data
    for person in stage.members[:5]:
        given = {statements[0]: DISAGREE}
        kept = dict(person_answers(round, person.pk))
        give(round, person, given)
        give(round, person, {s: kept[s.pk] for s in given})
    with later(61):
        assert drawn(round).data == first


def person_answers(round: Round, person_id: str) -> list[tuple[int, int]]:
    from stoa.agenda.queries.answers import answers_of

    return list(answers_of(round, person_id).values_list("statement_id", "value"))


def test_what_is_published_is_rounded_and_tells_of_no_person(stage: Stage) -> None:
    round, _ = opinionated(stage)
    draw_maps()
    data = drawn(round).data
    assert all(n % 5 == 0 for each in data["statements"] for row in each["counts"] if row for n in row)
    assert data["people"] % 5 == 0
    assert len(data["dots"]) <= 24 // 3
    written = json.dumps(data)
    assert all(person.pk not in written for person in stage.members)
    assert drawn(round).published.secret not in written


def test_where_one_lies_is_shown_to_oneself_alone_after_ten_answers(stage: Stage, client: Client) -> None:
    round, statements = opinionated(stage)
    draw_maps()
    [new] = stage.admit(1)
    address = f"/agenda/{round.slug}/map"
    client.force_login(new)
    give(round, new, dict.fromkeys(statements[:7], AGREE))
    page = body(client, address)
    assert "after 3 more answers of yours" in page
    assert 'class="opinions"' not in page
    assert "after 3 more answers" in body(client, f"/agenda/{round.slug}")
    give(round, new, dict.fromkeys(statements, AGREE))
    assert "You are here; only you see this." in body(client, address)
    assert b"You are here" not in client.get(f"{address}/map.svg").content
    client.force_login(stage.members[0])
    assert body(client, address).count("You are here") == 1


def test_a_removed_statement_leaves_the_map(stage: Stage, client: Client) -> None:
    round, statements = opinionated(stage)
    draw_maps()
    Statement.objects.filter(pk=statements[0].pk).update(state=Statement.State.REMOVED)
    assert statements[0].body not in body(client, f"/agenda/{round.slug}/map")


def test_only_the_clock_draws_maps_and_only_when_due(stage: Stage) -> None:
    round, _ = opinionated(stage)
    with pytest.raises(Refused):
        acts.publish_map(acting(stage.steward), round=round)
    assert not PublishedMap.objects.exists()
    acts.publish_map(CLOCK, round=round)
    with pytest.raises(Closed):
        acts.publish_map(CLOCK, round=round)


def test_the_round_says_what_was_found(stage: Stage, client: Client) -> None:
    round, _ = opinionated(stage)
    draw_maps()
    page = body(client, f"/agenda/{round.slug}")
    assert "Where people agree and differ" in page
    assert f'href="/agenda/{round.slug}/map"' in page


def test_a_map_costs_the_same_number_of_queries_whatever_is_on_it(
    stage: Stage, client: Client, django_assert_max_num_queries: object
) -> None:
    round, _ = opinionated(stage)
    draw_maps()
    client.get(f"/agenda/{round.slug}/map")
    with django_assert_max_num_queries(14):  # type: ignore[operator]  # pytest-django gives it no type
        client.get(f"/agenda/{round.slug}/map")


def test_the_vote_and_the_result_say_what_the_discussion_found(stage: Stage, client: Client) -> None:
    round, _ = opinionated(stage)
    leaks, rests = (stage.question(round, title, cost=10, hours=20) for title in ("What leaks?", "What rests?"))
    draw_maps()
    divides = drawn(round).dividing[0].statement
    Statement.objects.filter(pk=divides.pk).update(question=leaks)
    with at(round.vote_opens):
        advance()
        voting = Round.objects.get(pk=round.pk)
        client.force_login(stage.members[0])
        page = body(client, f"/agenda/{round.slug}/vote")
        assert page.count("What the discussion said") == 1
        assert divides.body in page
        approve(stage.members, voting, [leaks])
        approve(stage.members[:12], voting, [leaks, rests])
    with at(round.vote_closes):
        advance()
    with clock.travel(round.vote_closes + timedelta(days=3)):
        advance()
        page = body(client, f"/agenda/{round.slug}/result")
    assert "What came of the discussion" in page
    assert f'Divides people:</b> <a href="{divides.get_absolute_url()}"' in page


def test_after_the_close_the_map_stays(stage: Stage, client: Client) -> None:
    round, _ = opinionated(stage)
    stage.question(round, "What leaks?", cost=10, hours=20)
    draw_maps()
    before = drawn(round).data
    with after_the_close(round, days=3) as closed, clock.travel(clock.now() + timedelta(hours=2)):
        draw_maps()
        assert drawn(closed).data == before
        assert "opinions" in body(client, f"/agenda/{round.slug}/map")


POLIS = Path(__file__).parents[3] / "shared" / "data" / "deliberation" / "polis-opendata"


@pytest.mark.parametrize("path", sorted(POLIS.iterdir()), ids=lambda path: path.name)
def test_a_real_conversation_shows_its_map(stage: Stage, client: Client, path: Path) -> None:
    conversation = polis.read(path)
    round = in_discussion(stage)
    acts.import_answers(OPERATOR, round=round, conversation=conversation, digest="0" * 64)
    draw_maps()
    page = body(client, f"/agenda/{round.slug}/map")
    assert 'class="opinions"' in page
    clear = {"15-per-hour-seattle", "bowling-green", "nz-freshwater", "vtaiwan-uberx"}
    assert ("2 groups of them answer alike" in page) == (path.name in clear)
    assert ("There are no clear groups" in page) == (path.name not in clear)
    assert len(page) < 120_000

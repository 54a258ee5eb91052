"""The sample's content: what it names exists, statements are short and unlike, and the answers part people into clear groups."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest

from stoa.agenda.models import MOST_STATEMENT, Statement
from stoa.cli.sample import content
from stoa.cli.sample.discussion import Discussion
from stoa.cli.sample.world import World
from stoa.forum.words.reasons import REASONS
from stoa.methods.opinion_map import find_map
from stoa.methods.similarity import LIKELY_THE_SAME, likeness, shingles

pytestmark = pytest.mark.slow

ROUNDS = {"2026": 18, "2027": 22, "2028": 18}


def test_there_are_fifty_eight_questions_in_three_rounds_none_twice() -> None:
    asked = [question for key in ROUNDS for question in content.questions(key)]
    assert Counter(question.round for question in asked) == ROUNDS
    assert max(Counter(question.key for question in asked).values()) == 1
    assert max(Counter(question.title for question in asked).values()) == 1
    assert max(len(question.title) for question in asked) <= 110


def test_there_are_150_short_statements_about_questions_of_2028_and_none_says_what_another_does() -> None:
    claims = content.claims()
    assert len(claims) == 150
    assert [claim.text for claim in claims if len(claim.text) > MOST_STATEMENT] == []
    assert {claim.about for claim in claims} == {question.key for question in content.questions("2028")}
    words = [(claim.text, shingles(claim.text)) for claim in claims]
    same = [(a, b) for (a, one), (b, other) in combinations(words, 2) if likeness(one, other) >= LIKELY_THE_SAME]
    assert same == []


def test_threads_are_about_what_exists_by_people_who_exist_and_go_forward_in_time() -> None:
    questions = {f"question:{q.key}" for key in ROUNDS for q in content.questions(key)}
    statements = {f"statement:{claim.key}" for claim in content.claims() if claim.key}
    known = questions | statements | {f"round:{key}" for key in ROUNDS}
    joined = {someone.name: someone.joined for someone in content.everybody()}
    for talk in content.talks():
        assert talk.on in known or talk.on.startswith("entry:"), talk.on
        days = [said.day for said in talk.posts]
        assert days == sorted(days), talk.on
        assert [said.by for said in talk.posts if joined[said.by] >= said.day] == [], talk.on
        assert [n for n, said in enumerate(talk.posts, start=1) if (said.answers or 0) >= n] == [], talk.on


def test_threads_show_an_edit_a_removal_for_a_reason_of_the_list_and_an_appeal_that_another_decides() -> None:
    said = [said for talk in content.talks() for said in talk.posts]
    assert [one.edit["before"].strip() == one.text for one in said if one.edit] == [False, False]
    (removal,) = [one.removal for one in said if one.removal]
    assert removal["reason"] in REASONS
    assert removal["by"] != removal["appeal"]["by"]


def test_everybody_answers_20_to_120_statements_that_were_there_by_then() -> None:
    discussion = staged()
    days = {discussion.world.claimed[claim.text].pk: day for day, claim in discussion.claims}
    given = [list(discussion.answers(place)) for _, place in discussion.positions]
    assert len(given) == 298
    assert all(20 <= len(row) <= 120 for row in given)
    assert all(len({statement for statement, _, _ in row}) == len(row) for row in given)
    early = [one for row in given for one in row if discussion.world.instant(days[one[0]]) >= one[2]]
    assert early == []
    shares = Counter(value for row in given for _, value, _ in row)
    total = shares.total()
    assert 0.1 < shares[0] / total < 0.25
    assert 0.2 < shares[-1] / total < 0.4


def test_the_answers_show_three_clear_and_stable_groups_and_what_all_of_them_share() -> None:
    discussion = staged()
    rows = [
        (person, statement, value)
        for person, (_, place) in enumerate(discussion.positions)
        for statement, value, _ in discussion.answers(place)
    ]
    people, statements, values = zip(*rows, strict=True)
    found = find_map(people, statements, values, people=298, statements=150, seed=bytes(32))
    assert len(found.groups) == 3
    assert min(len(group.members) for group in found.groups) >= 60
    assert found.stability >= 0.7
    assert 0.3 <= found.clearness <= 0.55
    assert len(found.shared) >= 5
    assert len(found.dividing) >= 5


def staged() -> Discussion:
    """The discussion with its statements numbered from 0 in their order, as if they had been proposed."""
    world = World()
    world.claimed = {claim.text: Statement(pk=place) for place, claim in enumerate(content.claims())}
    return Discussion(world, "2028")

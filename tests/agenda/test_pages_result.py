"""The result's page: what was chosen and why, what a majority wanted, files; ballots kept closed; rounds from a file."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client

from stoa.agenda.acts.importing import import_votes
from stoa.agenda.models import Decision, Question, Round
from stoa.agenda.queries.results import Outcome
from stoa.agenda.tasks import advance
from stoa.ballots.acts import attest
from stoa.kit.act import OPERATOR
from stoa.methods import pabulib
from tests.cast import Cast, browser, settle
from tests.scenes import Scene
from tests.stage import acting, approve, at

pytestmark = pytest.mark.django_db
FILE = """META
key;value
description;A small town
num_projects;3
num_votes;3
budget;100
vote_type;approval
currency;EUR
PROJECTS
project_id;cost;name;votes
p1;60.50;Trees <i>and</i> shade;2
p2;30;Benches;2
p3;90;A bridge;1
VOTES
voter_id;vote
1;p1,p2
2;p1
3;p2,p3
"""


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


class Decided(Scene):
    """A round in which 30 voted: two thirds for two large questions, a third for one small one."""

    voters = 30

    def set(self) -> None:
        voters = self.voters
        self.cast = Cast()
        self.cast.admit(voters - len(self.cast.members))
        self.round: Round = self.cast.round()
        author = self.cast.author
        self.large = self.cast.question(self.round, "Large <b>one</b>?", cost=40, hours=60, by=author)
        self.second = self.cast.question(self.round, "Large two?", cost=40, by=author)
        self.small = self.cast.question(self.round, "Small?", cost=20, by=self.cast.member)
        with at(self.round.vote_opens):
            advance()
            self.round.refresh_from_db()
            many = voters * 2 // 3
            approve(self.cast.members[:many], self.round, [self.large, self.second])
            approve(self.cast.members[many:], self.round, [self.small])
        with at(self.round.vote_closes):
            advance()
        with at(self.round.vote_closes + timedelta(hours=25)):
            advance()
        self.round.refresh_from_db()


class DecidedByFew(Decided):
    """The same, by too few to publish their ballots."""

    voters = 6


@pytest.fixture
def decided() -> Decided:
    made = Decided()
    settle()
    return made


def file(name: str, client: Client | None = None) -> bytes:
    answer = (client or browser()).get(f"/agenda/2027/result/{name}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="2027-{name}"'
    return answer.content


def test_the_page_says_what_was_chosen_and_what_a_majority_wanted(decided: Decided) -> None:
    page = text(browser().get("/agenda/2027/result"))
    assert (
        "2 of 3 questions are on the agenda. Together they take 60 hours of the 60 hours that people offered." in page
    )
    assert "Who backs each question" in page
    assert "paid by its supporters" in page
    assert "20 of 30" in page
    assert "10 of 30" in page


def test_the_proof_is_told_with_its_numbers(decided: Decided) -> None:
    page = text(browser().get("/agenda/2027/result"))
    assert "each of the 30 voters had 2.00 hours to spend" in page
    assert "2 were bought in this way" in page
    assert "<b>It found none.</b>" in page
    assert "stoa verify http://testserver" in page


def test_groups_are_named_by_the_question_that_marks_them_most(decided: Decided) -> None:
    decision = Decision.objects.get(round=decided.round)
    marks = [(20, decided.large), (10, decided.small)]
    clusters = [{"size": size, "most": [question.reference], "paid": {}} for size, question in marks]
    backing = {decided.large.reference: [20, 0], decided.second.reference: [20, 0], decided.small.reference: [0, 10]}
    decision.explanation = {**(decision.explanation or {}), "clusters": clusters, "backing": backing}
    decision.save()
    page = text(browser().get("/agenda/2027/result"))
    assert "“Large &lt;b&gt;one&lt;/b&gt;?”: 20 voters" in page
    assert "“Small?”: 10 voters" in page
    assert (
        file("picture.csv").decode().startswith("Question,“Large <b>one</b>?”: 20 voters,“Small?”: 10 voters,Backing")
    )


@pytest.mark.parametrize(
    ("marks", "names"),
    [
        ([["one"], ["one", "two"]], ["“Large one?”", "“Second?”"]),
        ([["one"], ["one"], []], ["“Large one?”", "Others", "Others"]),
        ([["long"], ["word"]], ["“" + "So many words " * 4 + "So…”", "“" + "x" * 60 + "…”"]),
    ],
)
def test_no_two_groups_have_the_name_of_one_question(marks: list[list[str]], names: list[str]) -> None:
    titles = {"one": "Large one?", "two": "Second?", "long": "So many words " * 8, "word": "x" * 120}
    clusters = [{"size": 9, "most": most, "paid": {}} for most in marks]
    outcome = Outcome(Decision(explanation={"clusters": clusters}, result={}))
    vars(outcome)["questions"] = {key: Question(title=title) for key, title in titles.items()}
    assert [group.name for group in outcome.groups] == names


def test_titles_are_shown_as_text_also_in_the_picture(decided: Decided) -> None:
    assert "<b>one</b>" not in text(browser().get("/agenda/2027/result"))
    assert b"<b>one</b>" not in file("picture.svg")


def test_the_list_is_taken_away_as_csv_and_json(decided: Decided) -> None:
    answer = browser().get("/agenda/2027/result?as=json")
    rows = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert sorted((row["question"], row["cost"], row["approvals"], row["phase"]) for row in rows) == [
        ("Large <b>one</b>?" if _first(decided) == decided.large else "Large two?", 40, 20, "paid by its supporters"),
        ("Small?", 20, 10, "paid by its supporters"),
    ]
    assert "Nothing matches." in text(browser().get("/agenda/2027/result?q=nothing"))


def _first(decided: Decided) -> Question:
    return Question.objects.get(round=decided.round, state="chosen", cost=40)


def test_every_file_of_the_decision_can_be_taken_away(decided: Decided) -> None:
    assert decided.round.decision.result == json.loads(file("result.json"))
    assert len(json.loads(file("ballots.json"))) == 30
    assert file("ballots.pb").startswith(b"META\n")
    assert b"NUMBER VOTERS: 30" in file("ballots.cat")
    payments = list(csv.DictReader(io.StringIO(file("payments.csv").decode())))
    assert [(row["run"], row["share"], row["payment"]) for row in payments] == [("base", "2", "2"), ("base", "2", "2")]
    assert [row["Question"] for row in csv.DictReader(io.StringIO(file("picture.csv").decode()))][-1].startswith(
        "Large"
    )
    with zipfile.ZipFile(io.BytesIO(file("bundle.zip"))) as bundle:
        assert "bundle.json" in bundle.namelist()


def test_an_unknown_file_is_not_found(decided: Decided) -> None:
    assert browser().get("/agenda/2027/result/passwords.txt").status_code == 404


def test_before_the_decision_there_is_no_result() -> None:
    cast = Cast()
    cast.round()
    assert "Nothing is decided yet" in text(browser().get("/agenda/2027/result"))
    assert browser().get("/agenda/2027/result/result.json").status_code == 404


def test_of_few_ballots_only_the_outcome_is_published() -> None:
    DecidedByFew()
    settle()
    page = text(browser().get("/agenda/2027/result"))
    assert "The ballots stay closed" in page
    assert "Fewer than 20 ballots were cast" in page
    assert "No scrutineer has attested it yet." in page
    assert "Who backs each question" not in page
    assert "4 of 6" not in page
    assert "2 of 6" not in page
    for name in (
        "result.json",
        "ballots.json",
        "ballots.pb",
        "ballots.cat",
        "payments.csv",
        "picture.svg",
        "picture.csv",
    ):
        assert browser().get(f"/agenda/2027/result/{name}").status_code == 409
    assert browser().get("/agenda/2027/result/bundle.zip").status_code == 200


def test_who_attests_an_outcome_stands_on_its_page() -> None:
    decided = DecidedByFew()
    settle()
    ballot = decided.round.ballot
    assert ballot is not None
    digest = hashlib.sha256(bytes(ballot.kept_bundle)).hexdigest()
    attest(acting(decided.cast.scrutineers[0]), ballot=ballot, bundle=digest, agrees=True)
    attest(acting(decided.cast.scrutineers[1]), ballot=ballot, bundle=digest, agrees=False)
    page = text(browser().get("/agenda/2027/result"))
    assert "Scrutineer</a>: the outcome follows from the ballots" in page
    assert "the outcome does not follow from the ballots" in page


def test_a_round_from_a_file_says_so_and_counts_in_its_money() -> None:
    cast = Cast()
    round_ = cast.round()
    import_votes(OPERATOR, round=round_, election=pabulib.read(io.BytesIO(FILE.encode())), digest="ab" * 32)
    settle()
    page = text(browser().get("/agenda/2027/result"))
    assert "Taken from a file" in page
    assert "Amounts are in EUR." in page
    assert "60.50 EUR" in page
    assert "<i>and</i>" not in page
    listed = text(browser().get("/agenda/2027"))
    assert "Cost, EUR" in listed
    assert "voters and ballots are the file" in listed
    question = Question.objects.get(external_id="p1")
    alone = text(browser().get(question.get_absolute_url()))
    assert "from a file" in alone
    assert "60.50 EUR" in alone

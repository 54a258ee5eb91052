from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stoa.charter.acts import declare, describe_community, publish_policy, put_in_force
from stoa.charter.models import Declaration
from stoa.charter.text import DEFAULT, read
from stoa.kit.act import ACTS, OPERATOR
from stoa.ledger.numbers import NUMBERS
from stoa.people import acts as people
from stoa.people.models import Organisation, Person
from stoa.record.models import Entry
from tests.cast import Cast, browser, settle
from tests.stage import acting, begin

pytestmark = pytest.mark.django_db
PAGES = ("/governance", "/governance/charter", "/governance/sponsor", "/security", "/privacy", "/conduct", "/contact")
DECLARERS = ("steward", "founder", "facilitator")
OTHERS = ("visitor", "stranger", "member", "associate")


def text(answer: Any) -> str:
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def employed(person: Person, organisation: Organisation) -> None:
    people.declare_tie(
        acting(person), person=person, organisation=organisation, kind="employment", start=date(2020, 1, 1)
    )


@pytest.mark.parametrize("path", PAGES)
def test_every_page_can_be_read_before_anything_was_set_up(client: Client, path: str) -> None:
    begin()
    page = text(client.get(path))
    assert page.count("<h1") == 1
    assert "[[operator]]" not in page
    assert "Who runs and pays for this" in page


def test_what_nobody_declared_is_said_to_be_undeclared(client: Client) -> None:
    begin()
    assert text(client.get("/governance")).count("none declared") == 4
    assert text(client.get("/governance/sponsor")).count("None declared.") == 4


def test_a_declaration_supersedes_and_the_earlier_one_stays_with_its_author(client: Client) -> None:
    cast = Cast()
    declare(acting(cast.facilitator), kind="money", none=True, giver="The Sponsor")
    declare(acting(cast.facilitator), kind="money", none=False, text="1,000 francs <b>a year</b>", giver="The Sponsor")
    settle()
    page = text(client.get("/governance/sponsor"))
    first, second = Declaration.objects.order_by("pk")
    assert page.index(f'id="declaration-{second.pk}"') < page.index(f'id="declaration-{first.pk}"')
    assert "1,000 francs &lt;b&gt;a year&lt;/b&gt;" in page
    assert "<b>None</b> is given by The Sponsor." in page
    assert page.count(f'<a href="{cast.facilitator.get_absolute_url()}">Facilitator</a>, as facilitator') == 2
    assert "1,000 francs" in text(client.get("/governance"))


@pytest.mark.parametrize("who", DECLARERS)
def test_who_holds_the_power_declares_on_the_page(who: str) -> None:
    cast = Cast()
    client = browser(getattr(cast, who))
    assert "Declare it" in text(client.get("/governance/sponsor"))
    filled = {"kind": "staff", "text": "Half a post", "giver": "The Sponsor"}
    assert client.post("/governance/sponsor", filled).status_code == 302
    assert (Declaration.objects.get().kind, Declaration.objects.get().text) == ("staff", "Half a post")
    assert Entry.objects.latest("pk").role == who


@pytest.mark.parametrize("who", OTHERS)
def test_others_are_not_offered_to_declare_and_nothing_comes_of_trying(who: str) -> None:
    cast = Cast()
    client = browser(getattr(cast, who))
    assert "Declare it" not in text(client.get("/governance/sponsor"))
    answer = client.post("/governance/sponsor", {"kind": "staff", "none": "on"})
    assert answer.status_code in ({302} if who == "visitor" else {422, 403})
    assert not Declaration.objects.exists()


def test_a_declaration_that_says_nothing_comes_back_with_what_was_typed() -> None:
    cast = Cast()
    answer = browser(cast.facilitator).post(
        "/governance/sponsor", {"kind": "money", "text": " ", "giver": "The Sponsor"}
    )
    assert answer.status_code == 422
    assert "say what is given" in text(answer) or "isn’t said what is given" in text(answer).replace("&#x27;", "’")
    assert 'value="The Sponsor"' in text(answer)


def test_all_is_provisional_until_a_charter_is_ratified_and_the_founders_are_gone(client: Client) -> None:
    begin()
    founder = people.name_founder(OPERATOR, name="Ada", email=None, until=datetime(2099, 3, 1, tzinfo=UTC))
    page = text(client.get("/governance"))
    assert "All of this is provisional" in page
    assert "1 March 2099" in page
    put_in_force(OPERATOR, text=DEFAULT.read_text(), provisional=False)
    assert "All of this is provisional" in text(client.get("/governance"))
    people.end_role(acting(founder), person=founder, role="founder")
    assert "All of this is provisional" not in text(client.get("/governance"))
    assert "Ada" in text(client.get("/governance")).split("Founded by")[1][:200]


def test_members_are_counted_by_present_employer_and_those_without_are_not_forgotten(client: Client) -> None:
    begin()
    north = people.add_organisation(OPERATOR, name="North")
    sponsor = people.add_organisation(OPERATOR, name="=Sponsor", sponsor=True)
    ada, bob, eve, dan = (people.admit(OPERATOR, name=name, email=None) for name in ("Ada", "Bob", "Eve", "Dan"))
    helper = people.admit(OPERATOR, name="Helper", email=None, roles=["facilitator"])
    for person, organisation in ((ada, north), (bob, north), (bob, sponsor), (eve, sponsor), (helper, sponsor)):
        employed(person, organisation)
    people.declare_tie(acting(dan), person=dan, organisation=sponsor, kind="funding", start=date(2020, 1, 1))
    rows = json.loads(text(client.get("/governance?m-as=json&m-sort=organisation")))
    assert rows == [
        {"organisation": "=Sponsor", "members": 2, "per_cent": 50.0, "tied_to_sponsor": True},
        {"organisation": "North", "members": 2, "per_cent": 50.0, "tied_to_sponsor": False},
        {"organisation": None, "members": 1, "per_cent": 25.0, "tied_to_sponsor": False},
    ]
    table = list(csv.reader(io.StringIO(text(client.get("/governance?m-as=csv&m-sort=organisation")))))
    assert table[1] == ["'=Sponsor", "2", "50.0", "True"]
    assert "4</a>, of whom 3 are tied to the sponsor" in text(client.get("/governance"))


def test_the_table_of_powers_names_every_act_its_holders_and_its_uses(client: Client) -> None:
    cast = Cast()
    people.admit(acting(cast.steward), name="Ada", email=None)
    settle()
    rows = {row["act"]: row for row in json.loads(text(client.get("/governance/charter?as=json")))}
    assert set(rows) == set(ACTS)
    admitted = rows["people.person.admit"]
    assert admitted["holders"] == "founder, steward, operator"
    assert admitted["uses"].endswith("; steward 1")
    page = text(client.get("/governance/charter"))
    assert "Every action of the program is named by this version." in page
    assert "Take a person in with the roles given." in page
    assert "trainee" in page
    only = text(client.get("/governance/charter?role=facilitator")).split('id="powers"')[1]
    assert "charter.sponsor.declare" in only
    assert "people.person.admit" not in only


def test_an_act_that_a_version_does_not_name_is_listed_as_held_by_nobody(client: Client) -> None:
    begin()
    less = DEFAULT.read_text().replace('"people.person.admit" = ["founder", "steward", "operator"]\n', "")
    put_in_force(OPERATOR, text=less)
    held_by_nobody = text(client.get("/governance/charter")).split("Held by nobody")[1]
    assert "people.person.admit" in held_by_nobody
    assert "Every action of the program is named" in text(client.get("/governance/charter?version=1"))
    assert "Superseded" in text(client.get("/governance/charter?version=1"))


def test_each_version_can_be_taken_away_as_the_program_reads_it(client: Client) -> None:
    begin()
    answer = client.get("/governance/charter/1.toml")
    assert answer.content == DEFAULT.read_bytes()
    assert answer["Content-Disposition"] == 'attachment; filename="charter-1.toml"'
    for path in ("/governance/charter/2.toml", "/governance/charter?version=2", "/governance/charter?version=x"):
        assert client.get(path).status_code == 404


def test_without_a_charter_the_page_says_so(client: Client) -> None:
    assert client.get("/governance/charter").status_code == 404


def test_a_policy_is_shown_as_published_and_before_that_as_a_template(client: Client) -> None:
    begin()
    assert "Not published yet" in text(client.get("/privacy"))
    publish_policy(OPERATOR, kind="privacy", text="# Ours\n\nBy [[operator]]. <script>x</script>")
    describe_community(OPERATOR, operator="University North")
    page = text(client.get("/privacy"))
    assert "Not published yet" not in page
    assert "<h2>Ours</h2>" in page
    assert "By University North." in page
    assert "<script>x" not in page
    assert "Not published yet" in text(client.get("/conduct"))


def test_contacts_are_shown_as_they_were_set(client: Client) -> None:
    begin()
    assert text(client.get("/contact")).count("no address named yet") == 3
    describe_community(OPERATOR, contact="hello@community.example", security_contact="safe@community.example")
    page = text(client.get("/contact"))
    assert 'href="mailto:hello@community.example"' in page
    assert page.count("no address named yet") == 1


def test_the_record_points_at_what_governance_pages_show(client: Client) -> None:
    cast = Cast()
    declare(acting(cast.facilitator), kind="money", none=True)
    publish_policy(OPERATOR, kind="conduct", text="Be kind.")
    describe_community(OPERATOR, name="Ours")
    settle()
    page = text(client.get("/record"))
    for address in ("/conduct", "/governance", f"/governance/sponsor#declaration-{Declaration.objects.get().pk}"):
        entry = next(e for e in Entry.objects.order_by("-pk") if e.type.startswith("charter."))
        assert entry.placement is not None
        assert address in "".join(text(client.get(f"/record/entry/{p.position}")) for p in _placed())
    assert "The operator published the code of conduct." in page
    assert "declared: no money." in page


def _placed() -> list[Any]:
    return [entry.placement for entry in Entry.objects.filter(type__startswith="charter.").select_related("placement")]


@pytest.mark.parametrize("path", ["/governance", "/governance/sponsor"])
def test_pages_cost_as_many_queries_for_one_row_as_for_three(client: Client, path: str) -> None:
    begin()
    ada = people.admit(OPERATOR, name="Ada", email=None, roles=["member", "facilitator"])
    costs = []
    for name in ("North", "East", "South"):
        employed(ada, people.add_organisation(OPERATOR, name=name))
        declare(acting(ada), kind="money", none=False, text=name)
        settle()
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        costs.append(len(queries))
    assert len(set(costs)) == 1


def test_every_number_of_the_charter_has_words_and_a_unit(client: Client) -> None:
    begin()
    terms = read(DEFAULT.read_text())
    assert set(terms.limits) | set(terms.windows) <= set(NUMBERS)
    page = client.get("/governance/charter").content.decode()
    assert "<dt>Time for checking before ballots are opened</dt><dd>24 hours</dd>" in page
    assert "check_hours" not in page.lower().replace(" ", "_")

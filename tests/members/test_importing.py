"""Applications are taken in from a file by its keepers: columns are guessed, faults named by row, and one act takes the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.files import acts as files
from stoa.kit.models import Mail, Upload
from stoa.members import acts as members
from stoa.members.models import Appeal, Application, Call
from stoa.members.rules.incoming import Incoming, guess
from stoa.members.tasks import advance
from stoa.people.models import Person
from stoa.record.models import Entry
from tests.cast import Cast, browser
from tests.members.calling import FACTS, opened
from tests.members.deciding import decided, with_bar
from tests.methods.test_sheets import NOTES, PRETALX
from tests.stage import acting

pytestmark = pytest.mark.django_db
PATH = "/calls/members-2027/applications/import"
API = "/api/v1/calls/members-2027/imports"
CSV = """Ref,Full name,E-mail,Why do you apply?,Which topics?,Shoe size
a1,Ada Example,ada@example.org,Because.,privacy; Security,44
a2,Bo Example,not an address,,,
a3,Cy Example,,Why not.,Cooking,
a1,Dee Example,,,,
"""


def bring(client: Any, body: str, name: str = "applications.csv") -> Any:
    return client.post(PATH, {"file": SimpleUploadedFile(name, body.encode())})


def chosen(page: Any) -> dict[str, str]:
    """What the page's form has chosen for each column."""
    form = page.context["form"]
    return {name: form[name].value() or "" for name in form.fields if name.startswith("column")}


def test_a_keeper_brings_a_file_looks_and_takes_in_the_rows_that_can_be(cast: Cast) -> None:
    opened(cast)
    client = browser(cast.steward)
    path = bring(client, CSV).headers["Location"]
    page = client.get(path)
    assert list(chosen(page).values()) == ["id", "name", "email", "why", "topics", ""]
    looked = client.post(path, chosen(page) | {"look": "1"})
    text = looked.content.decode()
    assert "1 rows can be taken in, 3 can" in text
    for says in (
        "Row 2: “not an address” is no e-mail address.",
        "Row 3: Which topics?: ",
        "Row 4: It has the id of row 1.",
    ):
        assert says in text
    assert not Application.objects.exists()
    taken = client.post(path, chosen(page) | {"take": "1"})
    assert taken.headers["Location"] == "/calls/members-2027/applications"
    one = Application.objects.get()
    assert (one.source, one.name, one.answers) == ("a1", "Ada Example", {"why": "Because.", "topics": [0, 2]})
    assert one.person == Person.objects.get(email="ada@example.org")
    (entry,) = Entry.objects.filter(type="members.applications.imported")
    facts = json.loads(bytes(entry.body))["facts"]
    assert (facts["added"], facts["passed_over"], "Ada" in str(facts)) == (1, 0, False)
    assert (Upload.objects.count(), Mail.objects.filter(to="ada@example.org").count()) == (0, 0)


def test_the_same_file_again_changes_nothing_also_without_ids(cast: Cast) -> None:
    opened(cast)
    client = browser(cast.steward)
    for added in (2, 0):
        path = bring(client, "name,why\nAda,One\nBo,Two\n").headers["Location"]
        page = client.post(path, chosen(client.get(path)) | {"take": "1"}, follow=True)
        assert f"{added} applications are in the call; {2 - added} were there before." in page.content.decode()
    assert Application.objects.count() == 2


@pytest.mark.parametrize(("given", "name"), [(PRETALX, "Ada Example"), (NOTES, "Ada Example")])
def test_what_pretalx_and_openreview_give_out_is_mapped_by_itself(cast: Cast, given: Any, name: str) -> None:
    opened(cast)
    client = browser(cast.steward)
    path = bring(client, json.dumps(given), "export.json").headers["Location"]
    client.post(path, chosen(client.get(path)) | {"take": "1"})
    one = Application.objects.get(name=name)
    assert (one.person, one.submitted.year) == (Person.objects.get(email="ada@example.org"), 2027)


@pytest.mark.parametrize(
    ("body", "says"), [("a\n", "no columns"), ("{", "no JSON"), ("", "empty"), ("\0", "none of the files")]
)
def test_what_is_no_table_is_refused_beside_the_field(cast: Cast, body: str, says: str) -> None:
    opened(cast)
    answer = bring(browser(cast.steward), body)
    assert (answer.status_code, says in answer.content.decode()) == (422, True)


def test_a_mapping_without_a_name_or_with_one_twice_is_refused(cast: Cast) -> None:
    opened(cast)
    client = browser(cast.steward)
    path = bring(client, "id,name\n1,Ada\n").headers["Location"]
    for columns, says in (
        ({"column0": "id"}, "No column is the name"),
        ({"column0": "name", "column1": "name"}, "Two columns"),
    ):
        answer = client.post(path, columns | {"take": "1"})
        assert (answer.status_code, says in answer.content.decode()) == (422, True)
    assert not Application.objects.exists()


@pytest.mark.parametrize("who", ["member", "associate", "facilitator", "stranger", "scrutineer"])
def test_nobody_else_takes_in_and_nobody_sees_anothers_file(cast: Cast, who: str) -> None:
    opened(cast)
    keeper = browser(cast.steward)
    path = bring(keeper, CSV).headers["Location"]
    client = browser(cast.scrutineers[0] if who == "scrutineer" else getattr(cast, who))
    assert [client.get(PATH).status_code, client.get(path).status_code, bring(client, CSV).status_code] == [403] * 3
    assert browser(cast.founder).get(path).status_code == 404
    assert Upload.objects.count() == 1


def test_a_column_is_guessed_once_by_key_by_label_and_by_what_it_is_usually_called(cast: Cast) -> None:
    call = opened(cast)
    columns = ["Submission ID", "why", "Your page", "Affiliation", "Author", "Full name", "paper"]
    assert guess(columns, call) == {
        "Submission ID": "id", "why": "why", "Your page": "page", "Affiliation": "organisation", "Author": "name",
    }  # fmt: skip


def test_one_looks_and_takes_in_over_http(cast: Cast) -> None:
    opened(cast)
    file = files.send(acting(cast.steward), person=cast.steward, name="a.csv", body=CSV.encode())
    client = browser(cast.steward)

    def ask(**more: Any) -> Any:
        return client.post(API, json.dumps({"file": file.pk, **more}), "application/json")

    looked = ask().json()
    assert (looked["could_be"], looked["added"], [one["row"] for one in looked["faults"]]) == (1, 0, [2, 3, 4])
    assert (ask(look=False).json()["added"], ask(look=False).json()["passed_over"]) == (1, 1)
    assert ask(columns={"Full name": "shoe"}).status_code == 422
    assert browser(cast.member).post(API, json.dumps({"file": file.pk}), "application/json").status_code == 403


MINE = "/calls/members-2027/mine"
OWN = "/api/v1/calls/members-2027/application"


def taken_in(cast: Cast, places: int | None = 2) -> tuple[Call, list[Person]]:
    """A call that is open, and those whose applications came from a file."""
    call = opened(cast, days=1, places=places)
    incoming = [
        Incoming(
            source=name,
            name=name,
            email=f"{name}@example.net".lower(),
            organisation="Example University",
            publications="10.1000/182\n@misc{a, title = {On logs}, year = {2020}}",
            answers={"why": f"{name} has reasons.", "topics": [0]},
        )
        for name in ("Ada", "Bob")
    ]
    members.import_applications(OPERATOR, call=call, incoming=incoming, digest="0" * 64)
    return call, [Person.objects.get(email=f"{name}@example.net") for name in ("ada", "bob")]


def test_whose_application_came_from_a_file_reads_and_withdraws_it(cast: Cast) -> None:
    _, (ada, bob) = taken_in(cast)
    one, other = browser(ada), browser(bob)
    assert "You have applied." in one.get("/calls/members-2027").content.decode()
    page = one.get(MINE).content.decode()
    for words in ("Submitted", "Ada has reasons.", "taken in from a file", "Withdraw it", "Go on writing it here"):
        assert words in page, words
    assert one.get(f"{MINE}/withdraw").status_code == 200
    mine = one.get(OWN).json()
    assert (mine["version"], mine["answers"]["why"], mine["number"]) == (
        0, "Ada has reasons.", Application.objects.get(person=ada).pk,
    )  # fmt: skip
    assert one.put(OWN, {"version": 0}, content_type="application/json").status_code == 404
    assert one.post(f"{MINE}/withdraw").headers["Location"] == "/calls/members-2027"
    assert list(Application.objects.values_list("name", flat=True)) == ["Bob"]
    assert Mail.objects.filter(kind="application-withdrawn", to="ada@example.net").count() == 1
    assert one.get(MINE).status_code == 404
    assert other.delete(OWN).status_code == 204
    assert not Application.objects.exists()


def test_whose_application_came_from_a_file_learns_the_outcome_and_appeals(cast: Cast) -> None:
    call, (ada, bob) = taken_in(cast)
    with clock.travel(call.ends):
        advance()
        call = members.begin_review(acting(cast.steward), call=call)
    decided(cast, with_bar(cast, call, cast.members[:3]), {ada: 400, bob: 200})
    (letter,) = Mail.objects.filter(kind="call-decision", to="bob@example.net")
    assert MINE in letter.body
    page = browser(bob).get(MINE).content.decode()
    for words in ("Not admitted", f"Reason for {bob.pk}.", "How this call went", "Appeal</a> until"):
        assert words in page, words
    assert "Give up your place" in browser(ada).get(MINE).content.decode()
    assert browser(bob).post(f"{MINE}/appeal", {"words": "Look again."}).headers["Location"] == MINE
    assert Appeal.objects.get().decision.application.person == bob


def test_what_came_from_a_file_can_be_gone_on_with_here_and_loses_nothing(cast: Cast) -> None:
    call, (ada, _) = taken_in(cast)
    before, me = Application.objects.get(person=ada), acting(ada, second_factor=False)
    draft = members.begin_application(me, person=ada, call=call, facts=FACTS)
    assert draft.answers == {"why": "Ada has reasons.", "topics": [0]}
    members.submit(me, draft=draft)
    after = Application.objects.get(person=ada)
    kept = ("organisation", "answers", "publications")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]

"""Earlier places and advisers, which applicants tell as they like: read line by line, shown to who reads, found as conflicts."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Invalid
from stoa.members import acts as members
from stoa.members.acts.applications import content
from stoa.members.models import Application, Call, Draft
from stoa.members.queries.deciding_panel import barred_from
from stoa.members.rules.earlier import fault_of_people, fault_of_places, in_lines, people, places, stay
from stoa.members.rules.incoming import Incoming, read_rows
from stoa.members.tasks import advance
from stoa.methods.sheets import Sheet
from stoa.people import acts as persons
from stoa.people.models import Organisation, Person, Tie
from stoa.review.models import Conflict, Piece
from tests.cast import Cast, browser
from tests.members.applying import begin
from tests.members.calling import opened
from tests.members.deciding import admitted_by, seated
from tests.scenes import Scene
from tests.stage import acting

ORCID = "0000-0002-1825-0097"
CALL = "/calls/members-2027"


@pytest.mark.parametrize(
    ("line", "organisation", "days"),
    [
        ("Example University, 2022-09 – 2025-02", "Example University", ("2022-09-01", "2025-02-28")),
        ("Institute of A, B and C: 2020-2024", "Institute of A, B and C", ("2020-01-01", "2024-12-31")),
        ("Area 51 2023-01 until 2023-04", "Area 51", ("2023-01-01", "2023-04-30")),
        ("  Example   Lab; 2024 – today ", "Example Lab", ("2024-01-01", None)),
        ("Example Lab, 2024-02 -", "Example Lab", ("2024-02-01", None)),
    ],
)
def test_a_place_is_read_with_its_first_and_last_day(
    line: str, organisation: str, days: tuple[str, str | None]
) -> None:
    (place,) = places(line)
    assert (place["organisation"], stay(place), fault_of_places(line)) == (organisation, days, "")
    assert places(in_lines([place])) == [place]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("Example University", "can't be read"),
        ("Example University, 2022", "can't be read"),
        ("2022 – 2023", "can't be read"),
        ("Example University, 2022-13 – 2023", "can't be read"),
        ("1999-01 " * 600, "can't be read"),
        (f"{'x' * 201}, 2022 – 2023", "can't be read"),
        ("Example University, 2024 – 2023-12", "ends before it begins"),
        ("Example University, 2022 – 2023\n" * 21, "21 places"),
    ],
)
def test_what_is_no_place_is_told(lines: str, fault: str) -> None:
    assert fault in fault_of_places(lines)


def test_people_are_named_one_a_line() -> None:
    assert people(f"Ana  Müller\n\n {ORCID}\nAna Müller") == ["Ana Müller", ORCID]
    assert "too long a name" in fault_of_people("x" * 121)
    assert "21 people" in fault_of_people("\n".join(f"Name {n}" for n in range(21)))


class Applied(Scene):
    """A call to which Ada applied, with what she says of earlier; four members could read it."""

    def set(self) -> None:
        self.cast = Cast()
        self.cast.admit(4)
        self.readers: list[Person] = self.cast.members[-4:]
        self.call = opened(self.cast, days=1)
        self.ada = persons.admit(OPERATOR, name="Ada", email="ada@example.net", roles=[])
        self.draft = begin(self.ada, self.call)

    def submit(self, **said: str) -> Application:
        me = acting(self.ada, second_factor=False)
        draft = Draft.objects.get(pk=self.draft.pk)
        said = {"orcid": "", "publications": "", **said}
        draft = members.save_draft(me, draft=draft, version=draft.version, profile=said)
        members.submit(me, draft=draft)
        return Application.objects.get(person=self.ada)

    def begin(self) -> Call:
        with clock.travel(self.call.ends):
            advance()
            return members.begin_review(acting(self.cast.steward), call=self.call)


@pytest.fixture
def applied() -> Applied:
    return Applied()


def barred(applied: Applied) -> list[str]:
    """Which of those who could read it are in conflict with it."""
    found = barred_from(applied.call, applied.readers)
    return [reader.pk for reader in applied.readers if found[reader.pk]]


@pytest.mark.django_db
def test_who_was_where_an_applicant_was_within_three_years_does_not_read_it(applied: Applied) -> None:
    one, other, *_ = applied.readers
    now = clock.now().date()
    for reader, name in ((one, "Earlier Lab"), (other, "Old Lab")):
        house = Organisation.objects.create(name=name)
        Tie.objects.create(person=reader, organisation=house, kind="employment", start=date(2010, 1, 1))
    applied.submit()
    assert barred(applied) == []
    applied.submit(earlier=f"earlier lab, 2015 – {now.year - 1}\nOld Lab, 2012 – {now.year - 4}")
    assert barred(applied) == [one.pk]
    seated(applied.cast, applied.begin(), [one, other])
    assert set(Conflict.objects.values_list("seat__person", "kind")) == {(one.pk, "organisation")}


@pytest.mark.django_db
def test_who_advised_an_applicant_or_was_advised_by_them_does_not_read_it(applied: Applied) -> None:
    one, other, third, _ = applied.readers
    Person.objects.filter(pk=one.pk).update(name="Ana Müller")
    SocialAccount.objects.create(user=other, provider="orcid", uid=ORCID)
    applied.submit(advisers="Muller, Ana", advisees=f"https://orcid.org/{ORCID}\nNobody Here")
    assert barred(applied) == [one.pk, other.pk]
    seated(applied.cast, applied.begin(), [one, other, third])
    assert set(Conflict.objects.values_list("seat__person", "kind")) == {(one.pk, "adviser"), (other.pk, "adviser")}


@pytest.mark.django_db
def test_whoever_only_has_the_applicants_name_may_read_it(applied: Applied) -> None:
    Person.objects.filter(pk=applied.readers[0].pk).update(name="Ada")
    applied.submit()
    assert barred(applied) == []


@pytest.mark.django_db
def test_what_a_reader_said_of_earlier_when_they_applied_counts_too(applied: Applied) -> None:
    one, other, *_ = applied.readers
    Organisation.objects.create(name="Earlier Lab")
    now = clock.now().date()
    other_call = opened(applied.cast, "another")
    for reader, said in (
        (one, {"earlier": f"Earlier Lab, 2015 – {now.year}"}),
        (other, {"advisees": "Ada", "orcid": "", "publications": ""}),
    ):
        draft = begin(reader, other_call)
        me = acting(reader, second_factor=False)
        draft = members.save_draft(me, draft=draft, version=draft.version, profile={"publications": "", **said})
        members.submit(me, draft=draft)
    for sent in Application.objects.filter(call=other_call):
        admitted_by(sent)
    applied.submit(organisation="Earlier Lab")
    assert barred(applied) == [one.pk, other.pk]


@pytest.mark.django_db
def test_those_who_keep_the_call_and_reviewers_see_it_and_erasing_destroys_it(applied: Applied) -> None:
    said = {"earlier": "Earlier Lab, 2015 – 2016-03", "advisers": "Eve Adviser", "advisees": "Dan Advisee"}
    one = applied.submit(**said)
    page = browser(applied.cast.steward).get(f"{CALL}/applications/{one.pk}").content.decode()
    shown = "Earlier Lab, 2015 – 2016-03", "Eve Adviser", "Dan Advisee"
    assert [words for words in shown if words not in page] == []
    over = browser(applied.cast.steward).get(f"/api/v1{CALL}/applications/{one.pk}").json()
    assert (over["earlier"], over["advisers"], over["advisees"]) == (
        [{"organisation": "Earlier Lab", "start": "2015", "end": "2016-03"}], ["Eve Adviser"], ["Dan Advisee"],
    )  # fmt: skip
    assert content(one)["advisers"] == ["Eve Adviser"]
    applied.begin()
    text = Piece.objects.get().text
    assert [words for words in shown if words not in text] == []
    persons.erase(OPERATOR, person=applied.ada)
    assert not Application.objects.exists()
    assert list(Piece.objects.values_list("text", "authors")) == [("", [])]


@pytest.mark.django_db
def test_what_was_submitted_without_it_keeps_the_digest_that_it_had(applied: Applied) -> None:
    assert set(content(applied.submit())) == {
        "call", "name", "organisation", "ror", "post", "page", "orcid", "publications", "facts", "answers",
    }  # fmt: skip


@pytest.mark.django_db
def test_it_is_asked_on_the_page_of_who_one_is_and_a_line_that_is_none_is_told(applied: Applied) -> None:
    mine = browser(applied.ada)
    page = mine.get(f"{CALL}/apply/1").content.decode()
    for label in ("Where you were in the last three years", "Who advised you", "Whom you advised"):
        assert label in page
    form = {"version": applied.draft.version, "organisation": "", "earlier": "Earlier Lab"}
    refused = mine.post(f"{CALL}/apply/1", form)
    assert (refused.status_code, "can&#x27;t be read" in refused.content.decode()) == (422, True)
    assert mine.post(f"{CALL}/apply/1", {**form, "earlier": "Earlier Lab, 2015 – 2016"}).status_code == 302
    assert Draft.objects.get().profile["earlier"] == "Earlier Lab, 2015 – 2016"
    over: Any = mine.put(
        f"/api/v1{CALL}/application",
        json.dumps({"version": applied.draft.version + 1, "profile": {"advisers": "x" * 121}}),
        "application/json",
    )
    assert (over.status_code, over.json()["field"]) == (422, "advisers")
    with pytest.raises(Invalid, match="can't be read"):
        applied.submit(earlier="Nowhere")


@pytest.mark.django_db
def test_it_comes_from_a_file_with_several_in_a_cell(applied: Applied) -> None:
    sheet = Sheet(
        ["Name", "Previous affiliations", "Advisor", "Why"],
        [{"Name": "Cy", "Previous affiliations": "A Lab, 2015 – 2016; B Lab, 2017 –", "Advisor": "Eve; Dan", "Why": "So."}],
    )  # fmt: skip
    mapping = {"Name": "name", "Previous affiliations": "earlier", "Advisor": "advisers", "Why": "why"}
    (row,), bad = read_rows(sheet, mapping, applied.call)
    assert bad == []
    members.import_applications(OPERATOR, call=applied.call, incoming=[row], digest="0" * 64)
    one = Application.objects.get(name="Cy")
    assert ([place["organisation"] for place in one.earlier], one.advisers) == (["A Lab", "B Lab"], ["Eve", "Dan"])
    wrong = Sheet(sheet.columns, [{**sheet.rows[0], "Previous affiliations": "A Lab"}])
    assert [fault.why[:16] for fault in read_rows(wrong, mapping, applied.call)[1]] == ["Earlier places: "]


@pytest.mark.django_db
def test_who_came_from_a_file_goes_on_with_what_it_said(applied: Applied) -> None:
    earlier = "A Lab, 2015 – 2016\nB Lab, 2017 –"
    bob = Incoming(source="b", name="Bob", email="bob@example.net", earlier=earlier, advisers="Eve", advisees="Dan")
    members.import_applications(OPERATOR, call=applied.call, incoming=[bob], digest="0" * 64)
    before = Application.objects.get(name="Bob")
    draft = begin(Person.objects.get(email="bob@example.net"), applied.call)
    assert (draft.profile["earlier"], draft.profile["advisees"]) == (earlier, "Dan")
    members.submit(acting(draft.person, second_factor=False), draft=draft)
    after = Application.objects.get(name="Bob")
    assert [getattr(after, name) for name in ("earlier", "advisers", "advisees")] == [
        getattr(before, name) for name in ("earlier", "advisers", "advisees")
    ]

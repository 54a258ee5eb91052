"""Reading, bar, order, letters by two people, waiting list, appeal: who may, when, what is told to whom."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed, Conflict, Invalid, Refused
from stoa.kit.models import Mail
from stoa.members import acts as members
from stoa.members.acts.afterwards import appeal_until
from stoa.members.models import Appeal, Application, Call, Decision
from stoa.members.queries import decisions, own_decision, statistics
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.people.queries import looks_at, roles_everywhere
from stoa.record.models import Blob, Entry
from stoa.review.models import Assignment, Review
from tests.cast import Cast, browser
from tests.members.calling import opened
from tests.members.deciding import LETTERS, decided, ranked, read, reviewed, seated, with_bar
from tests.stage import acting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SECOND = timedelta(seconds=1)
CALL = "/calls/members-2027"


def newcomers(count: int) -> list[Person]:
    names = ("Ada", "Bob", "Eve", "Dan", "Fay")[:count]
    return [people.admit(OPERATOR, name=name, email=f"{name}@example.net".lower(), roles=[]) for name in names]


def facts(entry_type: str) -> dict[str, Any]:
    return json.loads(bytes(Entry.objects.filter(type=entry_type).latest("pk").body))["facts"]  # type: ignore[no-any-return]


def being_read(cast: Cast, count: int = 4) -> tuple[Call, list[Person]]:
    """A call for two places that so many newcomers applied to, with a bar of 3."""
    applicants = newcomers(count)
    call = read(cast, "members-2027", applicants)
    return with_bar(cast, call, cast.members[:3]), applicants


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_reading_begins_when_the_call_has_closed() -> None:
    cast = Cast()
    call = opened(cast)
    with pytest.raises(Closed):
        members.begin_review(acting(cast.steward), call=call)
    assert read(cast, "other", newcomers(1)).phase == "review"
    assert facts("members.call.closed")["applications"] == 1


def test_the_bar_is_what_the_reviewers_give_together_and_more_than_half_must() -> None:
    cast = Cast()
    call = read(cast, "members-2027", newcomers(1))
    cast.admit(2)
    seated(cast, call, cast.members[:4])
    for person, value in zip(cast.members[:2], (350, 250), strict=True):
        members.give_bar(acting(person), call=call, value=value)
    with pytest.raises(Invalid, match="2 of 4"):
        members.set_bar(acting(cast.steward), call=call)
    members.give_bar(acting(cast.members[2]), call=call, value=500)
    members.give_bar(acting(cast.members[1]), call=call, value=300)
    assert members.set_bar(acting(cast.steward), call=call).bar == 350
    assert facts("members.bar.set") == {"call": call.pk, "bar": 350, "given": 3}
    with pytest.raises(Closed):
        members.give_bar(acting(cast.members[3]), call=call, value=100)
    with pytest.raises(Refused):
        members.give_bar(acting(cast.steward), call=call, value=100)


def test_scores_make_an_order_that_nobody_is_told_of() -> None:
    cast = Cast()
    call, (ada, bob, eve, dan) = being_read(cast)
    ranked(cast, call, {ada: 400, bob: 500, eve: 200, dan: 300})
    found = {d.application.name: (d.outcome, d.place) for d in decisions(call, acting(cast.steward))}
    assert found == {"Bob": ("admitted", 1), "Ada": ("admitted", 2), "Dan": ("waiting", 3), "Eve": ("declined", None)}
    assert [own_decision(call, acting(person)) for person in (ada, eve)] == [None, None]
    assert list(decisions(call, acting(cast.member))) == []
    assert not Mail.objects.filter(kind="call-decision").exists()
    page = text(browser(ada).get(f"{CALL}/mine"))
    assert ("Submitted" in page, "Reason for" in page) == (True, False)


@pytest.mark.parametrize("wrong", [{}, {"unknown": 300}, {"low": 99}])
def test_an_order_needs_a_score_of_every_application_and_no_other(wrong: dict[str, int]) -> None:
    cast = Cast()
    call, _ = being_read(cast, 1)
    Call.objects.update(panel=None)  # as one whose reading began before calls had panels
    one = Application.objects.get()
    scores = {one.pk if number == "low" else number: score for number, score in wrong.items()}
    with pytest.raises(Invalid):
        members.rank(acting(cast.steward), call=call, scores=scores)
    assert not Decision.objects.exists()


def test_two_people_release_and_each_learns_their_own_outcome_and_reason() -> None:
    cast = Cast()
    call, (ada, bob, eve, dan) = being_read(cast)
    ranked(cast, call, {ada: 400, bob: 500, eve: 200, dan: 300})
    members.draft_release(acting(cast.founder), call=call, letters=LETTERS)
    with pytest.raises(Refused, match="drafted"):
        members.confirm_release(acting(cast.founder), call=call)
    with pytest.raises(Refused):
        members.confirm_release(acting(cast.facilitator), call=call)
    with pytest.raises(Conflict):
        members.confirm_release(acting(cast.steward), call=call, drafted="2020-01-01T00:00:00.000000Z")
    assert not Mail.objects.filter(kind="call-decision").exists()
    members.confirm_release(acting(cast.steward), call=call)
    told = {mail.to: (mail.subject, mail.body) for mail in Mail.objects.filter(kind="call-decision")}
    assert told["bob@example.net"][0] == "Welcome: Members of members-2027"
    assert told["eve@example.net"][0] == "Not this time: Members of members-2027"
    assert f"Reason for {eve.pk}." in told["eve@example.net"][1]
    assert f"Reason for {bob.pk}." not in told["eve@example.net"][1]
    assert {person.name: "member" in roles_everywhere(person.pk) for person in (ada, bob, eve, dan)} == {
        "Ada": True, "Bob": True, "Eve": False, "Dan": False,
    }  # fmt: skip
    with pytest.raises(Closed):
        members.confirm_release(acting(cast.steward), call=call)


def test_the_record_tells_bar_numbers_and_order_and_no_name() -> None:
    cast = Cast()
    call, (ada, bob, eve, dan) = being_read(cast)
    decided(cast, call, {ada: 400, bob: 500, eve: 200, dan: 300})
    told = facts("members.call.decided")
    assert {name: told[name] for name in ("bar", "admitted", "waiting", "declined")} == {
        "bar": 300, "admitted": 2, "waiting": 1, "declined": 1,
    }  # fmt: skip
    numbers = dict(Application.objects.values_list("name", "pk"))
    assert json.loads(bytes(Blob.objects.get(pk=told["order"]).body)) == [numbers[n] for n in ("Bob", "Ada", "Dan")]
    declined = [json.loads(bytes(e.body)) for e in Entry.objects.all() if eve.pk in bytes(e.body).decode()]
    assert [each["type"] for each in declined] == ["people.person.admitted"]  # by which the test made the account


def test_letters_need_a_reason_for_each_who_is_not_admitted_and_fix_the_outcomes() -> None:
    cast = Cast()
    call, (ada,) = being_read(cast, 1)
    one = Application.objects.get()
    steward = acting(cast.steward)
    reviewed(cast, call, {ada: 200})
    Review.objects.update(for_author="")  # as it is when whoever wrote it is erased
    members.rank(steward, call=call)
    with pytest.raises(Invalid, match="have no reason"):
        members.draft_release(steward, call=call, letters=LETTERS)
    members.give_reason(steward, application=one, reason="By the criteria.")
    with pytest.raises(Invalid, match="letter"):
        members.draft_release(steward, call=call, letters=LETTERS | {"waiting": {"subject": "", "body": "x"}})
    members.draft_release(steward, call=call, letters=LETTERS)
    with pytest.raises(Closed, match="outcomes and reasons stand"):
        members.rank(steward, call=call)
    with pytest.raises(Closed):
        members.give_reason(steward, application=one, reason="Another.")


def test_a_place_given_up_goes_to_the_first_who_waits() -> None:
    cast = Cast()
    call, (ada, bob, eve, dan) = being_read(cast)
    call = decided(cast, call, {ada: 400, bob: 500, eve: 333, dan: 300})
    mine = own_decision(call, acting(bob))
    assert mine is not None
    with pytest.raises(Refused):
        members.give_up_place(acting(ada), decision=mine)
    members.give_up_place(acting(bob), decision=mine)
    assert [("member" in roles_everywhere(p.pk)) for p in (ada, bob, eve, dan)] == [True, False, True, False]
    assert facts("members.place.moved") == {"call": call.pk, "admitted": 1}
    assert Mail.objects.filter(to="eve@example.net", subject__startswith="Welcome").count() == 1
    with pytest.raises(Closed):
        members.give_up_place(acting(bob), decision=mine)


def test_an_appeal_is_decided_by_people_who_had_no_part_in_the_decision() -> None:
    cast = Cast()
    call, (ada, bob) = being_read(cast, 2)
    call = decided(cast, call, {ada: 400, bob: 200})
    mine = own_decision(call, acting(bob))
    assert mine is not None
    made = members.appeal(acting(bob), decision=mine, words="You overlooked my thesis.")
    with pytest.raises(Closed):
        members.appeal(acting(bob), decision=mine, words="Again.")
    for who in (cast.steward, cast.founder):
        with pytest.raises(Refused, match="had a part"):
            members.decide_appeal(acting(who), call=call, appeal=made, granted=True, reply="Yes.")
    other = people.admit(OPERATOR, name="Second steward", email=None, roles=["steward"])
    members.decide_appeal(acting(other), call=call, appeal=made, granted=True, reply="You are right.")
    assert "member" in roles_everywhere(bob.pk)
    assert "You are right." in Mail.objects.filter(to="bob@example.net").latest("pk").body
    assert Appeal.objects.get().granted is True
    with pytest.raises(Closed):
        members.decide_appeal(acting(other), call=call, appeal=made, granted=False, reply="No.")


def test_an_appeal_is_taken_until_the_second_at_which_the_time_is_over() -> None:
    cast = Cast()
    call, (ada, bob) = being_read(cast, 2)
    call = decided(cast, call, {ada: 400, bob: 200})
    for person, outcome in ((ada, "admitted"), (bob, "declined")):
        mine = own_decision(call, acting(person))
        assert mine is not None
        assert mine.outcome == outcome
        with clock.travel(appeal_until(call)), pytest.raises(Closed):
            members.appeal(acting(person), decision=mine, words="Please.")
    with clock.travel(appeal_until(call) - SECOND):
        members.appeal(acting(bob), decision=mine, words="Please.")
    assert Appeal.objects.count() == 1


def test_lists_that_are_taken_away_and_appeals_that_are_read_are_told_to_whom_they_concern() -> None:
    cast = Cast()
    call, (ada, bob) = being_read(cast, 2)
    call = decided(cast, call, {ada: 400, bob: 200})
    mine = own_decision(call, acting(bob))
    assert mine is not None
    made = members.appeal(acting(bob), decision=mine, words="You overlooked my thesis.")
    keeper, line = browser(cast.steward), f"your line in a list of applications to “{call.title}”, taken away as a file"
    keeper.get(f"{CALL}/applications")
    keeper.get(f"{CALL}/decide")
    assert looks_at(ada.pk) == []
    keeper.get(f"{CALL}/applications?as=csv&q={ada.name}")
    assert [(look.by, look.what) for look in looks_at(ada.pk)] == [(f"person:{cast.steward.pk}", line)]
    assert looks_at(bob.pk) == []
    keeper.get(f"{CALL}/decide?as=json")
    assert [len(looks_at(person.pk)) for person in (ada, bob)] == [2, 1]
    keeper.get(f"{CALL}/appeals/{made.pk}")
    keeper.get(f"/api/v1{CALL}/appeals")
    assert [look.what for look in looks_at(bob.pk)] == [*2 * [f"your appeal about “{call.title}”"], line]


def test_everybody_who_applied_sees_how_the_call_went_and_of_few_appeals_no_number() -> None:
    cast = Cast()
    call, (ada, bob) = being_read(cast, 2)
    with clock.travel(call.ends + timedelta(days=9)):
        call = decided(cast, call, {ada: 400, bob: 200})
    found = statistics(call)
    assert (found.applications, found.admitted, found.days, found.appeals) == (2, 1, 9, None)
    given = Assignment.objects.filter(state=Assignment.State.GIVEN).count()
    assert (call.reviews_each, found.reviews_each) == (3, round(Decimal(given) / 2, 1))
    Assignment.objects.order_by("pk")[:1].get().delete()
    assert statistics(call).reviews_each == round(Decimal(given - 1) / 2, 1)
    page = text(browser(bob).get(f"{CALL}/mine"))
    for words in ("Not admitted", f"Reason for {bob.pk}.", "fewer than five", "Appeal</a> until"):
        assert words in page


def test_who_withdraws_while_it_is_read_leaves_no_decision() -> None:
    cast = Cast()
    call, (ada, bob) = being_read(cast, 2)
    ranked(cast, call, {ada: 400, bob: 200})

    members.withdraw(acting(bob), application=Application.objects.get(person=bob))
    assert [d.application.name for d in decisions(call, acting(cast.steward))] == ["Ada"]


def test_a_call_is_decided_on_pages_from_the_close_to_an_appeal() -> None:
    cast = Cast()
    applicants = newcomers(2)
    call = read(cast, "members-2027", applicants)
    seated(cast, call, cast.members[:2])
    for person in cast.members[:2]:
        assert browser(person).post(f"{CALL}/bar", {"value": "3.25"}).headers["Location"] == CALL
    steward, founder, bob = browser(cast.steward), browser(cast.founder), browser(applicants[1])
    assert "2 of 2 reviewers" in text(steward.get(f"{CALL}/decide"))
    assert steward.post(f"{CALL}/decide/bar").status_code == 302
    early = steward.post(f"{CALL}/decide")
    assert (early.status_code, "The panel still reads" in text(early)) == (422, True)
    reviewed(cast, call, dict(zip(applicants, (450, 200), strict=True)))
    numbers = dict(Application.objects.values_list("name", "pk"))
    assert steward.post(f"{CALL}/decide").status_code == 302
    for name, number in numbers.items():
        answer = steward.post(f"{CALL}/decide/{number}", {"reason": f"For {name}."})
        assert answer.headers["Location"] == f"{CALL}/decide"
    fields = {f"{outcome}_{part}": LETTERS[outcome][part] for outcome in LETTERS for part in ("subject", "body")}
    assert steward.post(f"{CALL}/decide/letters", fields).headers["Location"] == f"{CALL}/decide/release"
    assert "Somebody who did not draft them" in text(steward.get(f"{CALL}/decide/release"))
    assert "Welcome: Members of" in text(founder.get(f"{CALL}/decide/release"))
    assert founder.post(f"{CALL}/decide/release").headers["Location"] == CALL
    assert "For Bob." in text(bob.get(f"{CALL}/mine"))
    assert bob.post(f"{CALL}/mine/appeal", {"words": "Look again."}).headers["Location"] == f"{CALL}/mine"
    other = browser(people.admit(OPERATOR, name="Second steward", email="s2@example.org", roles=["steward"]))
    assert "Bob" in text(other.get(f"{CALL}/appeals"))
    path = f"{CALL}/appeals/{Appeal.objects.get().pk}"
    assert "Look again." in text(other.get(path))
    assert other.post(path, {"granted": "no", "reply": "We did."}).headers["Location"] == f"{CALL}/appeals"
    assert "The decision stands." in text(bob.get(f"{CALL}/mine"))


@pytest.mark.parametrize("who", ["stranger", "member", "associate", "facilitator"])
def test_others_neither_see_nor_decide(who: str) -> None:
    cast = Cast()
    call, (ada, bob) = being_read(cast, 2)
    ranked(cast, call, {ada: 400, bob: 200})
    person = getattr(cast, who)
    client, one = browser(person), Application.objects.first()
    assert one is not None
    for path in ("", "/letters", "/release", "/bar", f"/{one.pk}"):
        assert client.get(f"{CALL}/decide{path}").status_code in {403, 404}, path
    for path in ("decisions", "appeals", "application/decision"):
        assert client.get(f"/api/v1{CALL}/{path}").status_code in {403, 404}, path
    with pytest.raises(Refused):
        members.rank(acting(person), call=call)
    with pytest.raises(Refused):
        members.draft_release(acting(person), call=call, letters=LETTERS)


def test_the_letters_that_are_offered_say_the_outcome_and_are_previewed_as_they_go_out() -> None:
    cast = Cast()
    call, (ada, bob, eve, dan) = being_read(cast)
    ranked(cast, call, {ada: 500, bob: 400, eve: 333, dan: 200})
    Decision.objects.filter(application__person__in=[ada, bob]).update(reason="")
    steward, founder = browser(cast.steward), browser(cast.founder)
    offered = {
        field.name: field.value() for field in steward.get(f"{CALL}/decide/letters").context["form"] if field.value()
    }
    assert steward.post(f"{CALL}/decide/letters", offered).headers["Location"] == f"{CALL}/decide/release"
    page = founder.get(f"{CALL}/decide/release")
    previews = {one.to: (one.subject, one.body) for one in page.context["shown"]}
    assert "As Ada gets it" in text(page)
    stale = founder.post(f"{CALL}/decide/release", {"drafted": "2020-01-01T00:00:00.000000Z"})
    assert (stale.status_code, "changed since you read them" in text(stale)) == (409, True)
    founder.post(f"{CALL}/decide/release", {"drafted": stale.context["form"]["drafted"].value()})
    after = text(founder.get(f"{CALL}/decide/release"))
    assert [words in after for words in ("They went out", "[[name]]", "gets it", "Nobody gets")] == [
        True,
        True,
        False,
        False,
    ]
    sent = {mail.to: (mail.subject, mail.body) for mail in Mail.objects.filter(kind="call-decision")}
    assert previews == {name: sent[f"{name.lower()}@example.net"] for name in ("Ada", "Eve", "Dan")}
    says = {
        "ada": "you are admitted: from now on you are a member.",
        "bob": "you are admitted",
        "eve": "you are on the waiting list",
        "dan": "you are not admitted this time.",
    }
    for name, words in says.items():
        assert words in sent[f"{name}@example.net"][1]
    assert "\n\n\n" not in sent["ada@example.net"][1]
    assert f"Reason for {dan.pk}." in sent["dan@example.net"][1]


@pytest.mark.parametrize(
    ("granted", "subject", "words"),
    [
        (True, "Your appeal is granted", "you are admitted, and a member from now on.\n\nWe [[name]] looked."),
        (False, "Your appeal: the decision stands", "It stands.\n\nWe [[name]] looked."),
    ],
)
def test_the_answer_to_an_appeal_says_what_came_of_it(granted: bool, subject: str, words: str) -> None:
    cast = Cast()
    call, (ada, bob) = being_read(cast, 2)
    call = decided(cast, call, {ada: 400, bob: 200})
    mine = own_decision(call, acting(bob))
    assert mine is not None
    made = members.appeal(acting(bob), decision=mine, words="Look again.")
    other = people.admit(OPERATOR, name="Second steward", email=None, roles=["steward"])
    members.decide_appeal(acting(other), call=call, appeal=made, granted=granted, reply="We [[name]] looked.")
    mail = Mail.objects.filter(to="bob@example.net").latest("pk")
    assert (mail.subject.startswith(subject), words in mail.body) == (True, True)


def test_over_the_api_letters_are_confirmed_as_they_were_read_and_applicants_get_the_numbers() -> None:
    cast = Cast()
    call, (ada, bob) = being_read(cast, 2)
    ranked(cast, call, {ada: 400, bob: 200})
    members.draft_release(acting(cast.steward), call=call, letters=LETTERS)
    founder, path = browser(cast.founder), f"/api/v1{CALL}/letters"
    before = founder.get(path).json()["drafted"]
    members.draft_release(acting(cast.steward), call=call, letters=LETTERS)
    confirm = f"{path}/confirm"
    assert founder.post(confirm, {}, content_type="application/json").status_code == 422
    assert founder.post(confirm, {"drafted": before}, content_type="application/json").status_code == 409
    drafted = founder.get(path).json()["drafted"]
    assert founder.post(confirm, {"drafted": drafted}, content_type="application/json").json()["phase"] == "decided"
    told = browser(bob).get(f"/api/v1{CALL}/application/decision").json()
    assert (told["outcome"], told["call"]["applications"], told["call"]["admitted"]) == ("declined", 2, 1)
    assert browser(bob).get(path).status_code == 403

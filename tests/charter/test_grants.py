from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from stoa.charter.acts import put_in_force
from stoa.charter.queries import held_by_nobody, powers
from stoa.charter.rules import grant, may
from stoa.charter.text import DEFAULT, read
from stoa.kit.act import ACTS, CLOCK, OPERATOR, VISITOR, Actor, Grant
from stoa.kit.faults import Invalid, NeedsSecondFactor, Refused
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.record.models import Entry
from tests.stage import acting, begin

pytestmark = pytest.mark.django_db
TERMS = read(DEFAULT.read_text())
PEOPLE = ("member", "associate", "facilitator", "steward", "scrutineer")
FAR = datetime(2099, 1, 1, tzinfo=UTC)
STANDINGS = ("self", "author", "applicant", "reviewer", "voter", "organiser")

OWN = {
    "people.data.ask", "members.membership.renew", "members.ties.confirm",
    "people.profile.edit", "people.token.create", "people.token.revoke", "people.mail.choose", "people.tie.declare",
    "people.tie.end", "people.role.end", "people.person.erase", "people.private.see", "people.absence.set",
    "people.following.choose", "people.following.start", "people.following.stop",
    "forum.person.mute", "forum.person.unmute", "forum.piece.hide", "forum.piece.show", "forum.thread.mark_read",
    "members.conduct.accept", "members.topics.choose", "members.introduction.write", "members.onboarding.step",
    "members.suspension.appeal", "members.membership.leave",
    "members.application.begin", "members.about.say", "members.about.take_back",
    "review.seat.accept", "review.seat.decline",
    "files.upload.begin", "files.upload.send",
    "lab.author.accept", "lab.author.leave", "lab.key.register", "lab.key.end",
    "notices.registration.make", "notices.registration.cancel", "notices.calendar.open", "notices.calendar.close",
}  # fmt: skip
TALK = {"forum.draft.save", "forum.post.write", "forum.report.make"}
DISCUSSION = {"agenda.answer.give", "agenda.answer.take_back", "agenda.statement.propose"}
RESEARCH = {
    "lab.model.register", "lab.version.register", "lab.study.draft", "lab.run.begin", "lab.result.import",
    "lab.incoming.begin",
}  # fmt: skip
CASES = {
    "forum.report.read", "forum.author.see", "forum.moderation.leave", "forum.moderation.release",
    "forum.moderation.remove", "forum.moderation.restore", "forum.complaint.settle", "forum.appeal.decide",
}  # fmt: skip
"""Whoever holds these handles the cases that do not concern them: scrutineers, those that concern a steward."""

BY_ROLE = {
    "visitor": {"members.applicant.invite", "members.applicant.arrive"},
    "member": TALK | DISCUSSION | RESEARCH | {
        "people.organisation.add", "agenda.question.propose", "agenda.effort.estimate", "agenda.hours.offer",
        "members.applicant.vouch",
    },
    "associate": TALK | DISCUSSION | RESEARCH | {"agenda.question.propose", "agenda.hours.offer"},
    "facilitator": TALK | {
        "charter.sponsor.declare", "agenda.announcement.draft", "notices.announcement.draft",
    },
    "scrutineer": CASES | {"forum.report.make", "ballots.outcome.attest"},
    "voter": {"ballots.ballot.cast", "ballots.draft.save"},
    "author": {
        "agenda.question.edit", "agenda.question.withdraw", "agenda.statement.withdraw", "forum.post.edit",
        "forum.post.take_back", "forum.appeal.make", "files.upload.finish", "files.upload.drop",
        "notices.announcement.edit", "notices.announcement.drop",
        "members.enquiry.withdraw",
        "lab.model.correct", "lab.version.correct", "lab.study.edit", "lab.study.drop", "lab.author.ask",
        "lab.plan.register", "lab.plan.change", "lab.study.close", "lab.study.withdraw",
        "lab.incoming.drop", "lab.run.fail", "lab.run.commit", "lab.run.submit",
    },
    "applicant": {
        "members.application.save", "members.application.submit", "members.application.withdraw",
        "members.enquiry.ask",
        "members.place.give_up", "members.appeal.make",
    },
    "self": OWN,
}  # fmt: skip
"""What these may do, all of it, under the charter that ships. Who keeps the process may do more."""


@dataclass(frozen=True)
class Thing:
    """What is acted on: everybody has this standing towards it."""

    standings: frozenset[str] = frozenset()

    def standing(self, person_id: str) -> frozenset[str]:
        return self.standings if person_id else frozenset()


def player(role: str) -> Actor:
    """Somebody who holds this role and no other, with a second factor."""
    named = {"visitor": VISITOR, "clock": CLOCK, "operator": OPERATOR}
    if role in named:
        return named[role]
    if role == "founder":
        return acting(people.name_founder(OPERATOR, name="Founder", email=None, until=FAR))
    roles = [role] if role in PEOPLE else []
    return acting(people.admit(OPERATOR, name=role, email=None, roles=roles))


def allowed(role: str) -> set[str]:
    """All acts that the charter grants to somebody of this role or standing."""
    thing = Thing(frozenset({role}) if role in STANDINGS else frozenset())
    actor = player(role)
    return {act for act in ACTS if may(actor, act, thing)}


@pytest.mark.parametrize("role", BY_ROLE)
def test_a_role_holds_these_powers_and_no_other(role: str) -> None:
    begin()
    assert allowed(role) == BY_ROLE[role]


@pytest.mark.parametrize("role", [role for role in TERMS.roles if role not in BY_ROLE])
def test_each_power_of_the_text_is_granted_to_whom_it_names(role: str) -> None:
    begin()
    assert allowed(role) == {act for act, roles in TERMS.powers.items() if role in roles and act in ACTS}


def test_nobody_but_the_clock_ends_a_phase_and_nobody_but_a_voter_votes() -> None:
    assert {act for act, roles in TERMS.powers.items() if "clock" in roles} == {
        "record.day.seal", "agenda.round.begin_questions", "agenda.round.begin_vote", "agenda.round.close_vote",
        "agenda.round.decide", "agenda.reminder.send", "agenda.round.begin_discussion", "agenda.round.make_up_outage",
        "agenda.answers.unlink", "agenda.statements.weigh", "agenda.map.publish", "forum.post.render",
        "people.digest.send", "members.call.open", "members.call.close", "members.call.make_up_outage",
        "files.unused.forget", "notices.reminder.send", "review.reminder.send",
        "members.pairs.find",
        "people.data.make", "members.term.notice", "members.ties.ask",
        "lab.check.begin", "lab.check.put_off", "lab.run.check", "lab.incoming.read", "lab.incoming.forget",
    }  # fmt: skip
    assert all(len(roles) == 1 for roles in TERMS.powers.values() if "clock" in roles)
    assert TERMS.powers["ballots.ballot.cast"] == ("voter",)
    assert TERMS.voters == {"member"}


def test_the_charter_that_ships_names_every_act_of_the_program_and_no_other() -> None:
    assert set(ACTS) == set(TERMS.powers)


def test_the_grant_says_role_and_version() -> None:
    begin()
    put_in_force(OPERATOR, text=DEFAULT.read_text())
    member = people.admit(OPERATOR, name="Ada", email=None)
    assert grant(acting(member), "agenda.question.propose", None) == Grant("member", 2)
    assert grant(OPERATOR, "people.person.admit", None) == Grant("operator", 2)


def test_a_steward_without_a_second_factor_is_asked_for_one() -> None:
    begin()
    steward = people.admit(OPERATOR, name="Ada", email=None, roles=["steward"])
    with pytest.raises(NeedsSecondFactor):
        grant(acting(steward, second_factor=False), "people.person.admit", None)
    assert may(acting(steward, second_factor=False), "people.person.admit")
    assert grant(acting(steward), "people.person.admit", None) == Grant("steward", 1)


def test_who_is_also_a_member_acts_as_member_without_a_second_factor() -> None:
    begin()
    both = people.admit(OPERATOR, name="Ada", email=None, roles=["steward", "member"])
    assert grant(acting(both, second_factor=False), "agenda.question.propose", None).role == "member"


def test_a_role_for_one_object_gives_no_power_elsewhere() -> None:
    begin()
    helper = people.admit(OPERATOR, name="Ada", email=None, roles=[])
    people.give_role(OPERATOR, person=helper, role="organiser", scope="round:1")
    assert not may(acting(helper), "agenda.round.extend", Thing())
    assert may(acting(helper), "agenda.round.extend", Thing(frozenset({"organiser"})))


def test_a_role_that_has_ended_or_not_begun_gives_no_power() -> None:
    begin()
    person = people.admit(OPERATOR, name="Ada", email=None)
    assert may(acting(person), "agenda.question.propose")
    people.end_role(acting(person), person=person, role="member")
    assert not may(acting(person), "agenda.question.propose")


def test_before_the_first_charter_only_the_operator_begins() -> None:
    assert grant(OPERATOR, "charter.text.put_in_force", None) == Grant("operator", 0)
    for actor, act in ((OPERATOR, "people.person.admit"), (VISITOR, "charter.text.put_in_force")):
        with pytest.raises(Refused, match="No charter is in force yet"):
            grant(actor, act, None)


def test_an_act_that_the_charter_does_not_name_is_held_by_nobody() -> None:
    text = DEFAULT.read_text().replace('"people.person.admit" = ["founder", "steward", "operator"]\n', "")
    put_in_force(OPERATOR, text=text)
    assert held_by_nobody() == ["people.person.admit"]
    with pytest.raises(Refused, match="It is held by: nobody"):
        people.admit(OPERATOR, name="Ada", email=None)
    assert not Person.objects.exists()


def test_a_refused_act_writes_nothing() -> None:
    begin()
    before = Entry.objects.count()
    stranger = people.admit(OPERATOR, name="Ada", email=None, roles=[])
    with pytest.raises(Refused):
        people.admit(acting(stranger), name="Eve", email=None)
    assert Entry.objects.count() == before + 1
    assert Person.objects.count() == 1


def test_how_often_a_power_was_used_is_counted_from_the_record_by_role() -> None:
    begin()
    steward = people.admit(OPERATOR, name="Ada", email=None, roles=["steward"])
    people.admit(acting(steward), name="Bob", email=None, roles=[])
    people.admit(acting(steward), name="Eve", email=None, roles=["member", "scrutineer"])
    uses = {power.act: power.uses for power in powers()}
    assert uses["people.person.admit"] == {"operator": 1, "steward": 2}
    assert uses["charter.text.put_in_force"] == {"operator": 1}
    assert uses["agenda.round.decide"] == {}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: f"[powers {text}", "not a charter"),
        (lambda text: text.replace("[limits]", "[limit]"), "limits"),
        (lambda text: text.replace('= ["member", "associate"', '= ["king", "associate"'), "king"),
        (lambda text: text.replace("smallest_opened = 20", ""), "smallest_opened"),
    ],
)
def test_a_text_that_is_no_charter_is_refused_with_what_is_wrong(change: object, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        put_in_force(OPERATOR, text=change(DEFAULT.read_text()))  # type: ignore[operator]
    assert tomllib.loads(DEFAULT.read_text())["title"] == "Charter"

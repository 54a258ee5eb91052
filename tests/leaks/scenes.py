"""The scenes in which two worlds are told apart: a round that is discussed, an open vote, and the time after its close."""

from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from stoa.agenda import acts as agenda
from stoa.agenda import tasks
from stoa.agenda.models import AGREE, DISAGREE, PublishedMap
from stoa.agenda.models import Answer as Given
from stoa.charter.acts import put_in_force
from stoa.charter.text import DEFAULT
from stoa.forum import acts as forum
from stoa.kit import clock
from stoa.kit.act import CLOCK, OPERATOR, VISITOR
from stoa.kit.files import acts as files
from stoa.kit.models import Mail
from stoa.members import acts as members
from stoa.members.acts.vouching import vouching_link
from stoa.members.models import Call
from stoa.members.queries import own_decision
from stoa.members.rules.inviting import Invitee
from stoa.notices import acts as notices
from stoa.people import acts as people
from stoa.people.links import make_link
from stoa.people.models import Person
from stoa.record.tasks import seal_past_days
from stoa.review import acts as review
from stoa.review.acts.reading import Said
from stoa.review.models import Assignment
from tests.cast import Cast
from tests.lab.studying import begun, claimed, registered
from tests.leaks.stories import AFTER_THE_CLOSE, IN_A_CALL, IN_A_DISCUSSION, IN_A_VOTE
from tests.leaks.stories.members import DRAFTED
from tests.leaks.worlds import Scene, World
from tests.members.applying import apply
from tests.members.applying import begin as write
from tests.members.calling import opened
from tests.members.deciding import decided, ranked, read, reviewed, seated, with_bar
from tests.notices.holding import hold, released
from tests.stage import acting, at

STATEMENTS = 5
ANSWERING = 16
SLUG = "2027"


def pass_time() -> None:
    """Whatever the clock has to do: the next phase, the weights of statements, the map, the sealing of days."""
    tasks.advance()
    tasks.weigh()
    tasks.draw_maps()
    seal_past_days()


def discussed(world: World, stack: ExitStack) -> None:
    """A round in discussion with a published map, a thread, and people whose secrets are to differ; first pieces wait."""
    cast = world.cast
    cast.admit(ANSWERING)
    cast.round("2028")
    world.round = cast.round(SLUG, discussed_after=5)
    cast.question(world.round, "What do logs give away?", cost=10, hours=10)
    assert world.round.discussion_opens is not None
    _enter(stack, at(world.round.discussion_opens))
    agenda.begin_discussion(CLOCK, round=world.round)
    world.round.refresh_from_db()
    world.statements = [
        agenda.propose_statement(acting(cast.author), round=world.round, body=body, anyway=True)
        for body in (f"Claim number {n} of {STATEMENTS} about logs." for n in range(1, STATEMENTS + 1))
    ]
    forum.write_post(acting(cast.member), about=world.round.reference, body="What about *prompts*?")
    world.some = cast.members[-ANSWERING:]
    for n, person in enumerate(world.some[:-1]):
        for m, statement in enumerate(world.statements[:-1]):
            agenda.give_answer(acting(person), statement=statement, value=AGREE if (n + m) % 3 else DISAGREE)
    pass_time()
    assert PublishedMap.objects.count() == 1
    assert Given.objects.count() == (ANSWERING - 1) * (STATEMENTS - 1)
    for person in world.some[5:8] + world.some[10:11]:
        agenda.propose_statement(acting(person), round=world.round, body=f"So says {person}.", anyway=True)
    text = DEFAULT.read_text(encoding="utf-8").replace("first_posts_held = 0", "first_posts_held = 1")
    put_in_force(OPERATOR, text=text)


def a_day_later(world: World, stack: ExitStack) -> None:
    """The clock goes on by a day, and everything that is due happens."""
    stack.enter_context(clock.travel(clock.now() + timedelta(days=1)))
    pass_time()


def voting(world: World, stack: ExitStack) -> None:
    """A round of three questions whose vote has just opened."""
    world.cast.admit(2)
    world.round = world.cast.round(SLUG)
    for title in ("First", "Second", "Third"):
        world.cast.question(world.round, title, cost=10, hours=10)
    _enter(stack, at(world.round.vote_opens))
    world.cast.vote(world.round)
    world.round.refresh_from_db()
    world.some = world.cast.members[2:]


def calling(world: World, stack: ExitStack) -> None:
    """A call that is open, under the name by which a round goes too, and others on their way to a decision.

    To each of them applied somebody whose secrets these are not, and another reviewer reads beside the one whose they are.
    """
    del stack
    cast = world.cast
    cast.admit(5)
    world.round = cast.round(SLUG)
    open_call = opened(cast, SLUG)
    hold(cast)
    hold(cast, title="Second workshop")
    released(cast.steward)
    begun((claim := claimed(registered(cast.author), cast.author)).study, cast.members[-4], claim)
    reviewer, reader, *applicants, _ = cast.members[-5:]
    world.some = cast.members[-4:]
    applicant = people.admit(OPERATOR, name="Applicant", email="applicant@example.org", roles=[])
    world.organised = opened(cast, "organised").slug
    organiser = cast.organiser(Call.objects.get(slug=world.organised).reference)
    world.beside = {"applicant": applicant, "reviewer": reviewer, "organiser": organiser}
    everybody, scores = [*applicants, applicant], dict(zip((*applicants, applicant), (200, 400, 100), strict=True))
    _read_by_three(cast, read(cast, "barless", everybody), [reader, reviewer, cast.author])
    reviewed(cast, with_bar(cast, read(cast, "unranked", everybody), [reader, reviewer]), scores)
    ranked(cast, with_bar(cast, read(cast, "unreleased", everybody), [reader]), scores)
    after = decided(cast, with_bar(cast, read(cast, "decided", everybody), [reader]), scores)
    mine = own_decision(after, acting(applicant))
    assert mine is not None
    members.appeal(acting(applicant), decision=mine, words="I have done more since.")
    invited = [Invitee("Invited", "invited@example.net")]
    members.draft_invitations(acting(cast.founder), call=open_call, people=invited)
    sheet = b"Ref,Full name,E-mail\na1,Ada Example,ada@example.net\n"
    files.send(acting(cast.steward), person=cast.steward, name="applications.csv", body=sheet)
    world.tokens = _tokens(applicant, open_call)


def _read_by_three(cast: Cast, call: Call, readers: list[Person]) -> None:
    """Three read for a call: the first may not read the third application, the next gave a review of the second and of no other."""
    seated(cast, call, readers)
    panel = call.panel
    assert panel is not None
    review.run_assignment(acting(cast.steward), panel=panel)
    review.declare_conflict(acting(readers[0]), panel=panel, number=3)
    held = Assignment.objects.filter(piece__panel=panel, piece__number=2, seat__person=readers[1])
    said = Said({"experience": 3}, "To the panel.", "To the applicant.")
    review.give_review(acting(readers[1]), assignment=held.select_related("piece__panel", "seat__person")[0], said=said)


def _tokens(applicant: Person, call: Call) -> dict[str, str]:
    """What an applicant was mailed or gave to others, by the beginning of the address that it is for."""
    me = acting(applicant, second_factor=False)
    apply(applicant, call)
    waits = people.admit(OPERATOR, name="Whom members vouch for", email="vouched@example.net", roles=[])
    written = write(waits, call, profile={"post": "Professor"})
    address = "arriving@example.net"
    members.invite_applicant(VISITOR, call=call, address=address)
    mailed = re.findall(r"/calls/enter/(\S+)", Mail.objects.get(to=address).body)
    return {
        "/calls/enter/": mailed[0],
        "/calls/vouch/": vouching_link(written).rsplit("/", 1)[1],
        "/calendar/": notices.open_calendar(me, person=applicant),
        "/in/": make_link(applicant, hours=24, once=True).rsplit("/", 1)[1],
        "/mail/": applicant.unsubscribe_token,
    }


def nothing(_world: World, _stack: ExitStack) -> None:
    """Nothing happens."""


def closing(world: World, stack: ExitStack) -> None:
    """A round of two questions that is discussed, and will be voted on by few."""
    world.cast.admit(4)
    world.round = world.cast.round(SLUG, discussed_after=5)
    for title in ("First", "Second"):
        world.cast.question(world.round, title, cost=10, hours=10)
    assert world.round.discussion_opens is not None
    _enter(stack, at(world.round.discussion_opens))
    agenda.begin_discussion(CLOCK, round=world.round)
    world.round.refresh_from_db()
    world.some = world.cast.members[5:]
    world.statements = [agenda.propose_statement(acting(world.cast.author), round=world.round, body="Logs last.")]


def closed(world: World, stack: ExitStack) -> None:
    """The vote opens and closes, its window for checking passes, and it is decided with the ballots kept closed."""
    round_ = world.round
    for instant in (round_.vote_opens, round_.vote_closes, round_.vote_closes + timedelta(hours=25)):
        _enter(stack, at(instant))
        pass_time()


def _enter(stack: ExitStack, travel: Any) -> None:
    stack.enter_context(travel)


MATTERING = ("/", f"/agenda/{SLUG}", f"/api/v1/rounds/{SLUG}", "/people/me", "/search?q=cabbages", "/record", "/forum")
IN_DISCUSSION = Scene("a discussion", discussed, IN_A_DISCUSSION, a_day_later, MATTERING)
IN_VOTE = Scene("a vote", voting, IN_A_VOTE, nothing, (*MATTERING, "/votes/1"))
AFTERWARDS = Scene(
    "after the close", closing, AFTER_THE_CLOSE, closed, (*MATTERING, "/votes/1", f"/agenda/{SLUG}/result")
)
DECIDING = ("barless", "unranked", "unreleased", "decided", "ordered")
CALLS = (
    "/calls",
    "/api/v1/calls",
    *(f"/calls/{slug}" for slug in (SLUG, DRAFTED, *DECIDING)),
    *(f"/calls/{slug}/mine" for slug in DECIDING),
    *(f"/calls/{SLUG}/{page}" for page in ("applications", "mine", "questions", "questions/1", "questions/2")),
    "/announcements",
    "/announcements/drafts",
    "/events",
    "/events.ics",
    *(f"/events/{n}{page}" for n in (1, 2) for page in ("", ".ics", "/people")),
    "/calls/decided/appeals",
    "/calls/unranked/decide",
    "/api/v1/calls/decided/appeals",
    "/api/v1/calls/ordered/outcome",
    "/calls/ordered/history",
    "/reviews/1",
    "/reviews/1/of/1",
    "/reviews/1/of/2",
)
NEAR = ("/calls/", "/api/v1/calls/", "/reviews/", "/api/v1/panels/", "/api/v1/reviews/", "/calendar/", "/in/", "/mail/")
IN_CALL = Scene(
    "a call",
    calling,
    IN_A_CALL,
    nothing,
    (*MATTERING, *CALLS),
    beside=("applicant", "reviewer", "organiser"),
    near=NEAR,
)
SCENES = (IN_DISCUSSION, IN_VOTE, AFTERWARDS, IN_CALL)

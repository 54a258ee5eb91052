"""What is secret of joining and of membership: applications, what one says apart, decisions, suspicions, suspensions."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from stoa.forum import acts as forum
from stoa.forum.models.moderation import WHO_WROTE
from stoa.kit.act import CLOCK, OPERATOR
from stoa.kit.files import acts as files
from stoa.kit.models import A_FILE
from stoa.members import acts as members
from stoa.members.acts.vouching import read_vouching
from stoa.members.models import Application, Call, Draft
from stoa.members.models.applications import A_BEGUN_APPLICATION, ABOUT_ONESELF, AN_APPLICATION
from stoa.members.models.asking import AN_ENQUIRER, AN_ENQUIRY
from stoa.members.models.calls import A_DRAFTED_CALL
from stoa.members.models.decisions import A_BAR, A_DECISION, AN_APPEAL, LETTERS, WHO_GAVE_A_BAR
from stoa.members.models.inviting import A_DRAFTED_INVITATION
from stoa.members.models.vouching import WHO_VOUCHES
from stoa.members.queries import own_decision
from stoa.members.rules.inviting import Invitee
from stoa.people import acts as people
from stoa.people.models import A_PAIR, A_SUSPENSION, A_YEARLY_ANSWER, AN_ADDRESS, Pair, Person
from stoa.record.models import A_LOOK, A_TEXT
from stoa.review.models import A_REVIEW, WHO_REVIEWS
from tests.leaks.worlds import World, about
from tests.members.applying import apply, begin
from tests.members.calling import draft
from tests.members.deciding import LETTERS as LETTERS_OF
from tests.members.deciding import decided, ranked, read, with_bar
from tests.stage import acting

DRAFTED = "drafted"


@about(A_PAIR, AN_ADDRESS)
def whether_two_accounts_are_suspected(world: World) -> None:
    """Whether two accounts are suspected to be one person's."""
    for n, person in enumerate(world.some[12:16]):
        address = f"cabbage{n // 2}+{n}@example.net" if world.otherwise else f"bassoon{n}@example.net"
        EmailAddress.objects.create(user=person, email=address, verified=True)
    members.find_pairs(CLOCK)
    if world.otherwise:
        pair = Pair.objects.order_by("pk")[0]
        members.settle_pair(acting(world.cast.steward), pair=pair, same=False, reason="I asked both.")


@about(A_YEARLY_ANSWER)
def whether_one_answers_about_ties(world: World) -> None:
    """Whether somebody was asked about their ties, and confirmed them."""
    if world.otherwise:
        members.ask_about_ties(CLOCK, people=world.some[6:8])
        members.confirm_ties(acting(world.some[6]), person=world.some[6])


@about(A_SUSPENSION, A_TEXT)
def why_one_is_suspended(world: World) -> None:
    """In which words somebody was suspended, whether they appealed, and what was answered."""
    words = "Cabbages." if world.otherwise else "Bassoons."
    steward, founder = acting(world.cast.steward), acting(world.cast.founder)
    one, other = world.some[12], world.some[14]
    given = members.suspend(steward, person=one, code="other", words=words, days=7)
    members.appeal_suspension(acting(one), person=one, words=words)
    members.decide_suspension_appeal(founder, suspension=given, granted=True, reply=words)
    members.suspend(steward, person=other, code="spam", words=words, days=7)
    if world.otherwise:
        members.appeal_suspension(acting(other), person=other, words=words)


@about(A_DRAFTED_CALL)
def whether_a_call_is_drafted(world: World) -> None:
    """Whether there is a call that is only drafted."""
    if world.otherwise:
        draft(world.cast, DRAFTED)


@about(A_BEGUN_APPLICATION)
def whether_one_begins_to_apply(world: World) -> None:
    """Whether somebody is writing an application."""
    if world.otherwise:
        begin(world.some[0], Call.objects.get(slug=world.round.slug))


@about(A_BEGUN_APPLICATION, A_LOOK)
def whether_one_withdrew(world: World) -> None:
    """Whether somebody submitted an application and withdrew it."""
    if world.otherwise:
        call = Call.objects.get(slug=world.round.slug)
        apply(world.some[1], call)
        members.withdraw(acting(world.some[1]), application=Application.objects.get(call=call, person=world.some[1]))


@about(AN_APPLICATION, A_FILE, WHO_VOUCHES)
def whether_one_applies(world: World) -> None:
    """Whether somebody submitted an application, with a file in it, and a member vouched for their post."""
    if world.otherwise:
        me = world.some[2]
        paper = files.send(acting(me), person=me, name="paper.txt", body=b"a paper")
        written = Draft.objects.get(
            call=apply(me, Call.objects.get(slug=world.round.slug), paper=[paper.pk]).call, person=me
        )
        members.save_draft(acting(me), draft=written, version=written.version, profile={"post": "Professor"})
        members.vouch(acting(world.some[3]), draft=written)


@about(WHO_VOUCHES)
def whether_somebody_else_vouched_before(world: World) -> None:
    """Whether a member vouched for the post of an applicant whose link others have too."""
    waits = read_vouching(world.tokens["/calls/vouch/"])
    assert waits is not None
    if world.otherwise:
        members.vouch(acting(world.some[3]), draft=waits)


@about(AN_APPLICATION, A_FILE)
def what_the_files_of_a_call_hold(world: World) -> None:
    """What two newcomers send with what they submit, to be taken along as a zip: which of them a file, and of what size."""
    for n, person in enumerate(_newcomers("sends")):
        enclosed = [_paper(person, b"cabbages " * (9 if world.otherwise else 1))] if world.otherwise or n else []
        apply(person, Call.objects.get(slug=world.round.slug), paper=enclosed)


@about(A_LOOK)
def whether_all_files_are_taken_along(world: World) -> None:
    """Whether a steward took the files of all who applied along; one who did sent one, another none."""
    call = Call.objects.get(slug=world.round.slug)
    for n, person in enumerate(_newcomers("encloses")):
        apply(person, call, paper=[_paper(person, b"a paper")] if n else [])
    if world.otherwise:
        members.give_out_files(acting(world.cast.steward), call=call)


def _newcomers(word: str) -> list[Person]:
    named = [f"{word.capitalize()} {n}" for n in ("one", "two")]
    addresses = [f"{word}{n}@example.net" for n in (1, 2)]
    return [
        people.admit(OPERATOR, name=name, email=email, roles=[]) for name, email in zip(named, addresses, strict=True)
    ]


def _paper(person: Person, body: bytes) -> str:
    return files.send(acting(person, second_factor=False), person=person, name="paper.txt", body=body).pk


@about(AN_ENQUIRER, WHO_WROTE)
def who_asks_about_a_call(world: World) -> None:
    """Which of two people who have begun to apply asks about the call without giving a name."""
    call = Call.objects.get(slug=world.round.slug)
    drafts = [begin(person, call) for person in world.some[1:3]]
    one = drafts[1 if world.otherwise else 0]
    asked = members.ask(acting(one.person), draft=one, body="By when?")
    members.answer(acting(world.cast.steward), enquiry=asked, answer="By noon.", version=0)


@about(AN_ENQUIRY, A_TEXT)
def what_a_removed_question_asked(world: World) -> None:
    """What somebody who has begun to apply asked about the call before moderators removed it."""
    words = "Are cabbages read?" if world.otherwise else "Are bassoons read?"
    written = begin(world.some[3], Call.objects.get(slug=world.round.slug))
    asked = members.ask(acting(world.some[3]), draft=written, body=words)
    forum.remove(acting(world.cast.steward), reference=asked.reference, reason="spam", words="")


@about(A_DRAFTED_INVITATION)
def whom_invitations_would_go_to(world: World) -> None:
    """Whether invitations to apply wait for a second person."""
    if world.otherwise:
        call = Call.objects.get(slug=world.round.slug)
        people = [Invitee("Cabbage", "cabbage@example.net")]
        members.draft_invitations(acting(world.cast.steward), call=call, people=people)


@about(ABOUT_ONESELF)
def what_one_says_apart(world: World) -> None:
    """Whether somebody said something of themselves apart, and what, who applied in both worlds."""
    me, call = world.some[3], Call.objects.get(slug=world.round.slug)
    said = {"country": "KE", "gender": "unsaid"} if world.otherwise else {"stage": "early"}
    members.say_about_oneself(acting(me), person=me, call=call, said=said)


@about(WHO_GAVE_A_BAR)
def whether_a_reviewer_gives_a_bar(world: World) -> None:
    """Whether a reviewer has said from which score on they would admit."""
    if world.otherwise:
        members.give_bar(acting(world.some[0]), call=Call.objects.get(slug="barless"), value=250)


@about(A_BAR)
def which_bar_a_reviewer_gives(world: World) -> None:
    """From which score on a reviewer would admit."""
    value = 350 if world.otherwise else 250
    members.give_bar(acting(world.cast.author), call=Call.objects.get(slug="barless"), value=value)


@about(A_DECISION)
def what_is_decided(world: World) -> None:
    """Whether those who keep a call have put its applications in order."""
    if world.otherwise:
        ranked(
            world.cast,
            Call.objects.get(slug="unranked"),
            {world.some[1]: 200, world.some[2]: 400, world.beside["applicant"]: 100},
        )


@about(A_DECISION, A_BEGUN_APPLICATION, WHO_REVIEWS, A_REVIEW)
def who_stands_where_in_a_released_call(world: World) -> None:
    """Which of three newcomers, who were all admitted by a released call, has which number, and so which score and place.

    Another was declined.
    """
    names = ("Ada", "Bob", "Eve")
    three = [
        people.admit(OPERATOR, name=name, email=f"{name}@example.net".lower(), roles=[], synthetic=True)
        for name in names
    ]
    if world.otherwise:
        three.reverse()
    beside = world.beside["applicant"]
    call = with_bar(world.cast, read(world.cast, "ordered", [*three, beside], places=3), [world.some[0]])
    decided(world.cast, call, dict(zip((*three, beside), (300, 500, 400, 100), strict=True)))


@about(LETTERS)
def what_letters_say(world: World) -> None:
    """What the letters say that wait for a second person."""
    subject = "Cabbages" if world.otherwise else "Bassoons"
    letters = {outcome: {"subject": subject, "body": subject} for outcome in LETTERS_OF}
    members.draft_release(acting(world.cast.steward), call=Call.objects.get(slug="unreleased"), letters=letters)


@about(AN_APPEAL)
def whether_one_appeals(world: World) -> None:
    """Whether somebody who was not admitted appealed."""
    if world.otherwise:
        me = world.some[1]
        mine = own_decision(Call.objects.get(slug="decided"), acting(me))
        assert mine is not None
        members.appeal(acting(me), decision=mine, words="Look again.")

"""What is secret, each so or otherwise: told through the program's own acts by the members whose secrets these are."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken

from stoa.agenda import acts as agenda
from stoa.agenda.models import AGREE, DISAGREE, SKIP, PublishedMap
from stoa.agenda.models.discussion import AN_ANSWER, AN_AUTHOR, UNPUBLISHED
from stoa.agenda.models.maps import HOW_MANY
from stoa.agenda.models.rounds import A_DRAFTED_MAIL, AN_ASKER, Round
from stoa.ballots import acts as ballots
from stoa.ballots.models import A_BALLOT, A_KEPT_BALLOT, TICKS, WHO_VOTED
from stoa.forum import acts as forum
from stoa.forum.models import Case, Post
from stoa.forum.models.moderation import A_REPORT, PUT_AWAY, WHO_WROTE
from stoa.forum.models.posts import A_DRAFT, A_POST, READ
from stoa.kit import clock, once
from stoa.kit.act import CLOCK, OPERATOR
from stoa.kit.files import acts as files
from stoa.kit.models import A_FILE, A_MAIL, ATTEMPTS, SENT_TWICE
from stoa.members import acts as members
from stoa.members.models import Call, Draft
from stoa.members.models.applications import A_BEGUN_APPLICATION, ABOUT_ONESELF, AN_APPLICATION
from stoa.members.models.asking import AN_ENQUIRER, AN_ENQUIRY
from stoa.members.models.calls import A_DRAFTED_CALL
from stoa.members.models.decisions import A_BAR, A_DECISION, AN_APPEAL, LETTERS
from stoa.members.models.vouching import WHO_VOUCHES
from stoa.members.queries import own_decision
from stoa.notices import acts as notices
from stoa.notices.models import Event
from stoa.notices.models.announcements import A_DRAFTED_ANNOUNCEMENT
from stoa.notices.models.events import A_CALENDAR, A_LINK, A_REGISTRATION
from stoa.people import acts as people
from stoa.people.links import make_link
from stoa.people.models import (
    A_COPY,
    A_FOLLOW,
    A_KEY,
    A_PAIR,
    A_SETTING,
    A_SUSPENSION,
    A_YEARLY_ANSWER,
    AN_ADDRESS,
    SIGNING_IN,
    Pair,
)
from stoa.record.models import A_LOOK, A_TEXT
from stoa.review import acts as review
from stoa.review.acts.panels import Criterion, Example
from stoa.review.acts.reading import Said
from stoa.review.models import A_PIECE, A_REVIEW, WHO_REVIEWS, Assignment
from tests.cast import browser
from tests.leaks.worlds import World, about
from tests.members.applying import apply, begin
from tests.members.calling import draft
from tests.members.deciding import LETTERS as LETTERS_OF
from tests.members.deciding import ranked
from tests.notices.holding import register, write
from tests.stage import acting, approve, at

NEWCOMER = "newcomer@example.org"
ELSEWHERE = "somebody@example.net"
DRAFTED = "drafted"


@about(AN_ANSWER)
def what_one_answers(world: World) -> None:
    """How somebody answers a statement."""
    value = DISAGREE if world.otherwise else AGREE
    agenda.give_answer(acting(world.some[0]), statement=world.statements[-1], value=value)


@about(AN_ANSWER)
def whether_one_answers(world: World) -> None:
    """Whether somebody answers anything at all."""
    if world.otherwise:
        for statement in world.statements[:2]:
            agenda.give_answer(acting(world.some[-1]), statement=statement, value=AGREE)


@about(AN_ANSWER)
def whether_one_thinks_again(world: World) -> None:
    """Whether somebody changes an answer that is in the published map."""
    if world.otherwise:
        agenda.give_answer(acting(world.some[1]), statement=world.statements[0], value=SKIP)


@about(AN_ANSWER)
def whether_one_takes_back(world: World) -> None:
    """Whether somebody takes an answer back that is in the published map."""
    if world.otherwise:
        agenda.take_answer_back(acting(world.some[2]), statement=world.statements[1])


@about(HOW_MANY)
def how_many_answered(world: World) -> None:
    """How many people the map was drawn from, where rounding hides it."""
    PublishedMap.objects.update(people=16 if world.otherwise else 15)


@about(A_FOLLOW, PUT_AWAY, READ, A_DRAFT)
def what_one_does_in_silence(world: World) -> None:
    """Whom and what somebody follows, mutes and hides, what they have read and what they are writing."""
    if world.otherwise:
        me, post = world.some[3], Post.objects.order_by("pk")[0]
        people.start_following(acting(me), person=me, reference=world.round.reference)
        forum.mute(acting(me), person=me, muted=world.cast.member)
        forum.hide(acting(me), person=me, reference=post.reference)
        forum.mark_read(acting(me), reader=me, thread=post.thread, up_to=post.pk)
        forum.save_draft(acting(me), place=world.round.reference, body="I am not sure.", version=0)


@about(A_FILE)
def what_one_sends(world: World) -> None:
    """Whether somebody sent a file, and what stands in it."""
    me = world.some[2]
    files.send(acting(me), person=me, name="mine.txt", body=b"otherwise" if world.otherwise else b"this way")
    if world.otherwise:
        files.begin(acting(me), person=me, name="another.pdf", size=9)


@about(A_PAIR, AN_ADDRESS)
def whether_two_accounts_are_suspected(world: World) -> None:
    """Whether two accounts are suspected to be one person's."""
    for n, person in enumerate(world.some[12:16]):
        address = f"cabbage{n // 2}+{n}@example.net" if world.otherwise else f"bassoon{n}@example.net"
        EmailAddress.objects.create(user=person, email=address)
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


@about(A_COPY, A_FILE)
def whether_one_takes_ones_data_away(world: World) -> None:
    """Whether somebody asked for a copy of their data, and got it."""
    if world.otherwise:
        me = world.some[4]
        people.make_copy(CLOCK, copy=people.ask_for_data(acting(me), person=me), body=b"PK")


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


@about(A_SETTING, A_KEY, SENT_TWICE)
def what_one_has_set(world: World) -> None:
    """Zone, mails, absence, keys for programs, and requests that these sent under a key."""
    if world.otherwise:
        me = world.some[4]
        people.edit_profile(acting(me), person=me, name=me.name, zone="Asia/Tokyo")
        people.choose_mail(acting(me), person=me, wants=False, digest=False)
        people.choose_following(acting(me), person=me, own=False)
        people.set_absence(acting(me), person=me, until=(clock.now() + timedelta(days=9)).date())
        members.take_step(acting(me), person=me, step="profile", skipped=True)
        people.send_digest(CLOCK, person=me, week="2027-W09", letter=None)
        with once.under("sent again"):
            people.create_token(acting(me), person=me, name="notebook")


@about(SIGNING_IN, ATTEMPTS, A_MAIL)
def how_one_signs_in(world: World) -> None:
    """Whether somebody signed in, asked for a code and for a link, and has a second factor and an account elsewhere."""
    program = SocialApp.objects.create(provider="github", name="GitHub", client_id="stoa")
    if world.otherwise:
        me = world.some[5]
        browser(me)
        browser().post("/account/login/", {"login": me.email}, REMOTE_ADDR="192.0.2.7")
        make_link(me, hours=1, once=True)
        Authenticator.objects.create(user=me, type=Authenticator.Type.TOTP, data={"secret": "x"})
        elsewhere = SocialAccount.objects.create(user=me, provider="github", uid="7", last_login=clock.now())
        SocialToken.objects.create(account=elsewhere, app=program, token="x")
        me.unsubscribe_token = "otherwise"
        me.save()


@about(AN_ADDRESS, SIGNING_IN)
def what_address_one_has(world: World) -> None:
    """The e-mail address of somebody, and of which addresses there are accounts."""
    address = ELSEWHERE if world.otherwise else NEWCOMER
    person = people.admit(OPERATOR, name="Newcomer", email=address)
    if world.otherwise:
        kept = EmailAddress.objects.create(user=person, email=address, primary=True)
        EmailConfirmation.objects.create(email_address=kept, key="key")


@about(A_LOOK)
def whether_staff_looked(world: World) -> None:
    """Whether a founder looked at somebody's address."""
    if world.otherwise:
        people.see_private(acting(world.cast.founder), person=world.some[6], what="your e-mail address")


@about(AN_ASKER)
def who_asks_unsigned(world: World) -> None:
    """Which of two people put an unsigned question to the next round."""
    author = world.some[8] if world.otherwise else world.some[9]
    coming = Round.objects.get(slug="2028")
    agenda.propose_question(acting(author), round=coming, title="Who asks?", body="", signed=False)


@about(A_DRAFTED_MAIL, A_TEXT)
def what_is_drafted_to_all(world: World) -> None:
    """What a mail to everybody will say that waits for a second person."""
    words = "The round is late." if world.otherwise else "The hall is cold."
    agenda.draft_announcement(acting(world.cast.founder), round=world.round, subject=words, body=words)


@about(AN_AUTHOR, WHO_WROTE)
def who_wrote_it(world: World) -> None:
    """Which of two people proposed a statement."""
    author = world.some[5] if world.otherwise else world.some[6]
    agenda.propose_statement(acting(author), round=world.round, body="Logs should be deleted after a month.")


@about(A_REPORT)
def whether_one_reports(world: World) -> None:
    """Whether somebody reported a post and a statement."""
    if world.otherwise:
        post = Post.objects.order_by("pk")[0]
        forum.report(acting(world.some[7]), reference=post.reference, reason="off-topic", words="")
        forum.report(acting(world.some[7]), reference=world.statements[1].reference, reason="spam", words="")


@about(A_POST, A_TEXT, A_REPORT)
def what_a_removed_post_said(world: World) -> None:
    """What a post said, before and after an edit, that was removed, and whether its author appealed."""
    words = "cabbages" if world.otherwise else "bassoons"
    author = world.some[10]
    post = forum.write_post(acting(author), about=world.round.reference, body=f"Buy {words}!")
    post = forum.edit_post(acting(author), post=post, body=f"Buy my {words}!", version=post.version)
    forum.remove(acting(world.cast.steward), reference=post.reference, reason="spam", words="")
    if world.otherwise:
        case = Case.objects.get(subject=post.reference)
        forum.appeal(acting(author), case=case, words="They are fresh.")


@about(UNPUBLISHED, A_POST)
def what_first_pieces_say(world: World) -> None:
    """What a new account's first statement and first post say, which wait for a look."""
    words = "Cabbages matter." if world.otherwise else "Bassoons matter."
    new = world.some[11]
    agenda.propose_statement(acting(new), round=world.round, body=words, anyway=True)
    forum.write_post(acting(new), about=world.round.reference, body=words)


@about(A_BALLOT, A_MAIL)
def what_one_approves(world: World) -> None:
    """Which question a voter approves."""
    approve([world.some[0]], world.round, [world.round.questions.order_by("-pk" if world.otherwise else "pk")[0]])


@about(WHO_VOTED)
def whether_one_votes(world: World) -> None:
    """Whether somebody has voted yet."""
    if world.otherwise:
        approve([world.some[1]], world.round, list(world.round.questions.all()[:1]))


@about(A_BALLOT)
def whether_one_votes_again(world: World) -> None:
    """Whether somebody changed their vote."""
    approve([world.some[2]], world.round, list(world.round.questions.all()[:1]))
    if world.otherwise:
        approve([world.some[2]], world.round, list(world.round.questions.all()[1:]))


@about(TICKS)
def what_one_has_ticked(world: World) -> None:
    """Whether somebody ticked questions without voting."""
    assert world.round.ballot is not None
    if world.otherwise:
        reference = world.round.questions.all()[0].reference
        ballots.save_draft(acting(world.some[3]), ballot=world.round.ballot, approved=[reference])


@about(AN_ANSWER)
def who_answered_how(world: World) -> None:
    """Which of two people agrees with a statement, and which does not."""
    values = (DISAGREE, AGREE) if world.otherwise else (AGREE, DISAGREE)
    for person, value in zip(world.some[:2], values, strict=True):
        agenda.give_answer(acting(person), statement=world.statements[0], value=value)


@about(A_KEPT_BALLOT)
def who_voted_for_which(world: World) -> None:
    """Which of two voters approved which question, of a vote that too few took part in to open its ballots."""
    with at(world.round.vote_opens):
        agenda.begin_vote(CLOCK, round=world.round)
        world.round.refresh_from_db()
        questions = list(world.round.questions.order_by("pk"))
        for person, question in zip(world.some[:2], questions[:: -1 if world.otherwise else 1], strict=True):
            approve([person], world.round, [question])


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
        members.withdraw(acting(world.some[1]), draft=Draft.objects.get(call=call, person=world.some[1]))


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


@about(ABOUT_ONESELF)
def what_one_says_apart(world: World) -> None:
    """Whether somebody said something of themselves apart, and what, who applied in both worlds."""
    me, call = world.some[3], Call.objects.get(slug=world.round.slug)
    said = {"country": "KE", "gender": "unsaid"} if world.otherwise else {"stage": "early"}
    members.say_about_oneself(acting(me), person=me, call=call, said=said)


@about(A_BAR)
def which_bar_a_reviewer_gives(world: World) -> None:
    """Whether a reviewer has said from which score on they would admit."""
    if world.otherwise:
        members.give_bar(acting(world.some[0]), call=Call.objects.get(slug="barless"), value=250)


@about(WHO_REVIEWS, A_REVIEW)
def who_reads_a_call_and_what_they_say(world: World) -> None:
    """Whether another is asked to read a call, and what its reviewer gives for which application, and says to the panel."""
    if world.otherwise:
        call, me = Call.objects.get(slug="barless"), acting(world.some[0])
        members.invite_reviewers(acting(world.cast.steward), call=call, people=[world.some[3]], load=3)
        one = Assignment.objects.filter(piece__panel=call.panel_id).select_related("piece__panel", "seat__person")[0]
        review.give_review(me, assignment=one, said=Said({"experience": 5}, "To the panel.", "To the applicant."))
        review.write_remark(me, panel=one.piece.panel, number=one.piece.number, body="Cabbages matter.")


@about(A_DECISION)
def what_is_decided(world: World) -> None:
    """Whether those who keep a call have put its applications in order."""
    if world.otherwise:
        ranked(world.cast, Call.objects.get(slug="unranked"), {world.some[1]: 200, world.some[2]: 400})


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


@about(A_DRAFTED_ANNOUNCEMENT)
def what_is_drafted_to_everybody(world: World) -> None:
    """Whether an announcement is drafted that is to be mailed to everybody."""
    if world.otherwise:
        write(world.cast.steward, "Cabbages", mailed=True)


@about(A_REGISTRATION)
def who_comes(world: World) -> None:
    """Which of two people registered for an event, and whether one more did, of fewer than are told."""
    first, second = Event.objects.order_by("pk")[:2]
    register(world.some[1 if world.otherwise else 2], first)
    if world.otherwise:
        register(world.some[3], second)


@about(A_LINK)
def where_those_meet_who_come(world: World) -> None:
    """The link of an event, which only those see who have a place."""
    event = Event.objects.order_by("pk")[0]
    says = {"link": "https://meet.example.org/cabbages" if world.otherwise else "https://meet.example.org/oboe"}
    notices.change_event(acting(world.cast.steward), event=event, sequence=event.sequence, says=says)


@about(A_CALENDAR)
def whether_one_has_a_calendar(world: World) -> None:
    """Whether somebody made a secret address of their calendar."""
    if world.otherwise:
        notices.open_calendar(acting(world.some[3]), person=world.some[3])


IN_A_CALL = (
    who_reads_a_call_and_what_they_say,
    what_is_drafted_to_everybody,
    who_comes,
    where_those_meet_who_come,
    whether_one_has_a_calendar,
    which_bar_a_reviewer_gives,
    what_is_decided,
    what_letters_say,
    whether_one_appeals,
    whether_a_call_is_drafted,
    whether_one_begins_to_apply,
    whether_one_withdrew,
    whether_one_applies,
    what_one_says_apart,
    who_asks_about_a_call,
    what_a_removed_question_asked,
)


@about(WHO_REVIEWS, A_PIECE, A_REVIEW)
def who_reviews_what(world: World) -> None:
    """Who reviews on a panel, what is before it, who is in conflict with it, and what they say of it and to each other."""
    steward, (one, other, third) = acting(world.cast.steward), world.some[11:14]
    criteria = [Criterion("fit", "Fit", "How well it fits.", [Example(2, "Hardly."), Example(5, "Wholly.")])]
    panel = review.set_up_panel(
        steward, title="Cabbage prize", criteria=criteria, deadline=clock.now() + timedelta(days=9), reviews_each=1
    )
    for title in ("First", "Second"):
        review.put_piece(steward, panel=panel, title=title, text=f"{title} on cabbages.")
    for person in (one, other):
        seat = review.invite(steward, panel=panel, person=person, load=5)
        review.accept(acting(person), seat=seat, load=5)
    review.run_assignment(steward, panel=panel)
    if world.otherwise:
        panel.refresh_from_db()
        review.invite(steward, panel=panel, person=third, load=3)
        review.put_piece(steward, panel=panel, title="Third", text="Third on cabbages.")
        held = Assignment.objects.select_related("seat__person", "piece").order_by("pk")
        first, second = held[0], held[1]
        me = acting(first.seat.person)
        review.give_review(me, assignment=first, said=Said({"fit": 4}, "To the panel.", "To the author."))
        review.write_remark(me, panel=panel, number=first.piece.number, body="Cabbages matter.")
        review.declare_conflict(acting(second.seat.person), panel=panel, number=second.piece.number)


IN_A_DISCUSSION = (
    who_reviews_what,
    why_one_is_suspended,
    whether_two_accounts_are_suspected,
    whether_one_takes_ones_data_away,
    whether_one_answers_about_ties,
    what_one_answers,
    whether_one_answers,
    whether_one_thinks_again,
    whether_one_takes_back,
    how_many_answered,
    what_one_does_in_silence,
    what_one_has_set,
    what_one_sends,
    how_one_signs_in,
    what_address_one_has,
    whether_staff_looked,
    who_asks_unsigned,
    what_is_drafted_to_all,
    who_wrote_it,
    whether_one_reports,
    what_a_removed_post_said,
    what_first_pieces_say,
)
IN_A_VOTE = (what_one_approves, whether_one_votes, whether_one_votes_again, what_one_has_ticked, what_one_has_set)
AFTER_THE_CLOSE = (who_answered_how, who_voted_for_which)

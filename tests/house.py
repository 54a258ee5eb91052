"""A community in which everything is under way at once, and one of its members has something private of each kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from stoa.agenda import acts as agenda
from stoa.agenda.models import AGREE, Announcement, Round, Statement
from stoa.agenda.tasks import advance
from stoa.ballots import acts as ballots
from stoa.ballots.models import CastBallot
from stoa.ballots.queries import Sealed
from stoa.forum import acts as forum
from stoa.forum.models import Case, Post
from stoa.kit import clock
from stoa.kit.act import CLOCK, OPERATOR, VISITOR
from stoa.kit.files import acts as files
from stoa.kit.models import Mail
from stoa.lab import acts as lab
from stoa.lab.acts.importing import Incoming
from stoa.lab.models import Commitment
from stoa.members import acts as members
from stoa.members.acts.vouching import vouching_link
from stoa.members.models import Application, Draft
from stoa.members.queries import own_decision
from stoa.members.rules.inviting import Invitee
from stoa.notices import acts as notices
from stoa.notices.models import Event
from stoa.people import acts as people
from stoa.people.links import make_link
from stoa.people.models import ApiToken, DataCopy, Pair, Person, Suspension, Tie
from stoa.record.models import Blob, Placement
from stoa.review import acts as review
from stoa.review.acts.reading import Said
from stoa.review.models import Assignment, Conflict
from tests.agenda.discussing import in_discussion, state
from tests.cast import Cast, settle
from tests.lab.studying import (
    begun,
    checked,
    claimed,
    committed,
    digest,
    drafted,
    key_of,
    looked_at,
    registered,
    reproduced,
    sent,
    submitted,
    version,
)
from tests.members.applying import apply
from tests.members.calling import draft, opened
from tests.members.deciding import LETTERS, ranked, read, seated, with_bar
from tests.notices.holding import hold, register, released, write
from tests.stage import acting, approve, at

MARK = "S3CRET"
"""Begins every private text of the one whose secrets these are."""


@dataclass
class House:
    """The cast; round 2025 decided, 2026 voting, 2027 discussed, 2028 taking questions; and what one member keeps private.

    One call is open, one drafted, one read, and one decided.
    """

    cast: Cast = field(default_factory=Cast)
    secrets: list[str] = field(default_factory=list)

    @property
    def one(self) -> Person:
        """Whose secrets these are."""
        return self.cast.author

    def values_for(self, pattern: str) -> list[dict[str, str]]:
        """Values for the parts of this address, by the first beginning that it has; and those that serve anywhere."""
        fillings, address = self._fillings(), pattern.removeprefix("/")
        return [*next(values for begin, values in fillings.items() if address.startswith(begin)), *fillings[""]]

    def _fillings(self) -> dict[str, list[dict[str, str]]]:
        """By the beginning of an address, the longer before the shorter: values for its parts that lead to what is theirs."""
        one = {"person_id": self.one.pk, "reference": f"person:{self.one.pk}"}
        vote = {"slug": "2026", "pk": str(self.vote.pk), "commitment": self.commitment}
        in_round = [
            {"slug": "2025", "file": "ballots.json", "pk": "1"},
            vote,
            {"slug": "2027", "pk": str(self.statement.pk), "file": "map.json"},
            {"slug": "2028", "pk": str(self.announcement.pk)},
            {"slug": "2028", "pk": str(self.question)},
        ]
        post = {"pk": str(self.post.pk), "reference": self.post.reference, "place": self.place}
        thread = {"pk": str(self.post.thread_id), "reference": self.statement.reference}
        case = {"case_id": str(self.case.pk), "case": str(self.case.pk)}
        held = {"number": str(self.event.pk), "draft": self.draft}
        studied = {"number": "1", "pk": "1", "run": "1", "suite": "small-checks", "draft": self.study, "step": "plan"}
        running = {"number": str(self.run.study.number), "run": str(self.run.number)}
        mine = one | {
            "step": "topics",
            "suspension": self.suspension.pk,
            "kept": self.copy.pk,
            "pk": str(self.key.pk),
            "number": str(self.key.pk),
            "key": str(self.key.pk),
        }
        calls = self._calls()
        panel = str(self.panel)
        pieces = [str(one.piece.number) for one in self.reading]
        seat, conflict = str(self.reading[0].seat_id), str(self.conflict)
        log = {"position": "3", "version": "1", "path": self.tile, "sha256": self.blob}
        files = [{"upload": self.upload}, {"upload": self.paper}]
        pairs = [{"pk": pair, "pair": pair} for pair in self.pairs]
        numbers = [{**filling, "number": filling.get("pk", "")} for filling in (*in_round, post, thread)]
        return {
            "agenda/": in_round,
            "calls/enter/": [{"token": self.entrance}],
            "calls/vouch/": [{"token": self.vouching}],
            "calls/": calls,
            "reviews/<int:pk>/panel/seats/": [{"pk": panel, "number": seat}],
            "reviews/<int:pk>/panel/conflicts/": [{"pk": panel, "number": conflict}],
            "reviews/": [{"pk": panel, "number": piece} for piece in pieces],
            "votes/": [vote, self.decided_vote],
            "announcements/": [{"number": "1", "draft": self.draft}],
            "events/": [{"number": str(self.event.pk)}],
            "forum/": [one | post | case, thread],
            "lab": [studied | {"place": "1", "kind": "svg"}, running, {"draft": self.results}],
            "people/me/ties/": [{"pk": str(self.tie.pk)}],
            "people/organisations/": [{"pk": str(self.tie.organisation_id)}],
            "people/": [mine],
            "membership/pairs/": pairs,
            "membership/": [one | {"pk": self.suspension.pk, "role": "member"}],
            "account/": [{"pk": "1", "key": "x", "uidb36": "1"}],
            "api/v1/calls/": calls,
            "api/v1/pairs/": pairs,
            "api/v1/panels/": [{"number": panel, "seat": seat, "conflict": conflict, "piece": one} for one in pieces],
            "api/v1/reviews/": [{"number": panel, "piece": piece} for piece in pieces],
            "api/v1/me/ties/": [{"number": str(self.tie.pk)}],
            "api/v1/organisations/": [{"number": str(self.tie.organisation_id)}],
            "api/v1/": [
                *files, mine | case, held, running, {"number": "1"}, {"reference": self.place},
                {**studied, "suite": "small_checks"}, {**studied, "key": self.run_key, "draft": self.results},
                *(one | post | case | filling for filling in numbers),
            ],
            "api/docs/": [{"tag": "announcements"}],
            "": [{**log, "token": "x", "kind": "privacy", "step": "topics"}],
        }  # fmt: skip

    def _calls(self) -> list[dict[str, str]]:
        """Of each call its own: what leads from one to what belongs to another finds nothing."""
        asked = {"number": self.enquiry, "pk": self.enquiry, "invitation": self.invitation}
        submitted = {"application": self.application, "upload": self.paper, "part": "fields", "key": "why"}
        return [
            {"slug": "members", **asked, **submitted},
            {"slug": "members", "number": "2", "upload": self.sheet},
            {"slug": "drafted", "part": "facts", "key": "post"},
            {"slug": "read", "application": self.read_by_them},
            {"slug": "decided", "application": self.decided, "appeal": self.appeal},
        ]

    def happen(self, stack: ExitStack) -> None:
        """All of it, in the order of time; the clock stays where it ends."""
        self.cast.admit(17)
        self._decide(stack)
        self._vote(stack)
        self._discuss()
        self._propose()
        self._write()
        self._apply()
        self._read()
        self._appeal()
        self._come()
        self._keep()
        self._study()
        self._suspend()
        self._pair()
        settle()
        self.tile = f"tile/0/000.p/{Placement.objects.count() % 256}"
        self.blob = str(Blob.objects.order_by("pk")[0].pk)

    def _decide(self, stack: ExitStack) -> None:
        round_ = self.cast.round("2025", days=1)
        questions = [self.cast.question(round_, f"Question {n}?", cost=30, hours=20) for n in range(3)]
        with at(round_.vote_opens):
            round_ = self.cast.vote(round_)
            for n, member in enumerate(self.cast.members):
                approve([member], round_, questions[: 1 + n % 2])
        with at(round_.vote_closes):
            agenda.close_vote(CLOCK, round=round_)
        stack.enter_context(at(round_.vote_closes + timedelta(hours=25)))
        agenda.decide(CLOCK, round=round_)
        ballot = Round.objects.get(slug="2025").ballot
        assert ballot is not None
        self.decided_vote = {"pk": str(ballot.pk), "commitment": Sealed(ballot).commitments[0]}

    def _vote(self, stack: ExitStack) -> None:
        round_ = self.cast.round("2026", days=1)
        questions = [self.cast.question(round_, f"Another {n}?", cost=30, hours=20) for n in range(2)]
        stack.enter_context(at(round_.vote_opens))
        advance()
        round_ = Round.objects.get(slug="2026")
        assert round_.ballot is not None
        self.vote = round_.ballot
        cast: CastBallot = ballots.cast(
            acting(self.one), ballot=self.vote, approved=[questions[0].reference], words=self._mark("WORDS")
        )
        self.commitment = bytes(cast.commitment).hex()
        ballots.save_draft(acting(self.one), ballot=self.vote, approved=[questions[1].reference])

    def _discuss(self) -> None:
        round_ = in_discussion(self.cast, "2027")
        self.statement: Statement = state(round_, "Logs should be deleted after a month.", self.one)
        other = state(round_, "Logs should be kept for a year at least.", self.cast.member)
        agenda.give_answer(acting(self.one), statement=other, value=AGREE)

    def _propose(self) -> None:
        round_ = self.cast.round("2028", days=30)
        self.question = self.cast.question(round_, "What leaks?", cost=10, by=self.one, hours=5).pk
        self.announcement: Announcement = agenda.draft_announcement(
            acting(self.cast.steward), round=round_, subject="News", body=self._mark("MAIL")
        )

    def _write(self) -> None:
        about = f"round:{Round.objects.get(slug='2028').pk}"
        self.place = about
        self.post: Post = forum.write_post(acting(self.one), about=about, body=self._mark("REMOVED"))
        other = forum.write_post(acting(self.cast.member), about=about, body="What about *prompts*?")
        forum.report(acting(self.one), reference=other.reference, reason="spam", words=self._mark("REPORT"))
        forum.remove(acting(self.cast.steward), reference=self.post.reference, reason="spam", words=self._mark("WHY"))
        self.case = Case.objects.get(subject=self.post.reference)
        forum.appeal(acting(self.one), case=self.case, words=self._mark("APPEAL"))
        forum.save_draft(acting(self.one), place=about, body=self._mark("DRAFT"), version=0)

    def _apply(self) -> None:
        call = opened(self.cast, "members")
        draft(self.cast, "drafted")
        me = acting(self.one)
        name, body = self._mark("PAPER"), self._mark("PAGES").encode()
        self.paper: str = files.send(me, person=self.one, name=name, body=body).pk
        self.application = apply(self.one, call, why=self._mark("SUBMITTED"), paper=[self.paper]).pk
        written = Draft.objects.get(call=call, person=self.one)
        said: dict[str, Any] = {"answers": {"why": self._mark("WRITTEN")}, "profile": {"post": "Professor"}}
        members.save_draft(me, draft=written, version=written.version, **said)
        members.say_about_oneself(me, person=self.one, call=call, said={"country": "KE"})
        sheet = f"Ref,Full name,E-mail\na1,{self._mark('SHEET')},ada@example.org\n".encode()
        steward = self.cast.steward
        self.sheet: str = files.send(acting(steward), person=steward, name="a.csv", body=sheet).pk
        self.enquiry = str(members.ask(me, draft=written, body="By when?").pk)
        self.vouching = vouching_link(written).rsplit("/", 1)[1]
        invited = [Invitee(self._mark("INVITED"), "invited@example.org")]
        self.invitation: str = members.draft_invitations(acting(self.cast.founder), call=call, people=invited).pk
        members.invite_applicant(VISITOR, call=call, address="arriving@example.org")
        mail = Mail.objects.get(to="arriving@example.org")
        self.entrance = re.findall(r"/calls/enter/(\S+)", mail.body)[0]

    def _read(self) -> None:
        """A call that they read with another: of one application they gave a review, one they write on, one they may not read."""
        applicants, other = self.cast.members[10:13], self.cast.members[13]
        strangers = {
            "organisation": "Another university"
        }  # whom they may read, who named a place and works of their own
        call = read(self.cast, "read", applicants, why=self._mark("APPLIED"), profile=strangers)
        assert call.panel is not None
        seated(self.cast, call, [self.one, other])
        review.run_assignment(acting(self.cast.steward), panel=call.panel)
        me, held = acting(self.one), Assignment.objects.select_related("seat__person", "piece__panel")
        given, begun, barred = self.reading = list(held.filter(seat__person=self.one, piece__panel=call.panel))
        said = Said({"experience": 4}, self._mark("TOPANEL"), self._mark("TOAUTHOR"))
        review.give_review(me, assignment=given, said=said)
        review.write_remark(me, panel=call.panel, number=given.piece.number, body=self._mark("REMARK"))
        review.save_draft(me, assignment=begun, said=Said({}, self._mark("REVIEWING")))
        review.declare_conflict(me, panel=call.panel, number=barred.piece.number)
        self.panel, self.conflict = call.panel_id, Conflict.objects.get(piece=barred.piece).pk
        self.read_by_them = given.piece.object_id

    def _appeal(self) -> None:
        """A call that was decided against them, and their appeal."""
        steward, founder = acting(self.cast.steward), acting(self.cast.founder)
        others, reviewer = self.cast.members[10:12], self.cast.members[13]
        call = with_bar(self.cast, read(self.cast, "decided", [self.one, *others]), [reviewer])
        ranked(self.cast, call, dict(zip([self.one, *others], (200, 400, 400), strict=True)))
        mine = Application.objects.get(call=call, person=self.one)
        members.give_reason(steward, application=mine, reason=self._mark("DECLINED"))
        subject = self._mark("LETTER")
        letters = {outcome: {**letter, "subject": subject} for outcome, letter in LETTERS.items()}
        members.draft_release(steward, call=call, letters=letters)
        call = members.confirm_release(founder, call=call)
        decision = own_decision(call, acting(self.one))
        assert decision is not None
        self.decided = mine.pk
        roles = ["founder", "member"]
        self.hearer = people.admit(OPERATOR, name="Who decided nothing", email="hearer@example.org", roles=roles)
        self.appeal: str = members.appeal(acting(self.one), decision=decision, words=self._mark("HEARAGAIN")).pk

    def _come(self) -> None:
        released(self.cast.steward)
        self.draft = write(self.cast.steward, self._mark("NEWS"), mailed=True).pk
        self.event: Event = hold(self.cast, places=1, link=f"https://example.org/{MARK}LINK")
        self.secrets.append(f"{MARK}LINK")
        register(self.one, self.event)
        self.secrets.append(notices.open_calendar(acting(self.one), person=self.one))

    def _keep(self) -> None:
        one, me = self.one, acting(self.one)
        self.key: ApiToken = people.create_token(me, person=one, name=self._mark("KEY"))[0]
        people.set_absence(me, person=one, until=(clock.now() + timedelta(days=9)).date())
        people.start_following(me, person=one, reference="round:1")
        forum.mute(me, person=one, muted=self.cast.member)
        forum.hide(me, person=one, reference="post:2")
        name, body = self._mark("FILE"), self._mark("BYTES").encode()
        self.upload: str = files.send(me, person=one, name=name, body=body).pk
        asked: DataCopy = people.ask_for_data(me, person=one)
        self.copy: DataCopy = people.make_copy(CLOCK, copy=asked, body=files.gather([self._mark("COPY").encode()]))
        place = people.add_organisation(OPERATOR, name="A university")
        self.tie: Tie = people.declare_tie(
            me, person=one, organisation=place, kind=Tie.Kind.STUDY, start=clock.now().date()
        )
        self.secrets.append(make_link(one, hours=48, once=True).rsplit("/", 1)[1])
        self.secrets += [str(one.email), str(one.unsubscribe_token)]

    def _study(self) -> None:
        """A result that is reproduced, another that waits for it; a draft of theirs, and what they committed to."""
        of = version(self.cast.member, bases=[(version(self.cast.member, label="F16"), "quantised")])
        claim = claimed(registered(self.cast.member, of), self.cast.member)
        reproduced(claim, self.cast.members[2])
        waits = claimed(registered(self.cast.member, of, title="And what else?"), self.cast.member)
        self.study: str = drafted(self.one, of, title=self._mark("STUDY"), why=self._mark("REASON")).pk
        self.run = run = begun(waits.study, self.one, waits)
        upload = sent(self.one, f'{{"log": "{self._mark("LOG")}"}}'.encode())
        committed(run, self.one, upload)
        self.secrets.append(Commitment.objects.get(run=run).digest)
        self.run_key: str = key_of(self.one).pk
        checked(submitted(begun(claim.study, self.cast.member), self.cast.member), word="differs", faults=2)
        self.results: str = looked_at(self.one, self._mark("RESULTS")).pk
        result = {"model_name": "M <b>", "suite": "garak/dan", "measures": {"rate": {"value": 0.5}}}
        lab.import_results(
            acting(self.cast.member), format="garak", source=digest("report"), incoming=[Incoming(**result)]
        )

    def _suspend(self) -> None:
        """Somebody who was suspended, and whose suspension is over."""
        steward = acting(self.cast.steward)
        self.suspension: Suspension = members.suspend(
            steward, person=self.one, code="other", words=self._mark("SUSPENDED"), days=1
        )
        members.appeal_suspension(acting(self.one), person=self.one, words=self._mark("AGAINST"))
        members.lift(steward, suspension=self.suspension)

    def _pair(self) -> None:
        """They applied with the ORCID iD of two others: a steward asked one of the two, and the other pair waits."""
        members.find_pairs(CLOCK)
        settled, waits = Pair.objects.filter(older=self.one).order_by("pk")
        members.settle_pair(acting(self.cast.steward), pair=settled, same=False, reason=self._mark("ALIKE"))
        self.pairs: list[str] = [settled.pk, waits.pk]

    def _mark(self, what: str) -> str:
        self.secrets.append(f"{MARK}{what}")
        return f"{MARK}{what} of mine"


@contextmanager
def full_house() -> Iterator[House]:
    """Everything under way, in the database that is in use; the clock stands where the last of it happened."""
    with ExitStack() as stack:
        house = House()
        house.happen(stack)
        yield house

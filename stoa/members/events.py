"""The public facts of calls: their dates and rules as commitments, and numbers; never who applied, nor a text."""

from dataclasses import dataclass
from typing import Any, ClassVar

from stoa.kit.act import Event


@dataclass(frozen=True)
class CallEvent(Event):
    """A fact about one call."""

    call: str
    subject_kind: ClassVar[str] = "call"


@dataclass(frozen=True)
class CallAnnounced(CallEvent):
    """A call with its dates, places and how many read each application; texts and rules as commitments."""

    opens: str
    closes: str
    grace_minutes: int
    admits: str
    reviews_each: int
    seed: str
    places: int | None = None
    type: ClassVar[str] = "members.call.announced"


@dataclass(frozen=True)
class CallAmended(CallAnnounced):
    """An announced call was changed before it opened; all of it as it stands now."""

    type: ClassVar[str] = "members.call.amended"


@dataclass(frozen=True)
class CallOpened(CallEvent):
    """Applications are taken from now on, and the rules are fixed."""

    type: ClassVar[str] = "members.call.opened"


@dataclass(frozen=True)
class CallExtended(CallEvent):
    """A call closes later than was said. `outage_seconds` says for how long the server had been down, where that is why."""

    closes: str
    outage_seconds: int | None = None
    type: ClassVar[str] = "members.call.extended"


@dataclass(frozen=True)
class CallClosed(CallEvent):
    """No more applications are taken; so many stand."""

    applications: int
    type: ClassVar[str] = "members.call.closed"


@dataclass(frozen=True)
class EnquiryEvent(Event):
    """A fact about a question on a call; `enquiry` is its number."""

    enquiry: str
    call: str
    subject_kind: ClassVar[str] = "enquiry"


@dataclass(frozen=True)
class EnquiryAsked(EnquiryEvent):
    """Somebody who applies asked without giving their name: whoever acted is withheld."""

    actor_withheld: ClassVar[bool] = True
    type: ClassVar[str] = "members.enquiry.asked"


@dataclass(frozen=True)
class EnquiryAskedByName(EnquiryEvent):
    """Somebody who applies asked by their name."""

    type: ClassVar[str] = "members.enquiry.asked_by_name"


@dataclass(frozen=True)
class EnquiryAnswered(EnquiryEvent):
    """Somebody who keeps the call answered; `version` counts the answers, the latest of which holds."""

    version: int
    type: ClassVar[str] = "members.enquiry.answered"


@dataclass(frozen=True)
class EnquiryWithdrawn(EnquiryEvent):
    """A question was withdrawn by whoever asked it, before it was answered."""

    actor_withheld: ClassVar[bool] = True
    type: ClassVar[str] = "members.enquiry.withdrawn"


@dataclass(frozen=True)
class ApplicationEvent(Event):
    """A sealed fact about one application: covered by the day's sealed entry, and told to nobody but whose it is."""

    application: str
    call: str
    person: str
    subject_kind: ClassVar[str] = "application"


@dataclass(frozen=True)
class ApplicationSubmitted(ApplicationEvent):
    """An application was submitted, or what had been submitted was replaced; `digest` is the SHA-256 of its canonical form."""

    digest: str
    version: int
    type: ClassVar[str] = "members.application.submitted"


@dataclass(frozen=True)
class ApplicationWithdrawn(ApplicationEvent):
    """An application was withdrawn, and what had been submitted deleted."""

    type: ClassVar[str] = "members.application.withdrawn"


@dataclass(frozen=True)
class ApplicationsImported(CallEvent):
    """Applications were taken from a file: its digest, and how many were taken and passed over."""

    file: str
    added: int
    passed_over: int
    type: ClassVar[str] = "members.applications.imported"


@dataclass(frozen=True)
class InvitationsSent(CallEvent):
    """So many people were invited to apply by mail."""

    invited: int
    type: ClassVar[str] = "members.invitations.sent"


@dataclass(frozen=True)
class ReviewBegun(CallEvent):
    """The applications of a call are read from now on."""

    type: ClassVar[str] = "members.review.begun"


@dataclass(frozen=True)
class BarSet(CallEvent):
    """The reviewers' bar, in hundredths of a point: the lower median of those that so many of them gave."""

    bar: int
    given: int
    type: ClassVar[str] = "members.bar.set"


@dataclass(frozen=True)
class ReleaseDrafted(CallEvent):
    """Letters to all who applied were drafted; another person has to confirm them."""

    type: ClassVar[str] = "members.release.drafted"


@dataclass(frozen=True)
class CallDecided(CallEvent):
    """A call was decided and everybody told. `order` is a blob: the opaque ids at or above the bar, in their order.

    `scores` is one too, where enough applied: each id with its score, sorted by id. `share` is there where somebody was passed
    over since the sponsor's share had no room: the share as it stood, how many of those admitted are `among` the sponsor's,
    and a blob of the ids passed over, sorted.
    """

    bar: int
    admitted: int
    waiting: int
    declined: int
    order: str
    scores: str | None = None
    share: dict[str, Any] | None = None
    type: ClassVar[str] = "members.call.decided"


@dataclass(frozen=True)
class PlaceMoved(CallEvent):
    """A place came free, and went to the next on the waiting list where there was one."""

    admitted: int
    type: ClassVar[str] = "members.place.moved"


@dataclass(frozen=True)
class AppealDecided(ApplicationEvent):
    """An appeal was decided, by somebody who had not decided what it was against."""

    granted: bool
    type: ClassVar[str] = "members.appeal.decided"


@dataclass(frozen=True)
class SuspensionEvent(Event):
    """A fact about the suspension of a person."""

    person: str
    suspension: str
    subject_kind: ClassVar[str] = "person"


@dataclass(frozen=True)
class Suspended(SuspensionEvent):
    """A person is suspended until an instant, for a reason told as a code; the record commits to the words."""

    code: str
    until: str
    type: ClassVar[str] = "members.suspension.given"


@dataclass(frozen=True)
class SuspensionLifted(SuspensionEvent):
    """A suspension ended before its time."""

    type: ClassVar[str] = "members.suspension.lifted"


@dataclass(frozen=True)
class SuspensionJudged(SuspensionEvent):
    """Somebody who had not given it decided an appeal against a suspension; granted, it ended."""

    granted: bool
    type: ClassVar[str] = "members.suspension.judged"


@dataclass(frozen=True)
class AccountsJoined(Event):
    """Two accounts were found to be one person's: the `ended` one holds nothing any more, `person` is who they are here."""

    person: str
    ended: str
    type: ClassVar[str] = "members.accounts.joined"
    subject_kind: ClassVar[str] = "person"


@dataclass(frozen=True)
class ConductAccepted(Event):
    """A person accepted this version of the code of conduct."""

    person: str
    version: int
    type: ClassVar[str] = "members.conduct.accepted"
    subject_kind: ClassVar[str] = "person"

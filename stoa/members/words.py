"""How the record's entries about calls read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stoa.kit.words import Leaf, Text, Words, counted, instant_words, register_words, role_words
from stoa.members import events
from stoa.people.models import Suspension

DATES = {"opens": instant_words, "closes": instant_words, "admits": role_words}


def _announced(leaf: Leaf) -> Text:
    if leaf["facts"].get("places"):
        return _("{actor} announced the call {subject}: from {opens} to {closes}, for {places}.")
    return _("{actor} announced the call {subject}: from {opens} to {closes}.")


def _extended(leaf: Leaf) -> Text:
    if leaf["facts"].get("outage_seconds"):
        return _(
            "{actor} let the call {subject} close later, {closes}, since the server was down for {outage_seconds}."
        )
    return _("{actor} let the call {subject} close later: {closes}.")


def _score(hundredths: int) -> str:
    return f"{hundredths / 100:.2f}"


PLACES = DATES | {"places": counted("{n} place", "{n} places")}
register_words(events.CallAnnounced, Words(_("Call announced"), _announced, shown=PLACES))
register_words(
    events.CallAmended,
    Words(
        _("Call changed before it opened"),
        _("{actor} changed the call {subject} before it opened: from {opens} to {closes}."),
        shown=PLACES,
    ),
)
register_words(events.CallOpened, Words(_("Call opened"), _("{actor} opened the call {subject}. Its rules are fixed.")))
register_words(
    events.CallExtended,
    Words(
        _("Call made longer"),
        _extended,
        shown={"closes": instant_words, "outage_seconds": counted("{n} second", "{n} seconds")},
    ),
)
register_words(
    events.CallClosed,
    Words(
        _("Call closed"),
        _("{actor} closed the call {subject} with {applications}."),
        shown={"applications": counted("{n} application", "{n} applications")},
    ),
)
OF_ENQUIRY = {"enquiry": "enquiry", "call": "call"}
# Who may read a question changes: it can be held, removed or withdrawn. Its own page shows it to whoever may.
register_words(
    events.EnquiryAsked,
    Words(
        _("Question about a call"),
        _("An applicant asked about the call {call}: “{enquiry}”."),
        OF_ENQUIRY,
        texts_public=False,
    ),
)
register_words(
    events.EnquiryAskedByName,
    Words(
        _("Question about a call"),
        _("{actor} asked about the call {call}: “{enquiry}”."),
        OF_ENQUIRY,
        texts_public=False,
    ),
)
register_words(
    events.EnquiryAnswered,
    Words(
        _("Question about a call answered"),
        _("{actor} answered the question “{enquiry}” about the call {call}."),
        OF_ENQUIRY,
        texts_public=False,
    ),
)
register_words(
    events.EnquiryWithdrawn,
    Words(
        _("Question about a call withdrawn"),
        _("A question about the call {call} was withdrawn by whoever asked it."),
        OF_ENQUIRY,
    ),
)
register_words(events.ApplicationSubmitted, Words(_("Application submitted"), _("{actor} submitted an application.")))
register_words(events.ApplicationWithdrawn, Words(_("Application withdrawn"), _("{actor} withdrew an application.")))
register_words(
    events.ApplicationsImported,
    Words(
        _("Applications imported"),
        _("{actor} took {added} from a file into the call {subject} and passed {passed_over} over."),
        shown={
            "added": counted("{n} application", "{n} applications"),
            "passed_over": counted("{n} line", "{n} lines"),
        },
    ),
)
register_words(
    events.InvitationsSent,
    Words(
        _("Invitations sent"),
        _("{actor} invited {invited} to apply to {subject}."),
        shown={"invited": counted("{n} person", "{n} people")},
    ),
)
register_words(events.ReviewBegun, Words(_("Reading begun"), _("{actor} let the applications to {subject} be read.")))


register_words(
    events.BarSet,
    Words(
        _("Bar set"),
        _("{actor} set the bar of {subject} at {bar} of 5, as {given} say together."),
        shown={"bar": _score, "given": counted("{n} reviewer", "{n} reviewers")},
    ),
)
register_words(
    events.ReleaseDrafted,
    Words(
        _("Letters drafted"),
        _("{actor} drafted the letters to those who applied to {subject}. Another person has to confirm them."),
    ),
)
register_words(
    events.CallDecided,
    Words(
        _("Call decided"),
        _("{actor} released the decisions of {subject}: {admitted} admitted, {waiting} waiting, {declined} not."),
        shown={"bar": _score},
    ),
)
register_words(
    events.PlaceMoved,
    Words(_("Place came free"), _("A place in {subject} came free; {admitted} moved up from the waiting list.")),
)
register_words(events.AppealDecided, Words(_("Appeal decided"), _("{actor} decided an appeal.")))


def _code(code: str) -> str:
    return str(Suspension.Code(code).label) if code in Suspension.Code.values else code


def _judged(leaf: Leaf) -> Text:
    if leaf["facts"]["granted"]:
        return _("{actor} granted the appeal of {person}: the suspension ended.")
    return _("{actor} decided the appeal of {person}: the suspension stands.")


PERSON = {"person": "person"}
register_words(
    events.Suspended,
    Words(
        _("Member suspended"),
        _("{actor} suspended {person} until {until}: {code}."),
        PERSON,
        {"until": instant_words, "code": _code},
        texts_public=False,
    ),
)
register_words(
    events.SuspensionLifted, Words(_("Suspension lifted"), _("{actor} lifted the suspension of {person}."), PERSON)
)
register_words(events.SuspensionJudged, Words(_("Appeal against a suspension decided"), _judged, PERSON))
register_words(
    events.AccountsJoined,
    Words(
        _("Accounts joined"),
        _("{actor} found {ended} and {person} to be one person; {ended} has ended."),
        {"person": "person", "ended": "person"},
    ),
)
register_words(
    events.ConductAccepted,
    Words(_("Code of conduct accepted"), _("{actor} accepted version {version} of the code of conduct.")),
)

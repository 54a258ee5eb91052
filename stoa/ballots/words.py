"""How the record's entries about votes read, and how a vote is named: by what is decided in it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from stoa.ballots import events
from stoa.ballots.models import Ballot
from stoa.kit.registry import Rows, Shown
from stoa.kit.words import Leaf, Text, Words, counted, instant_words, register_words


def named_ballots(ids: list[int], viewer_id: str | None) -> QuerySet[Ballot]:
    """A vote is as public as what is decided in it."""
    del viewer_id
    return Ballot.objects.filter(pk__among=ids)


def _vote_on(_id: str, decided: Shown) -> Shown:
    return Shown(_("the vote on {title}").format(title=decided.title), decided.address)


NAMED = Rows(named_ballots, "subject", led_by=_vote_on)
"""How votes are named elsewhere: by what is decided in them, to which they lead."""


def _kept(leaf: Leaf) -> Text:
    if leaf["facts"]["reason"] == "unanimous":
        return _("{actor} kept the ballots of {subject} closed: they were all the same.")
    return _("{actor} kept the ballots of {subject} closed: there were fewer than the charter lets open.")


def _attested(leaf: Leaf) -> Text:
    if leaf["facts"]["agrees"]:
        return _("{actor} attested that the outcome of {subject} follows from its ballots.")
    return _("{actor} stated that the outcome of {subject} does not follow from its ballots.")


def _voters(voters: dict[str, object]) -> object:
    return counted("{n} person", "{n} people")(voters["count"])


BALLOTS = {"count": counted("{n} ballot", "{n} ballots")}


register_words(
    events.VoteOpened,
    Words(
        _("Vote opened"),
        _("{actor} opened {subject} until {closes}, with {voters} on the voter list."),
        shown={"closes": instant_words, "voters": _voters},
    ),
)
register_words(
    events.VoterLeftOut,
    Words(
        _("Left out of a voter list"),
        _("{person} is not on the voter list of {subject}: nobody has settled whether two accounts are one person’s."),
        {"person": "person"},
    ),
)
register_words(
    events.ClosingMoved,
    Words(_("Close moved"), _("{actor} let {subject} close later: {closes}."), shown={"closes": instant_words}),
)
register_words(events.VoteSealed, Words(_("Vote sealed"), _("{actor} sealed {subject}: {count}."), shown=BALLOTS))
register_words(
    events.VoteOpenedBallots,
    Words(_("Ballots opened"), _("{actor} opened {count} of {subject}, without names."), shown=BALLOTS),
)
register_words(events.VoteKeptClosed, Words(_("Ballots kept closed"), _kept))
register_words(events.OutcomeAttested, Words(_("Outcome attested"), _attested))

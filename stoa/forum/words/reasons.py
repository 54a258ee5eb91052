"""The reasons for which something is reported or removed: codes on the record, and the sentences that pages and mails say."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from stoa.kit.words import Text


@dataclass(frozen=True)
class Reason:
    """A reason in words. `sentence` says what is not accepted here; `conduct` ones fit a complaint about a person, too."""

    label: Text
    sentence: Text
    conduct: bool = True


REASONS = {
    "personal-attack": Reason(
        _("personal attack"),
        _("It attacks a person instead of a claim: an insult, a threat, or a remark on who they are."),
    ),
    "unwanted-attention": Reason(
        _("unwanted attention"), _("It goes on at somebody who has said no, or presses them in some other way.")
    ),
    "private-information": Reason(
        _("private information"),
        _(
            "It tells what is not the writer’s to tell: where somebody lives or can be reached, or what was said in confidence."
        ),
    ),
    "pressure-on-votes": Reason(
        _("pressure on votes"), _("It presses or pays somebody to vote in some way, or asks how they voted.")
    ),
    "fabrication": Reason(
        _("fabrication or plagiarism"), _("It passes invented data, or the work of others, off as the writer’s own.")
    ),
    "several-accounts": Reason(
        _("several accounts"), _("It was written under a second account, or under somebody else’s.")
    ),
    "harmful-instructions": Reason(
        _("harmful instructions"),
        _("It tells how to harm people or systems. A weakness goes first to those who can act on it."),
    ),
    "spam": Reason(_("spam"), _("It advertises, or says the same in many places.")),
    "off-topic": Reason(_("off topic"), _("It has nothing to do with what it stands beside."), conduct=False),
    "duplicate": Reason(_("duplicate"), _("The same is said here already."), conduct=False),
    "copyright": Reason(_("copyright"), _("It copies what its owner has not let others copy."), conduct=False),
    "illegal": Reason(_("illegal"), _("Publishing it is against the law where this server stands."), conduct=False),
}
"""By code. The codes stand on the record: new ones may be added, none changed."""

OTHER = Reason(_("a reason that this program does not know"), "")


def reason(code: str) -> Reason:
    """The reason of a code; of one that this program does not know, what can be said of any."""
    return REASONS.get(code, OTHER)


def reason_words(code: str) -> str:
    """The reason of a code in a few words."""
    return str(reason(code).label)


def choices(*, of_conduct: bool = False) -> list[tuple[str, str]]:
    """Code and sentence of each reason, for forms; `of_conduct` those that fit a complaint about a person."""
    fitting = ((code, each) for code, each in REASONS.items() if each.conduct or not of_conduct)
    return [(code, f"{capfirst(str(each.label))}. {each.sentence}") for code, each in fitting]

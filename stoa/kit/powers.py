"""Whether somebody holds a power, for pages that offer it or are for its holders alone; the act asks again."""

from __future__ import annotations

from stoa.kit.act import Actor, Subject, authority
from stoa.kit.faults import NeedsSecondFactor, Refused


def may(actor: Actor, act: str, subject: Subject | None = None) -> bool:
    """Whether the act would be granted; a missing second factor does not hide the offer."""
    try:
        authority()(actor, act, subject)
    except NeedsSecondFactor:
        return True
    except Refused:
        return False
    return True


def demand(actor: Actor, act: str, otherwise: str) -> None:
    """Raise `Refused`, in these words, where the act would not be granted."""
    if not may(actor, act):
        raise Refused(otherwise, remedy="See the charter for who may.")

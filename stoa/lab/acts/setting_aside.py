"""Acts of stewards on runs that can't be what they say: they count no more, in sight, and can be let count again."""

from __future__ import annotations

from stoa.kit import clock, locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Refused
from stoa.lab import events, rules
from stoa.lab.acts.open_models import checked_reason
from stoa.lab.acts.settling import settle_anew
from stoa.lab.models import Run


@act("lab.run.set_aside", on="run")
def set_aside(actor: Actor, *, run: Run, reason: str) -> Run:
    """Let a run count no more, with a public reason: what it claimed counts as nothing, what it decided is settled anew."""
    run = _held(actor, run)
    if run.set_aside is not None:
        raise Closed("This run was set aside already.", remedy="Its page says why.")
    if not rules.counts(run):
        raise Closed("This run decides nothing.", remedy="Only what claims a result, or decides one, can be set aside.")
    run.set_aside, run.aside = clock.now(), checked_reason(reason)
    run.save(update_fields=["set_aside", "aside"])
    tell(events.RunSetAside(*_named(run)), {"reason": run.aside})
    settle_anew(run)
    return run


@act("lab.run.count_again", on="run")
def count_again(actor: Actor, *, run: Run, reason: str) -> Run:
    """Let a run that was set aside count again, with a public reason."""
    run = _held(actor, run)
    if run.set_aside is None:
        raise Closed("This run was not set aside.")
    reason = checked_reason(reason)
    run.set_aside, run.aside = None, ""
    run.save(update_fields=["set_aside", "aside"])
    tell(events.RunCountsAgain(*_named(run)), {"reason": reason})
    settle_anew(run)
    return run


def _held(actor: Actor, run: Run) -> Run:
    """The run, alone with its study, for somebody whose own matter it is not."""
    study = locks.exclusive(run.study)
    run = locks.exclusive(run)
    run.study = study
    if rules.is_party(actor, run):
        raise Refused("This is your own matter.", remedy="Ask another steward.", code="own-matter")
    return run


def _named(run: Run) -> tuple[str, str, int]:
    return str(run.pk), run.study_id, run.number

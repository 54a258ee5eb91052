"""Acts on plans: registered before the first run, changed in sight, and how a study ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from stoa.evaluation.catalogue import SUITES, set_digest, suite_of
from stoa.evaluation.faults import Unusable
from stoa.evaluation.plans import FORMAT, digest_of
from stoa.kit import chance, clock, locks, search
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Conflict, Invalid
from stoa.lab import events
from stoa.lab.acts.drafting import drafted, set_fields, set_parts
from stoa.lab.acts.finding import study_found
from stoa.lab.acts.numbers import next_plan, next_study
from stoa.lab.models import PlanVersion, Study, StudySuite

LEAST_REASON, MOST_REASON, MOST_ENDING = 3, 1_000, 2_000


@act("lab.plan.register", on="study")
def register_plan(actor: Actor, *, study: Study, version: int) -> Study:
    """Register the plan of a study: it gets a number and a seed, everybody can read it, and runs can begin.

    `version` is the one that was read. Who was asked to be an author and did not accept is none.
    """
    study = drafted(study, version)
    _check_whole(study)
    study.authors.filter(accepted=None).delete()
    study.number = next_study()
    study.seed = int.from_bytes(chance.octets(4)) >> 1
    study.state, study.registered_at = Study.State.REGISTERED, clock.now()
    _take_present_versions(study)
    plan = _put_in_force(actor, study, "")
    search.put_all([study_found(study)])
    tell(events.PlanRegistered(study.pk, study.number, plan.digest), _texts(study))
    return study


@act("lab.plan.change", on="study")
def change_plan(actor: Actor, *, study: Study, version: int, says: Mapping[str, Any], reason: str) -> PlanVersion:
    """Change a registered plan, with the reason, for everybody to see; runs that have begun stay held to the plan before.

    `version` is the number of the plan that was read. The seed stays.
    """
    study, reason = _registered(study), _checked_reason(reason)
    before = study.plans.latest("number")
    if version != before.number:
        raise Conflict("The plan was changed meanwhile.", remedy="Read it as it is now.", code="stale")
    set_fields(study, says)
    set_parts(study, says)
    _check_whole(study)
    if _comparable(_plan(study, before.number, before.plan["salt"])) == _comparable(before.plan):
        raise Invalid("Nothing would change.", remedy="Change the plan, or leave it.", field="reason")
    plan = _put_in_force(actor, study, reason)
    search.put_all([study_found(study)])
    tell(events.PlanChanged(study.pk, plan.number, plan.digest), {**_texts(study), "reason": reason})
    return plan


@act("lab.study.close", on="study")
def close_study(actor: Actor, *, study: Study, ending: str) -> Study:
    """Close a study with what it concludes; no more runs begin, but its results can be reproduced."""
    return _end(study, Study.State.CLOSED, ending, events.StudyClosed)


@act("lab.study.withdraw", on="study")
def withdraw_study(actor: Actor, *, study: Study, ending: str) -> Study:
    """Withdraw a study, and say why; every attempt stays to be seen."""
    return _end(study, Study.State.WITHDRAWN, ending, events.StudyWithdrawn)


def _end(study: Study, state: Study.State, ending: str, event: type[events.StudyClosed]) -> Study:
    study, ending = _registered(study), ending.strip()
    if not LEAST_REASON <= len(ending) <= MOST_ENDING:
        raise Invalid(
            "What is to be said is missing or too long.", remedy=f"Use 3 to {MOST_ENDING:,} characters.", field="ending"
        )
    study.state, study.ending, study.ended_at = state, ending, clock.now()
    study.save()
    search.put_all([study_found(study)])
    tell(event(study.pk, study.last_run), {"ending": ending})
    return study


def _registered(study: Study) -> Study:
    study = locks.exclusive(study)
    if study.state != Study.State.REGISTERED:
        raise Closed("This study has ended, or is not registered yet.", remedy="Its page says where it stands.")
    return study


def _check_whole(study: Study) -> None:
    """Raise `Invalid` for the first thing that a plan lacks."""
    suites = {one.suite for one in study.suites.all()}
    lacks = {
        "title": not study.title,
        "why": not study.why,
        "stopping": not study.stopping,
        "models": not study.models.exists(),
        "suites": not suites,
        "primary_suite": study.primary_suite not in suites,
        "primary_measure": not study.primary_measure,
    }
    says = {
        "models": "no model version", "suites": "no suite", "primary_suite": "no primary suite among its suites",
        "primary_measure": "no primary measure", "stopping": "no rule for when to stop", "why": "no reason why",
        "title": "no title",
    }  # fmt: skip
    if missing := [name for name, lack in lacks.items() if lack]:
        told = ", ".join(says[name] for name in missing)
        raise Invalid(f"The plan has {told}.", remedy="Add what is missing.", field=missing[0])
    if removed := study.models.exclude(version__removed=None).select_related("version__model").first():
        raise Invalid(f"{removed.version} was removed.", remedy="Choose another version.", field="models")


def _put_in_force(actor: Actor, study: Study, reason: str) -> PlanVersion:
    """Keep the plan as it stands now, as the next version."""
    _seal_sets(study)
    number = next_plan(study)
    plan = _plan(study, number, chance.octets(32).hex())
    study.plan_digest = digest_of(plan)
    study.save()
    return PlanVersion.objects.create(
        study=study, number=number, plan=plan, digest=study.plan_digest, reason=reason, by_id=actor.person_id
    )


def _take_present_versions(study: Study) -> None:
    """A draft may be older than a version of a suite."""
    for one in study.suites.all():
        one.suite_version = SUITES[one.suite].version
        one.save(update_fields=["suite_version"])


def _seal_sets(study: Study) -> None:
    """Note the digest of the sample set that the seed gives, of each suite."""
    for one in study.suites.all():
        one.set_digest = _set_of(one, study.seed)
        one.save(update_fields=["set_digest"])


def _set_of(one: StudySuite, seed: int) -> str:
    suite = suite_of(one.suite, one.suite_version)
    if suite is None:
        raise Invalid(f"{one.suite} is not known here in version {one.suite_version}.", field="suites")
    try:
        samples = suite.samples(seed, one.samples)
    except Unusable as fault:
        raise Invalid(f"{suite.title} can’t be used on this server. {fault.message}", field="suites") from None
    if len(samples) < one.samples:  # of a local copy, which no suite knows beforehand
        raise Invalid(
            f"{suite.title} has {len(samples)} samples on this server, not {one.samples}.",
            remedy="Plan no more than it has.",
            field="suites",
        )
    return set_digest(samples)


def _plan(study: Study, number: int, salt: str) -> dict[str, Any]:
    """The plan as JSON. The salt keeps its digest from telling a text that was removed."""
    question = settings.STOA.address + study.question.get_absolute_url() if study.question else None
    assert study.registered_at is not None
    return {
        "format": FORMAT,
        "study": study.number,
        "version": number,
        "title": study.title,
        "question": question,
        "why": study.why,
        "method": study.method,
        "seed": study.seed,
        "models": [_model(one.version) for one in study.models.select_related("version__model")],
        "suites": [_suite(one) for one in study.suites.all()],
        "primary": {"suite": study.primary_suite, "measure": study.primary_measure},
        "margin": study.margin,
        "expected_spread": study.spread,
        "power": study.power,
        "stopping": study.stopping,
        "registered_at": clock.stamp(study.registered_at),
        "salt": salt,
    }


def _model(version: Any) -> dict[str, str]:
    names = {"name": version.model.name, "version": version.label, "digest": version.digest, "file": version.file}
    return {"id": str(version.pk), **names}


def _suite(one: StudySuite) -> dict[str, Any]:
    return {"name": one.suite, "version": one.suite_version, "samples": one.samples, "set": one.set_digest}


def _comparable(plan: Mapping[str, Any]) -> dict[str, Any]:
    """What of a plan makes it another one; sample sets follow from suites and seed."""
    suites = [{name: value for name, value in one.items() if name != "set"} for one in plan["suites"]]
    return {**plan, "suites": suites}


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        raise Invalid(
            "The reason is missing or too long.", remedy=f"Use 3 to {MOST_REASON:,} characters.", field="reason"
        )
    return reason


def _texts(study: Study) -> dict[str, str]:
    return {name: getattr(study, name) for name in ("title", "why", "method", "stopping")}

"""Acts on runs: numbered when they begin, failed or sent in signed; a reproduction is committed to before it is shown."""

from __future__ import annotations

import re

from stoa.evaluation.sealing import commitment, is_signed, signed_text
from stoa.kit import chance, clock, locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Invalid, TooFast
from stoa.lab import events, rules
from stoa.lab.acts.checks import ask_for_check
from stoa.lab.acts.uploads import whole_upload
from stoa.lab.beginning import demand_may_begin
from stoa.lab.models import Commitment, ModelVersion, PlanVersion, Result, Run, RunKey, Study
from stoa.people.models import Person, Tie

HASH = re.compile(r"[0-9a-f]{64}")
MOST_KEYS = 20
MOST_REASON = 1_000


@act("lab.key.register", on="person")
def register_key(actor: Actor, *, person: Person, key: str, name: str = "") -> RunKey:
    """Register the public half of a key by which one signs logs; the other half never leaves one’s machine."""
    if not HASH.fullmatch(key) or is_weak(key):
        raise Invalid("This is no Ed25519 key.", remedy="Send its 64 hexadecimal digits (0-9, a-f).", field="key")
    if found := RunKey.objects.filter(key=key).first():
        if found.person_id == person.pk and found.ended is None:
            return found
        raise Invalid("This key was used before.", remedy="Make another.", field="key")
    if person.run_keys.filter(ended=None).count() >= MOST_KEYS:
        raise TooFast(f"You have {MOST_KEYS} keys.", remedy="End those that you no longer use.")
    name = " ".join(name.split())[:80]
    made, fresh = RunKey.objects.get_or_create(key=key, defaults={"person": person, "name": name})
    if not fresh:  # somebody registered it at the same moment
        raise Invalid("This key was used before.", remedy="Make another.", field="key")
    tell(events.KeyRegistered(person.pk, key))
    return made


@act("lab.key.end", on="person")
def end_key(actor: Actor, *, person: Person, key: RunKey) -> RunKey:
    """Let one of one’s keys sign no more; what it signed stays signed."""
    key = locks.exclusive(key)
    if key.person_id != person.pk or key.ended is not None:
        raise Closed("This key is not in use.")
    key.ended = clock.now()
    key.save(update_fields=["ended"])
    tell(events.KeyEnded(person.pk, key.key))
    return key


@act("lab.run.begin")
def begin_run(actor: Actor, *, study: Study, version: ModelVersion, suite: str, reproduces: Run | None = None) -> Run:
    """Begin a run of a suite on a version, as planned: it gets a number at once, which stays also if nothing comes of it.

    Its authors run a study, by the plan in force; whoever else has the power reproduces a run whose log holds, named in
    `reproduces`, by the plan that this one was held to, whatever was changed since.
    """
    assert actor.person_id is not None
    study = locks.exclusive(study)
    if reproduces is None:
        plan, suite_version = _planned(study, version, suite)
    else:
        _check_claim(reproduces, study, version, suite)
        plan, suite_version = reproduces.plan, reproduces.suite_version
    demand_may_begin(actor, study, reproduces)
    study.last_run += 1
    study.save(update_fields=["last_run"])
    run = Run.objects.create(
        study=study,
        number=study.last_run,
        plan=plan,
        version=version,
        suite=suite,
        suite_version=suite_version,
        member_id=actor.person_id,
        organisation_id=_employer(actor.person_id),
        nonce=chance.octets(32).hex(),
        kind=Run.Kind.REPRODUCTION if reproduces else Run.Kind.ORIGINAL,
        reproduces=reproduces,
        independent=not rules.why_dependent(actor.person_id, reproduces) if reproduces else None,
    )
    tell(_begun(run))
    return run


@act("lab.run.fail", on="run")
def fail_run(actor: Actor, *, run: Run, reason: str) -> Run:
    """Say that a run of one’s own failed, and why: its number stays, and what it was committed to is told."""
    run, reason = _own(run, Run.State.BEGUN), reason.strip()
    if not 3 <= len(reason) <= MOST_REASON:
        raise Invalid(
            "The reason is missing or too long.", remedy=f"Use 3 to {MOST_REASON:,} characters.", field="reason"
        )
    run.state, run.reason, run.ended = Run.State.FAILED, reason, clock.now()
    run.save()
    sealed = Commitment.objects.filter(run=run).values_list("digest", flat=True).first()
    tell(events.RunFailed(str(run.pk), run.study_id, run.number, sealed), {"reason": reason})
    return run


@act("lab.run.commit", on="run", kind="sealed")
def commit_run(actor: Actor, *, run: Run, commitment: str) -> Commitment:
    """Commit to the log of a reproduction of one’s own before its claim’s log can be fetched; nobody else sees that one did."""
    run = _own(run, Run.State.BEGUN)
    if run.kind != Run.Kind.REPRODUCTION:
        raise Invalid("Only reproductions are committed to.", remedy="Send the log in.")
    if not HASH.fullmatch(commitment):
        raise Invalid("This is no commitment.", remedy="Send 64 hexadecimal digits (0-9, a-f).", field="commitment")
    if Commitment.objects.filter(run=run).exists():
        raise Closed("This run is committed to already.", remedy="Send in the log, or say that the run failed.")
    if run.independent and run.reproduces and rules.is_open(run.reproduces):
        raise Closed(
            "Everybody can read the log of the claim by now.",
            remedy="Say that this run failed, and begin another.",
            code="log-open",
        )
    made = Commitment.objects.create(run=run, digest=commitment)
    tell(events.ReproductionCommitted(str(run.pk), commitment))
    return made


@act("lab.run.submit", on="run")
def submit_run(actor: Actor, *, run: Run, upload: str, signature: str, key: str = "", salt: str = "") -> Run:
    """Send in the log of a run of one’s own, signed: `upload` is a log that was sent whole, `salt` opens what was committed to."""
    run = _own(run, Run.State.BEGUN)
    file = whole_upload(actor, upload, "log", "log")
    run.log_digest = f"sha256:{file.digest}"
    run.key, run.signature = _signed(actor, run, key, signature)
    sealed = _opened(run, salt)
    run.upload, run.salt, run.submitted = file, salt, clock.now()
    run.state, run.log_opens = Run.State.SUBMITTED, run.submitted + rules.log_closed_for()
    run.save()
    told = (str(run.pk), run.study_id, run.number, run.log_digest, run.key.key, signature)
    tell(events.RunSubmitted(*told, salt or None, sealed))
    ask_for_check(run)
    return run


def is_weak(key: str) -> bool:
    """Whether a key is one of small order that every signature fits: all zeros, or the neutral element."""
    return bytes.fromhex(key) in {bytes(32), b"\x01" + bytes(31)}


def _planned(study: Study, version: ModelVersion, suite: str) -> tuple[PlanVersion, str]:
    """The plan in force, and in which version it has the suite."""
    planned = study.suites.filter(suite=suite).first()
    if planned is None or not study.models.filter(version=version).exists():
        raise Invalid("The plan does not have this suite on this version.", remedy="Choose what the plan has.")
    return study.plans.select_related("study").latest("number"), planned.suite_version


def _check_claim(claim: Run, study: Study, version: ModelVersion, suite: str) -> None:
    claimed = Result.objects.filter(claim=claim, study=study, version=version, suite=suite).exists()
    if not claimed:
        raise Invalid(
            "This run claims no result of this suite on this version.",
            remedy="Choose one of the open tasks.",
            field="reproduces",
        )


def _employer(person_id: str) -> int | None:
    """For whom somebody works now; of several, whom they named last."""
    today = clock.now().date()
    ties = Tie.objects.filter(person=person_id, kind=Tie.Kind.EMPLOYMENT, start__lte=today).exclude(end__lt=today)
    return ties.order_by("-start", "-pk").values_list("organisation", flat=True).first()


def _begun(run: Run) -> events.RunBegun:
    return events.RunBegun(
        str(run.pk),
        run.study_id,
        run.number,
        plan=run.plan.digest,
        modelversion=str(run.version_id),
        suite=run.suite,
        suite_version=run.suite_version,
        nonce=run.nonce,
        reproduces=run.reproduces.number if run.reproduces else None,
        independent=run.independent,
    )


def _own(run: Run, state: Run.State) -> Run:
    run = locks.exclusive(run)
    if run.state != state:
        raise Closed(f"This run is {run.get_state_display()}.", remedy="Begin another.")
    return run


def _signed(actor: Actor, run: Run, key: str, signature: str) -> tuple[RunKey, str]:
    """The actor's key that signed; without a `key` each of theirs in use is tried."""
    text = signed_text(run.study.number or 0, run.number, run.nonce, run.log_digest)
    keys = RunKey.objects.filter(person=actor.person_id, ended=None)
    for one in keys.filter(key=key) if key else keys:
        if is_signed(text, one.key, signature):
            return one, signature
    raise Invalid(
        "The signature is of none of your keys over this run and this log.",
        remedy="Register your key, and sign what docs/api.md says.",
        field="signature",
    )


def _opened(run: Run, salt: str) -> str | None:
    """What the reproduction was committed to, opened by the salt; an original run is committed to nothing."""
    sealed = Commitment.objects.filter(run=run).first()
    if run.kind == Run.Kind.ORIGINAL:
        if salt:
            raise Invalid("Only reproductions have a salt.", remedy="Leave it out.", field="salt")
        return None
    if sealed is None:
        raise Closed("This reproduction is not committed to yet.", remedy="Commit to the log first, then send it in.")
    if not HASH.fullmatch(salt) or commitment(salt, run.log_digest) != sealed.digest:
        raise Invalid(
            "This salt and this log are not what was committed to.", remedy="Send the log as it was.", field="salt"
        )
    return sealed.digest

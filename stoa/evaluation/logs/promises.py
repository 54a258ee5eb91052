"""The head of a log against what was registered: plan, run, suite, seed, set, weights, settings; and the signature over it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stoa.evaluation.logs.faults import Fault
from stoa.evaluation.logs.reading import Log
from stoa.evaluation.logs.transcript import Transcript, mapping, mappings
from stoa.evaluation.logs.veiling import quoted
from stoa.evaluation.plans import registered_digest
from stoa.evaluation.sealing import is_signed, signed_text
from stoa.evaluation.words import Sample, Suite

# What Inspect may be told about a run without changing what the model is asked or how its answer is taken.
_FREE_CONFIG = frozenset(
    [
        "max_samples",
        "max_tasks",
        "max_subprocesses",
        "max_sandboxes",
        "log_samples",
        "log_realtime",
        "log_images",
        "log_buffer",
        "log_shared",
        "log_model_api",
        "score_display",
        "sandbox_cleanup",
        "sandbox_prebuilt",
        "max_dataset_memory",
        "notification",
        "acp_server",
        "fail_on_error",
        "continue_on_fail",
        "score_on_error",
    ]
)
_FREE_GENERATION = frozenset(
    ["max_retries", "timeout", "attempt_timeout", "max_connections", "adaptive_connections", "cache_prompt", "batch"]
)
_OF_A_CALL: dict[str, tuple[Any, ...]] = {
    "tools": (None, []),
    "tool_choice": ("none", "auto", None),
    "cache": (None,),
}
"""What a call may say of itself beside its configuration."""
_SOLVERS = ("stoa_asks", "stoa_asks_probabilities")


@dataclass(frozen=True)
class Promise:
    """What a run's log must keep to: the plan, the numbered run, and from both what the suite is to be asked.

    `plan` and `run` may be empty: then only what the log says of itself can be held against it. Of `run` these are used:
    `run`, `nonce`, `suite`, `model_digest`, `begun_at`, `received_at`, `key`, `signature` (both in hexadecimal digits),
    `known_logs`, `known_marks`. `set` is the digest of the sample set; `wanted` holds its samples, or None where they are
    not at hand (a suite may take them from a file that only its members have) or are not those of the digest.
    """

    plan: Mapping[str, Any]
    run: Mapping[str, Any]
    suite: Suite
    seed: int
    samples: int
    set: str
    wanted: Sequence[Sample] | None

    @property
    def settings(self) -> dict[str, Any]:
        """How answers are taken, as Inspect names it."""
        return {"temperature": 0, "max_tokens": self.suite.tokens_a_sample}

    @property
    def call(self) -> dict[str, Any]:
        """What a single call has in the place of some of it."""
        return {"max_tokens": 1, "prompt_logprobs": 1} if self.suite.needs_log_probabilities else {}


def said(log: Log) -> Mapping[str, Any]:
    """What the log says of its run: the part of its metadata that is ours."""
    return mapping(mapping(mapping(log.raw_header.get("eval")).get("metadata")).get("stoa"))


def against_plan(log: Log, promise: Promise) -> Iterator[Fault]:
    """Does the log name the plan, the run, the suite, the seed and the set for which it is sent in?"""
    found, run, plan = said(log), promise.run, promise.plan
    wanted = [
        ("plan.other", "plan", registered_digest(plan) if plan else None),
        ("study.other", "study", plan.get("study")),
        ("run.other", "run", run.get("run")),
        ("nonce.other", "nonce", run.get("nonce")),
        ("suite.other", "suite", promise.suite.name),
        ("suite.version", "suite_version", promise.suite.version),
        ("seed.other", "seed", promise.seed),
        ("count.other", "samples", promise.samples),
        ("set.other", "set", promise.set),
        ("model.digest", "model_digest", run.get("model_digest")),
    ]
    for kind, key, right in wanted:
        if right is not None and found.get(key) != right:
            yield Fault(kind, f"head, stoa.{key}", right, quoted(found.get(key)))
    if plan and found.get("model_digest") not in [model.get("digest") for model in mappings(plan.get("models"))]:
        yield Fault("model.digest", "head, stoa.model_digest", "one of the plan’s", quoted(found.get("model_digest")))


def against_journal(log: Log) -> Iterator[Fault]:
    """Is the head what was noted when the run began, and does it say the same in both places where it tells of the run?"""
    head, noted = log.raw_header, log.journal
    for part in () if noted is None else ("eval", "plan"):
        kept, now = mapping(mapping(noted).get(part)), mapping(head.get(part))
        for key in sorted(key for key in kept.keys() | now if kept.get(key) != now.get(key)):
            yield Fault("journal.differs", f"head, {part}.{key}", quoted(kept.get(key), key), quoted(now.get(key), key))
    if mapping(head.get("metadata")).get("stoa", said(log)) != said(log):
        yield Fault("journal.differs", "head, metadata.stoa")


def against_task(log: Log, promise: Promise) -> Iterator[Fault]:
    """Is Inspect’s own account of the task that of the suite?"""
    spec, suite = log.header.eval, promise.suite
    names = {spec.task_registry_name or spec.task, spec.task}
    if not names & {suite.name, suite.name.partition("/")[2]}:
        yield Fault("suite.other", "head, task", suite.name, spec.task)
    if str(spec.task_version) != suite.version:
        yield Fault("suite.version", "head, task_version", suite.version, str(spec.task_version))
    wanted = (
        ("seed.other", "seed", promise.seed),
        ("count.other", "samples", promise.samples),
        ("suite.version", "version", suite.version),
    )
    for kind, key, right in wanted:
        for arguments in (spec.task_args, spec.task_args_passed):
            if str(arguments.get(key, right)) != str(right):
                yield Fault(kind, f"head, task_args.{key}", right, quoted(arguments[key]))
    if spec.dataset.samples not in (None, promise.samples):
        yield Fault("count.other", "head, dataset", promise.samples, spec.dataset.samples)


def against_settings(log: Log, promise: Promise) -> Iterator[Fault]:
    """Are all settings that touch an answer the suite’s?"""
    header = log.raw_header
    config = {key: value for key, value in mapping(mapping(header["eval"]).get("config")).items() if value is not None}
    for key in sorted(config.keys() - _FREE_CONFIG):
        right: Any = {"epochs": 1, "limit": promise.samples, "retry_on_error": 1}.get(key)
        if config[key] not in (right, False, [0, promise.samples], ["mean"]):
            yield Fault("config.differs", f"head, config.{key}", right, quoted(config[key], key))
    for step in mappings(mapping(header.get("plan")).get("steps")):
        if str(step.get("solver")).rpartition("/")[2] not in _SOLVERS:
            yield Fault("config.differs", "head, plan.steps", None, str(step.get("solver")))
    if mapping(header.get("plan")).get("finish"):
        yield Fault("config.differs", "head, plan.finish")
    if header.get("config_updates"):
        yield Fault("config.differs", "head, config_updates", "none", len(header["config_updates"]))
    if mapping(header["eval"]).get("model_roles"):
        yield Fault("model.mixed", "head, model_roles")
    yield from _differing(generation(log), promise.settings, "head")


def generation(log: Log) -> dict[str, Any]:
    """How answers are taken, by the head: what the task says, then what was said when the model was made."""
    head = log.raw_header
    return settings(mapping(mapping(head.get("plan")).get("config"))) | settings(
        mapping(mapping(head["eval"]).get("model_generate_config"))
    )


def settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """What of a configuration of generation touches the answer."""
    return {key: value for key, value in config.items() if value is not None and key not in _FREE_GENERATION}


def _differing(found: Mapping[str, Any], right: Mapping[str, Any], where: str) -> Iterator[Fault]:
    for key in sorted(found.keys() | right):
        if found.get(key) != right.get(key):
            yield Fault("config.differs", f"{where}, {key}", quoted(right.get(key), key), quoted(found.get(key), key))


def against_model(log: Log, promise: Promise) -> Iterator[Fault]:
    """Does the log’s name of the model fit one of the weights that the plan names?"""
    digest = promise.run.get("model_digest") or said(log).get("model_digest")
    planned = [model for model in mappings(promise.plan.get("models")) if model.get("digest") == digest]
    for model in planned:
        names = [_letters(str(model.get(key) or "").rpartition("/")[2]) for key in ("name", "file", "id")]
        found = _letters(log.header.eval.model)
        if not any(name and name in found for name in names):
            yield Fault("model.other", "head, model", str(model.get("name")), log.header.eval.model)


def against_ending(log: Log) -> Iterator[Fault]:
    """Did the run end, and was nothing done to the log since?"""
    header = log.header
    if header.status != "success":
        yield Fault("status", "head", "success", header.status)
    if header.error is not None:
        yield Fault("status", "head, error", None, f"{len(header.error.message)} characters")
    if header.invalidated:
        yield Fault("invalidated", "head")
    if header.log_updates:
        yield Fault("edited", "head, log_updates", 0, len(header.log_updates))


def against_signature(log: Log, promise: Promise) -> Iterator[Fault]:
    """Did the member’s key sign this very file for this very run? Asked only where a key is given."""
    run = promise.run
    if "key" not in run and "signature" not in run:
        return
    named = int(promise.plan.get("study") or 0), int(run.get("run") or 0), str(run.get("nonce"))
    if not is_signed(signed_text(*named, log.digest), str(run.get("key")), str(run.get("signature"))):
        yield Fault("signature.wrong", "the signature", str(run.get("key")))


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.removesuffix(".gguf").lower())


def of_calls(log: Log, promise: Promise, transcript: Transcript, where: str) -> Iterator[Fault]:
    """Was each call made with the settings of the head, without tools, and answered by the model and not from a memory?"""
    right = generation(log) | promise.call
    for event in transcript.of("model"):
        yield from _differing(settings(mapping(event.get("config"))), right, where)
        for key, allowed in _OF_A_CALL.items():
            if event.get(key) not in allowed:
                yield Fault("config.differs", f"{where}, {key}", quoted(allowed[0]), quoted(event.get(key)))

"""One suite asked of one model through Inspect: begun, taken up again after whatever ended it, and the finished log found."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspect_ai import eval as ask
from inspect_ai import eval_retry
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log, read_eval_log_sample_summaries

from stoa.evaluation import registry
from stoa.evaluation.catalogue import EARLIER, SUITES
from stoa.evaluation.faults import Unusable
from stoa.evaluation.runner.endpoint import Endpoint, led_to
from stoa.evaluation.tasks import graded_to

_RETRIES = 4
_SAMPLE_RETRIES = 1
_EVERY = 200
"""Samples up to which each is written into the log at once; above, Inspect's own buffer keeps them between its writes."""


@dataclass(frozen=True)
class Asking:
    """What is asked: a suite, how many samples by which seed, the folder of its logs, what the log says of study and run."""

    suite: str
    samples: int
    seed: int
    folder: Path
    told: Mapping[str, Any]

    @property
    def version(self) -> dict[str, str]:
        """What the task is told where there are several versions of the suite."""
        several = any(one.name == self.suite for one in EARLIER)
        return {"version": str(self.told["suite_version"])} if several else {}

    def model(self, endpoint: Endpoint) -> str:
        """Inspect's name of the model: through the endpoint or, for log-probabilities, in this process."""
        return endpoint.in_process if SUITES[self.suite].needs_log_probabilities else endpoint.model


def run(asking: Asking, endpoint: Endpoint, told: Callable[[int], None]) -> Path:
    """Ask until every sample is answered and return the finished log. What is finished already is not asked again.

    `told` is called with the number of finished samples whenever it grows. Raises `Unusable` where samples failed for good:
    what was finished stays, and running again goes on there.
    """
    done = finished(asking)
    if done:
        told(asking.samples)
        return done
    started = best(asking.folder)
    counted = itertools.count(count(started) + 1)
    told(count(started))
    with led_to(endpoint), graded_to(lambda: told(next(counted))):
        log = _went_on(started, asking, endpoint) if started else _begun(asking, endpoint)
    if log.status != "success" or log.location is None:
        raise Unusable(_reason(log, endpoint), "Run the same command again: what is finished is kept.")
    return Path(log.location.removeprefix("file://"))


def finished(asking: Asking) -> Path | None:
    """The log in which every sample of the set is finished, if there is one."""
    for file in _logs(asking.folder):
        with suppress(Exception):
            head = read_eval_log(str(file), header_only=True)
            if head.status == "success" and count(file) == asking.samples:
                return file
    return None


def best(folder: Path) -> Path | None:
    """Of the logs that were begun, the one with the most finished samples, of several the latest."""
    ranked = [(count(file), file.stat().st_mtime_ns, file) for file in _logs(folder)]
    readable = [one for one in ranked if one[0] >= 0]
    return max(readable)[2] if readable else None


def count(log: Path | None) -> int:
    """How many samples of a log are finished; -1 where it can't be read, as after a crash in its first moment."""
    if log is None:
        return 0
    try:
        read_eval_log(str(log), header_only=True)
        return sum(one.completed and not one.error for one in read_eval_log_sample_summaries(str(log)))
    except Exception:  # noqa: BLE001 - a file that broke off can fail in any way
        return -1


def _logs(folder: Path) -> list[Path]:
    if not folder.exists():
        return []
    return [Path(one.name.removeprefix("file://")) for one in list_eval_logs(str(folder), formats=["eval"])]


def _begun(asking: Asking, endpoint: Endpoint) -> EvalLog:
    make = getattr(registry, asking.suite.removeprefix("stoa/"))
    return ask(
        make(samples=asking.samples, seed=asking.seed, **asking.version),
        model=asking.model(endpoint),
        metadata={"stoa": dict(asking.told)},
        log_dir=str(asking.folder),
        log_format="eval",
        retry_on_error=_SAMPLE_RETRIES,
        **_ways(asking, endpoint),
    )[0]


def _went_on(log: Path, asking: Asking, endpoint: Endpoint) -> EvalLog:
    return eval_retry(str(log), log_dir=str(asking.folder), log_format="eval", **_ways(asking, endpoint))[0]


def _ways(asking: Asking, endpoint: Endpoint) -> dict[str, Any]:
    return {
        "display": "none",
        "log_level": "critical",
        "log_model_api": False,  # requests would tell the endpoint
        "log_buffer": 1 if asking.samples <= _EVERY else None,
        "ctl_server": False,
        "max_samples": endpoint.at_once,
        "max_connections": endpoint.at_once,
        "max_retries": _RETRIES,
        "attempt_timeout": endpoint.patience,
        "timeout": endpoint.patience * (_RETRIES + 1),
        "fail_on_error": True,
    }


def _reason(log: EvalLog, endpoint: Endpoint) -> str:
    """Why samples failed, in a line that tells neither address nor key."""
    said = " ".join((log.error.message if log.error else "it was ended").split())[:300]
    for secret in endpoint.secrets:
        said = said.replace(secret, "[removed]")
    return f"Not every sample of {log.eval.task} was answered: {said}."

"""The verdict on a log: does everything that it reports follow from its answers, and is it the log that was promised?"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from stoa.evaluation.faults import Unusable
from stoa.evaluation.logs import numbers, promises, samples, secrets, times
from stoa.evaluation.logs.faults import Fault, Unreadable, unreadable
from stoa.evaluation.logs.limits import USUAL, Limits
from stoa.evaluation.logs.promises import Promise, said
from stoa.evaluation.logs.reading import Entry, Log, opened
from stoa.evaluation.logs.recomputing import Tally
from stoa.evaluation.logs.reuse import Seen
from stoa.evaluation.logs.transcript import Transcript, count, mapping, mappings
from stoa.evaluation.suites.rows import set_digest
from stoa.evaluation.words import Sample, Suite
from stoa.methods.evaluation import Sums

OF_ONE_KIND = 20
"""As many faults of one kind are listed; the verdict says how many there are."""

Progress = Callable[[int, int], None]
"""Told how many samples are done, of how many."""


@dataclass(frozen=True)
class Checked:
    """The verdict, as JSON can hold it, and the marks of the log's samples, by which the server knows them again."""

    verdict: dict[str, Any]
    marks: frozenset[str]


def check(
    path: Path,
    plan: Mapping[str, Any] | None = None,
    run: Mapping[str, Any] | None = None,
    *,
    suites: Mapping[str, Suite],
    limits: Limits = USUAL,
    progress: Progress = lambda _done, _of: None,
) -> Checked:
    """Check a log. Without a plan or a run, it is held against what it says of itself."""
    began, run = time.monotonic(), run or {}
    marks: frozenset[str] = frozenset()
    try:
        with opened(path, limits) as log:
            under_way = _Check(log, _promise(log, plan or {}, run, suites))
            verdict = under_way.verdict(progress)
            marks = frozenset(under_way.seen.marks)
    except (Unreadable, MemoryError) as fault:
        verdict = unreadable(fault.fault if isinstance(fault, Unreadable) else Fault("file.large", "memory"))
    return Checked(verdict | {"run": run.get("run"), "seconds": round(time.monotonic() - began, 3)}, marks)


def _promise(log: Log, plan: Mapping[str, Any], run: Mapping[str, Any], suites: Mapping[str, Suite]) -> Promise:
    found = said(log)
    name = str(run.get("suite") or found.get("suite") or log.header.eval.task)
    versions = {suite.version: suite for suite in suites.values() if suite.name == name}
    if not versions:
        raise Unreadable("suite.other", "the suite", name)
    planned = next((one for one in mappings(plan.get("suites")) if one.get("name") == name), {})
    if plan and not planned:
        raise Unreadable("suite.unknown", "the plan", name)
    version = str(planned.get("version") or found.get("suite_version") or log.header.eval.task_version)
    suite = versions.get(version)
    if suite is None:
        raise Unreadable("suite.unchecked", f"{name}, version {version}")
    samples = count(planned.get("samples", found.get("samples")))
    if not 0 < samples <= suite.most:
        raise Unreadable("count.other", "head, stoa.samples", samples)
    seed = count(plan.get("seed", found.get("seed")))
    wanted = _set(suite, seed, samples)
    digest = planned.get("set") or found.get("set") or (set_digest(wanted) if wanted else "")
    return Promise(
        plan, run, suite, seed, samples, str(digest), wanted if wanted and set_digest(wanted) == digest else None
    )


def _set(suite: Suite, seed: int, samples: int) -> Sequence[Sample] | None:
    """The sample set as the suite gives it here; None where it lacks what it takes it from."""
    try:
        return suite.samples(seed, samples)
    except Unusable:
        return None


class _Check:
    """One check under way: what was found until now."""

    def __init__(self, log: Log, promise: Promise) -> None:
        self.log, self.promise = log, promise
        self.wanted = None if promise.wanted is None else {sample.id: sample for sample in promise.wanted}
        self.rows: list[Sample] = []
        self.tally, self.totals = Tally(promise.suite), numbers.Totals()
        self.seen = Seen(frozenset(promise.run.get("known_marks") or ()))
        self.ids: set[tuple[str, int]] = set()
        self.models: set[tuple[str, str]] = set()
        self.faults: list[Fault] = []
        self.counted: Counter[str] = Counter()

    def verdict(self, progress: Progress) -> dict[str, Any]:
        """Walk the log once."""
        self._take([*self.log.faults, *self._of_head()])
        for number, entry in enumerate(self.log.entries()):
            self._take(self._of_entry(entry))
            progress(number + 1, len(self.log))
        self._take(self._of_all())
        return self._written()

    def _take(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.counted[fault.kind] += 1
            if self.counted[fault.kind] <= OF_ONE_KIND:
                self.faults.append(fault)

    def _of_head(self) -> Iterator[Fault]:
        log, promise = self.log, self.promise
        if log.digest in (promise.run.get("known_logs") or ()):
            yield Fault("log.reused", "the file", None, log.digest)
        yield from promises.against_signature(log, promise)
        yield from promises.against_ending(log)
        yield from promises.against_plan(log, promise)
        yield from promises.against_journal(log)
        yield from promises.against_task(log, promise)
        yield from promises.against_settings(log, promise)
        yield from promises.against_model(log, promise)
        yield from times.of_head(log, promise.run, promise.plan)
        yield from secrets.in_head(log)

    def _of_entry(self, entry: Entry) -> Iterator[Fault]:
        sample, transcript = entry.sample, Transcript(entry.raw)
        yield from self._placed(sample)
        yield from samples.against_itself(entry, transcript, of_texts=self.promise.suite.needs_log_probabilities)
        yield from samples.tried(entry, count(mapping(self.log.raw_header["eval"].get("config")).get("retry_on_error")))
        yield from times.of_sample(entry, transcript, self.log, self.promise.run)
        yield from times.tokens_of(entry, transcript)
        yield from secrets.in_sample(entry)
        yield from promises.of_calls(self.log, self.promise, transcript, samples.place(sample))
        yield from self.seen.look(entry, transcript)
        for event in transcript.of("model"):
            self.models.add((str(event.get("model")), str(mapping(event.get("output")).get("model"))))
        if not self.promise.suite.needs_log_probabilities:  # whose answers are put together here, from several calls
            self.models |= {(model, sample.model) for model in mapping(entry.raw.get("model_usage"))}
        self.totals.add(entry)

    def _placed(self, sample: Sample) -> Iterator[Fault]:
        """Is it a sample of the set, for the first time? Then it is graded, with what the set says of it."""
        where, key = samples.place(sample), (sample.id, sample.epoch)
        if sample.epoch != 1:
            yield Fault("sample.epoch", where, 1, sample.epoch)
        elif key in self.ids:
            yield Fault("sample.doubled", where)
        elif self.wanted is None:
            self.rows.append(replace(sample, output=""))
            yield from samples.against_grading(sample, self.tally.add(sample))
        elif sample.id not in self.wanted:
            yield Fault("sample.extra", where)
        else:
            wanted = self.wanted[sample.id]
            yield from samples.against_set(sample, wanted)
            yield from samples.against_grading(sample, self.tally.add(replace(wanted, output=sample.output)))
        self.ids.add(key)

    def _of_all(self) -> Iterator[Fault]:
        yield from self._of_set()
        if len(self.models) > 1:
            yield Fault(
                "model.mixed", "the samples", None, "; ".join(sorted(f"{one} ({two})" for one, two in self.models))
            )
        for model, _ in sorted(self.models):
            if model != self.log.header.eval.model:
                yield Fault("model.other", "the samples", self.log.header.eval.model, model)
        yield from numbers.against_totals(self.log, self.totals, self.promise.suite)

    def _of_set(self) -> Iterator[Fault]:
        """Is every sample there? Where the set is not at hand, its digest says whether these are all, and as they were."""
        for name in self.wanted or ():
            if (name, 1) not in self.ids:
                yield Fault("sample.missing", f"sample {name}")
        if self.wanted is None:
            if len(self.rows) < self.promise.samples:
                yield Fault("sample.missing", "the samples", self.promise.samples, len(self.rows))
            rows = sorted(self.rows, key=lambda row: (len(row.id), row.id))
            if set_digest(rows) != self.promise.set:
                yield Fault("set.other", "the samples", self.promise.set, set_digest(rows))

    def _written(self) -> dict[str, Any]:
        suite, run = self.promise.suite, self.promise.run
        measures, sums = self.tally.estimates(), self.tally.sums()
        return {
            "verdict": "differs" if self.faults else "follows",
            "faults": [fault.as_json() for fault in self.faults],
            "counts": dict(sorted(self.counted.items())),
            "measures": {name: asdict(one) | {"sums": _sums(sums[name])} for name, one in measures.items()},
            "not_measurable": [measure.name for measure in suite.measures if measure.name not in measures],
            "log": self.log.digest,
            "suite": suite.name,
            "suite_version": suite.version,
            "model_digest": run.get("model_digest") or said(self.log).get("model_digest"),
            "samples": len(self.ids),
            "tokens": sum(usage["total_tokens"] for usage in self.totals.usage.values()),
        }


def _sums(sums: Sums) -> dict[str, Any]:
    return {
        "names": list(sums.names),
        "counts": [int(one) for one in sums.counts],
        "sums": [float(one) for one in sums.sums],
        "squares": sums.squares,
    }

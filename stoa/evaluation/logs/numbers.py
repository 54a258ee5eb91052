"""What a log reports about all of its samples, recomputed from what it says of each: metrics, counts, lists, totals of tokens."""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from stoa.evaluation.logs.faults import Fault
from stoa.evaluation.logs.reading import Entry, Log
from stoa.evaluation.logs.transcript import count, listed, mapping, mappings
from stoa.evaluation.logs.translating import flat
from stoa.evaluation.words import Suite

_LISTED = 5_120
"""Letters of a question in Inspect’s list of samples."""
_NEAR = 1e-6
_USAGE = ("input_tokens", "output_tokens", "total_tokens")


class Totals:
    """What is kept of each sample, as they pass: scores by measure and sample, uses of the model, a digest of its summary."""

    def __init__(self) -> None:
        self.scores: dict[str, dict[tuple[str, int], float]] = defaultdict(dict)
        self.clusters: dict[tuple[str, int], str] = {}
        self.silent: dict[str, set[tuple[str, int]]] = defaultdict(set)
        self.usage: dict[str, Counter[str]] = defaultdict(Counter)
        self.summaries: dict[tuple[str, int], Mapping[str, Any]] = {}

    def add(self, entry: Entry) -> None:
        """Take in the next sample."""
        sample = entry.sample
        key = (sample.id, sample.epoch)
        self.clusters[key] = sample.cluster or ""
        for measure, score in sample.scores.items():
            if score is None or math.isnan(score):
                self.silent[measure].add(key)
            else:
                self.scores[measure][key] = score
        for model, usage in mapping(entry.raw.get("model_usage")).items():
            self.usage[model].update({name: count(mapping(usage).get(name)) for name in _USAGE})
        self.summaries[key] = {
            "scores": dict(sample.scores),
            "input": _thin(sample.input),
            "target": _thin(sample.target),
            "uuid": sample.uuid,
            "started_at": entry.raw.get("started_at"),
            "completed_at": entry.raw.get("completed_at"),
            "retries": len(listed(entry.raw.get("error_retries"))),
            "error": sample.error is not None,
        }


def against_totals(log: Log, totals: Totals, suite: Suite) -> Iterator[Fault]:
    """Every number of the head, and the two lists beside the samples."""
    yield from _metrics(log, totals, suite)
    yield from _counts(log, totals)
    yield from _used(log, totals)
    yield from _summaries(log, totals)
    yield from _reductions(log, totals)


def metric(name: str, scores: Mapping[Hashable, float], clusters: Mapping[Any, str] | None = None) -> float | None:
    """One of Inspect's own metrics of plain scores by sample; None for one that is not known here.

    With `clusters`, its clustered standard error: the root of the sum over clusters of their squared residuals, times
    C/(C − 1), over the number of scores.
    """
    size = len(scores)
    if not size:
        return None
    mean = math.fsum(scores.values()) / size
    if name in ("mean", "accuracy"):
        return mean
    if name == "stderr" and clusters is not None:
        return _clustered(scores, mean, clusters)
    spread = math.fsum((score - mean) ** 2 for score in scores.values())
    variance = spread / (size - 1) if size > 1 else 0.0
    known = {"var": variance, "std": math.sqrt(variance), "stderr": math.sqrt(variance / size)}
    return known.get(name)


def _clustered(scores: Mapping[Hashable, float], mean: float, clusters: Mapping[Any, str]) -> float:
    residuals: dict[str, list[float]] = defaultdict(list)
    for key, score in scores.items():
        residuals[clusters[key]].append(score - mean)
    groups = len(residuals)
    if groups < 2:
        return 0.0
    squared = math.fsum(math.fsum(each) ** 2 for each in residuals.values())
    return math.sqrt(squared * groups / (groups - 1)) / len(scores)


def _metrics(log: Log, totals: Totals, suite: Suite) -> Iterator[Fault]:
    """Where a sample says nothing of a measure, some of Inspect's metrics leave it out and some count it as 0: either is right."""
    reported: set[str] = set()
    known = {measure.name for measure in suite.measures}
    for score in mappings(mapping(log.raw_header.get("results")).get("scores")):
        measure = str(score.get("name"))
        scores: dict[Hashable, float] = dict(totals.scores.get(measure, {}))
        whole = scores | dict.fromkeys(totals.silent.get(measure, ()), 0.0)
        if measure not in known or measure in reported:
            yield Fault("metric.differs", f"head, {measure}", None, "a measure that the suite does not have")
        for name, found in mapping(score.get("metrics")).items():
            reported.add(measure)
            yield from _metric(name, mapping(found), measure, (scores, whole), totals)
        told = score.get("scored_samples")
        if told not in (None, len(scores), len(whole)) and measure in totals.scores:
            yield Fault("counts.differ", f"head, {measure}, scored_samples", len(scores), count(told))
    for name in (measure.name for measure in suite.measures):
        if name not in reported and totals.scores.get(name):
            yield Fault("metric.missing", f"head, {name}")


def _metric(
    name: str, found: Mapping[str, Any], measure: str, ways: Iterable[Mapping[Hashable, float]], totals: Totals
) -> Iterator[Fault]:
    bare = str(found.get("name", name)).rpartition("/")[2]
    if not name.rpartition("/")[2].startswith(bare):
        yield Fault("metric.differs", f"head, {measure}, {name}", name, bare)
    clusters = totals.clusters if mapping(found.get("params")).get("cluster") else None
    right = [value for scores in ways if (value := metric(bare, scores, clusters)) is not None]
    if right and not any(_near(_number(found.get("value")), value) for value in right):
        yield Fault("metric.differs", f"head, {measure}, {name}", right[0], _plain(found.get("value")))


def _number(value: Any) -> Any:
    """What a metric says of no scores at all, which is no number, as the 0 that it means."""
    return 0.0 if value is None or value != value else value  # noqa: PLR0124 - NaN alone differs from itself


def _plain(value: Any) -> str | float:
    return value if isinstance(value, int | float) else str(value)


def _near(value: Any, right: float) -> bool:
    return isinstance(value, int | float) and abs(value - right) <= _NEAR * max(1.0, abs(right))


def _counts(log: Log, totals: Totals) -> Iterator[Fault]:
    results = mapping(log.raw_header.get("results"))
    unfit = sum(1 for summary in totals.summaries.values() if summary["error"])
    right = {"total_samples": len(totals.summaries), "completed_samples": len(totals.summaries) - unfit}
    for key, wanted in right.items():
        if results.get(key) != wanted:
            yield Fault("counts.differ", f"head, results.{key}", wanted, count(results.get(key)))
    dataset = mapping(mapping(log.raw_header["eval"]).get("dataset"))
    ids = [str(one) for one in listed(dataset.get("sample_ids"))]
    if dataset.get("sample_ids") is not None and sorted(ids) != sorted({name for name, _ in totals.summaries}):
        yield Fault("counts.differ", "head, dataset.sample_ids", len(totals.summaries), len(ids))


def _used(log: Log, totals: Totals) -> Iterator[Fault]:
    told = mapping(mapping(log.raw_header.get("stats")).get("model_usage"))
    for model in sorted(told.keys() | totals.usage):
        for key in _USAGE:
            found, right = count(mapping(told.get(model)).get(key)), totals.usage[model][key]
            if found != right:
                yield Fault("tokens.sum", f"head, {model}, {key}", right, found)


def _summaries(log: Log, totals: Totals) -> Iterator[Fault]:
    if log.summaries is None:
        return
    rows = {(str(row.get("id")), count(row.get("epoch"))): row for row in log.summaries}
    if len(rows) != len(log.summaries) or rows.keys() != totals.summaries.keys():
        yield Fault("summary.differs", "summaries", len(totals.summaries), len(log.summaries))
    for key, row in rows.items():
        kept = totals.summaries.get(key)
        if kept is not None and (differing := sorted(_differing(row, kept))):
            yield Fault("summary.differs", f"summaries, sample {key[0]}", None, ", ".join(differing))


def _differing(row: Mapping[str, Any], kept: Mapping[str, Any]) -> Iterator[str]:
    scores = flat({name: mapping(score).get("value") for name, score in mapping(row.get("scores")).items()})
    if not _alike(scores, kept["scores"]):
        yield "scores"
    if bool(row.get("error")) != kept["error"]:
        yield "error"
    if count(row.get("retries")) != kept["retries"]:
        yield "retries"
    for key in ("input", "target", "uuid", "started_at", "completed_at"):
        if row.get(key) != kept[key]:
            yield key


def _thin(text: str) -> str:
    """A text as Inspect's list of samples has it."""
    return text if len(text) <= _LISTED else f"{text[:_LISTED]}...\n(content truncated)"


def _alike(one: Mapping[str, float | None], other: Mapping[str, float | None]) -> bool:
    return one.keys() == other.keys() and all(str(one[key]) == str(other[key]) for key in one)


def _reductions(log: Log, totals: Totals) -> Iterator[Fault]:
    for reduction in log.reductions or []:
        for row in mappings(reduction.get("samples")):
            scorer = str(reduction.get("scorer"))
            for measure, value in flat({scorer: row.get("value")}).items():
                right = totals.scores.get(measure, {}).get((str(row.get("sample_id")), 1))
                if value is not None and right is not None and not _near(value, right):
                    yield Fault(
                        "reduction.differs", f"reductions, sample {row.get('sample_id')}, {measure}", right, value
                    )

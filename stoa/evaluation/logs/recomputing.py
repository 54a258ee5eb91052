"""Every number of a suite, made anew from the answers: each sample is graded again, and means get clustered errors."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from stoa.evaluation.words import Estimate, Sample, Suite
from stoa.methods.evaluation import Mean, Sums, gather, mean, share

WITHIN_0_AND_1 = ("share", "auroc")
"""Units whose error bars end where the measure does: the AUROC of matched pairs is a mean of scores of 0, ½ and 1."""


class Tally:
    """Grades of the samples of one run, as they pass."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self._scores: dict[str, list[float | None]] = defaultdict(list)
        self._clusters: list[str] = []

    def add(self, sample: Sample) -> Mapping[str, float | None]:
        """Grade the next sample; its scores. Of an answer longer than any can be, no more than that is read."""
        if (
            not self.suite.needs_log_probabilities
        ):  # whose answers are put together by us and read with a limit of their own
            sample = replace(sample, output=sample.output[: self.suite.longest])
        graded = self.suite.grade(sample)
        for measure in self.suite.measures:
            self._scores[measure.name].append(graded.get(measure.name))
        self._clusters.append(sample.cluster or f"{sample.id}, alone")
        return graded

    def sums(self) -> dict[str, Sums]:
        """What was graded, added up by cluster: for each measure of which the samples say enough for an error bar."""
        scores = {measure.name: self._scores[measure.name] for measure in self.suite.measures}
        known = {
            name: gather(each, self._clusters) for name, each in scores.items() if any(one is not None for one in each)
        }
        return {name: sums for name, sums in known.items() if sums.clusters > 1}

    def estimates(self) -> dict[str, Estimate]:
        """The measures of which the samples say enough. Of the others, nothing is known here."""
        ends = {measure.name: measure.unit in WITHIN_0_AND_1 for measure in self.suite.measures}
        return {name: _estimate(share(sums) if ends[name] else mean(sums)) for name, sums in self.sums().items()}


def _estimate(made: Mean) -> Estimate:
    return Estimate(made.value, made.error, made.low, made.high, made.samples, made.clusters)


def recompute(suite: Suite, samples: Iterable[Sample]) -> dict[str, Estimate]:
    """The measures of a suite from samples alone, never from their own scores. What is missing was not measurable."""
    tally = Tally(suite)
    for sample in samples:
        tally.add(sample)
    return tally.estimates()

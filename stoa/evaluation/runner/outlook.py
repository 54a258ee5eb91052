"""What a run will take, said before it begins: tokens, time and money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stoa.evaluation.catalogue import SUITES, suite_of
from stoa.evaluation.runner.endpoint import Speed
from stoa.evaluation.runner.work import Work
from stoa.evaluation.words import Suite

_LETTERS_A_TOKEN = 4
_SECONDS_A_SUITE = 2


@dataclass(frozen=True)
class Outlook:
    """Samples that are still to be asked, tokens in and out, and about how many seconds that takes."""

    samples: int
    tokens_in: int
    tokens_out: int
    seconds: float

    def cost(self, price: float) -> float:
        """Money, at a price for a million tokens in or out."""
        return (self.tokens_in + self.tokens_out) * price / 1e6


def outlook(works: Sequence[Work], speed: Speed) -> Outlook:
    """The outlook of runs that are not finished; answers are taken to be as long as they may be."""
    waiting = [work for work in works if not work.log.exists()]
    samples = sum(work.suite.samples for work in waiting)
    tokens_in = sum(_asked(work) for work in waiting)
    tokens_out = sum(work.suite.samples * _suite(work).tokens_a_sample for work in waiting)
    return Outlook(samples, tokens_in, tokens_out, tokens_out / speed.tokens_a_second + _SECONDS_A_SUITE * len(waiting))


def _suite(work: Work) -> Suite:
    """The suite in the version of the plan, which was looked up before."""
    return suite_of(work.suite.name, work.suite.version) or SUITES[work.suite.name]


def _asked(work: Work) -> int:
    rows = _suite(work).samples(work.plan.seed, work.suite.samples)
    return sum(len(one.input) + len(str(one.metadata.get("system", ""))) for one in rows) // _LETTERS_A_TOKEN


def in_words(seconds: float) -> str:
    """A length of time as one says it: 40 seconds, 7 minutes, 3 hours."""
    for size, name in ((3_600, "hour"), (60, "minute")):
        if seconds >= 1.5 * size:
            return f"{round(seconds / size):,} {name}s"
    return f"{max(1, round(seconds))} seconds"

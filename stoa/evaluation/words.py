"""What suites, runs and the checking of logs share: a suite and its measures, a sample as its log has it, an estimate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

BYTES_A_TOKEN = 64
"""No text has more a token throughout."""

Area = Literal["privacy", "safety", "security", "capability"]


@dataclass(frozen=True)
class Measure:
    """One number that a suite reports: its name, what it says, which way is better, its unit and range."""

    name: str
    title: str
    says: str
    better: Literal["higher", "lower"]
    unit: Literal["share", "bits", "auroc"] = "share"


@dataclass(frozen=True)
class Sample:
    """One sample of a log in plain values, whatever program wrote the log. `scores` are as the log reports them."""

    id: str
    epoch: int
    input: str
    target: str
    output: str
    scores: Mapping[str, float | None]
    cluster: str | None = None
    uuid: str | None = None
    error: str | None = None
    model: str = ""
    started_at: str | None = None
    completed_at: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    metadata: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Estimate:
    """A measure over the samples of one run: mean, clustered standard error, bounds of its 95 % interval."""

    value: float
    error: float
    low: float
    high: float
    samples: int
    clusters: int


@dataclass(frozen=True)
class Suite:
    """A suite in one version: what is asked, how an answer is graded, what is reported.

    `samples(seed, count)` gives the sample set, always the same for the same arguments: rows of id, input, target,
    cluster and metadata, with `scores` empty and `output` "". `grade(sample)` gives the score of each measure from what
    the model put out, without a clock, chance or network; None where a sample says nothing of a measure.
    """

    name: str
    version: str
    area: Area
    title: str
    method: str
    source: str
    licence: str
    measures: tuple[Measure, ...]
    most: int
    samples: Callable[[int, int], Sequence[Sample]]
    grade: Callable[[Sample], Mapping[str, float | None]]
    needs_log_probabilities: bool = False
    tokens_a_sample: int = 200

    @property
    def longest(self) -> int:
        """Letters that an answer can have at most; what comes after them is not graded."""
        return BYTES_A_TOKEN * (self.tokens_a_sample + 1)

"""The statistics of evaluations: means, shares and differences whose error bars hold, gates, settlement of reproductions.

Start with `gather` (scores by cluster), then `mean`, `share`, `difference` or `settle`. docs/lab-statistics.md states each
rule in words and exactly.
"""

from stoa.methods.evaluation.gates import Settlement, equivalent, gate, non_inferior, settle
from stoa.methods.evaluation.means import Mean, mean
from stoa.methods.evaluation.pairs import Difference, difference, mcnemar
from stoa.methods.evaluation.proportions import share, wilson
from stoa.methods.evaluation.sizes import detectable_difference, sample_size
from stoa.methods.evaluation.sums import Sums, gather

__all__ = [
    "Difference",
    "Mean",
    "Settlement",
    "Sums",
    "detectable_difference",
    "difference",
    "equivalent",
    "gate",
    "gather",
    "mcnemar",
    "mean",
    "non_inferior",
    "sample_size",
    "settle",
    "share",
    "wilson",
]

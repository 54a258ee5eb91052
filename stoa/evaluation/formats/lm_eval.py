"""Results of lm-eval: `results_*.json`, and where they lie beside it the samples, `samples_TASK_*.jsonl`.

The layout is that of lm-evaluation-harness 0.4: metrics are named `NAME,FILTER`, their errors `NAME_stderr,FILTER`; a line of
the samples has the value of each metric under its name, and the filter that its answer went through.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from stoa.evaluation.formats.imported import (
    BadImport,
    Imported,
    Reported,
    bytes_of,
    count,
    lines_of,
    mapping,
    mappings,
    number,
    text,
)

Rows = list[Mapping[str, Any]]
_NEAR = 1e-6
"""Relative: files are written with all digits, or rounded to some."""
_NONE = "none"


def read(found: Mapping[str, Any], path: Path, sha256: str) -> Imported:
    """Results, each recomputed from the samples that lie beside them under the same date, as far as those have it.

    Raises `BadImport` where a mean is not that of its samples.
    """
    samples = _samples(path)
    measures = tuple(
        one
        for task, values in mapping(found["results"]).items()
        for one in _of(found, task, mapping(values), samples.get(task, {}))
    )
    model = found.get("model_name") or mapping(found.get("config")).get("model_args") or found.get("model_source")
    made_by = f"lm-eval {text(found.get('lm_eval_version'))}"
    many = sum(max(map(len, by_filter.values()), default=0) for by_filter in samples.values())
    return Imported("lm-eval", made_by, text(model), measures, many, sha256)


def _of(
    found: Mapping[str, Any], task: str, values: Mapping[str, Any], samples: Mapping[str, Rows]
) -> Iterator[Reported]:
    better = mapping(mapping(found.get("higher_is_better")).get(task))
    many = count(mapping(mapping(found.get("n-samples")).get(task)).get("effective"))
    ways = mappings(mapping(mapping(found.get("configs")).get(task)).get("metric_list"))
    means = {one.get("metric") for one in ways if one.get("aggregation") == "mean"}
    for key, value in values.items():
        name, _, filtered = key.partition(",")
        if name.endswith("_stderr") or number(value) is None or name in ("alias", "sample_len"):
            continue
        way = {True: "higher", False: "lower"}.get(better.get(name))  # type: ignore[arg-type]
        title = name if filtered in ("", _NONE) else f"{name} ({filtered})"
        error = number(values.get(f"{name}_stderr,{filtered}"))
        one = Reported(text(task), text(title), float(value), error, many, way)
        yield _recomputed(one, samples.get(filtered or _NONE, []), name, is_mean=name in means)


def _recomputed(one: Reported, rows: Rows, name: str, *, is_mean: bool) -> Reported:
    """The result with number, mean and standard error of its samples; as reported where it is no mean of numbers."""
    scores = [number(float(score) if isinstance(score := row.get(name), bool) else score) for row in rows]
    known = [score for score in scores if score is not None]
    if not known or len(known) < len(rows):
        return one
    mean = fmean(known)
    if not math.isclose(mean, one.value, rel_tol=_NEAR, abs_tol=_NEAR):
        if is_mean:
            raise BadImport(f"{one.name} of {one.task} is reported as {one.value:g}; its samples say {mean:g}.")
        return one
    error = stdev(known) / math.sqrt(len(known)) if len(known) > 1 else None
    return replace(one, value=mean, error=error, samples=len(known), recomputed=True)


def _samples(path: Path) -> dict[str, dict[str, Rows]]:
    """The lines that lie beside the results under their date: by task, by filter."""
    stamp = path.stem.removeprefix("results_")
    found: dict[str, dict[str, Rows]] = {}
    for beside in sorted(path.parent.glob("samples_*.jsonl")) if path.name.startswith("results_") else ():
        if beside.stem.endswith(f"_{stamp}"):
            by_filter: dict[str, Rows] = defaultdict(list)
            for row in lines_of(bytes_of(beside), beside.name):
                by_filter[text(row.get("filter"), _NONE)].append(row)
            found[beside.stem.removeprefix("samples_").removesuffix(f"_{stamp}")] = dict(by_filter)
    return found

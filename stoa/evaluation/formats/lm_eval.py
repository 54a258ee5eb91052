"""Results of lm-eval: `results_*.json`, and where they lie beside it the samples, `samples_TASK_*.jsonl`.

The layout is that of lm-evaluation-harness 0.4: metrics are named `NAME,FILTER`, their errors `NAME_stderr,FILTER`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stoa.evaluation.formats.imported import Imported, Reported, bytes_of, count, lines_of, mapping, number, text


def read(found: Mapping[str, Any], path: Path, sha256: str) -> Imported:
    """Results, with the number of samples that lie beside them under the same date."""
    measures = tuple(
        one for task, values in mapping(found["results"]).items() for one in _of(found, task, mapping(values))
    )
    model = found.get("model_name") or mapping(found.get("config")).get("model_args") or found.get("model_source")
    made_by = f"lm-eval {text(found.get('lm_eval_version'))}"
    return Imported("lm-eval", made_by, text(model), measures, sum(len(rows) for rows in _samples(path)), sha256)


def _of(found: Mapping[str, Any], task: str, values: Mapping[str, Any]) -> Iterator[Reported]:
    better = mapping(mapping(found.get("higher_is_better")).get(task))
    many = count(mapping(mapping(found.get("n-samples")).get(task)).get("effective"))
    for key, value in values.items():
        name, _, filtered = key.partition(",")
        if name.endswith("_stderr") or number(value) is None or name in ("alias", "sample_len"):
            continue
        way = {True: "higher", False: "lower"}.get(better.get(name))  # type: ignore[arg-type]
        title = name if filtered in ("", "none") else f"{name} ({filtered})"
        error = number(values.get(f"{name}_stderr,{filtered}"))
        yield Reported(text(task), text(title), float(value), error, many, way)


def _samples(path: Path) -> Iterator[list[Mapping[str, Any]]]:
    stamp = path.stem.removeprefix("results_")
    for beside in sorted(path.parent.glob("samples_*.jsonl")) if path.name.startswith("results_") else ():
        if beside.stem.endswith(stamp):
            yield lines_of(bytes_of(beside), beside.name)

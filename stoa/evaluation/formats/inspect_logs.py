"""Inspect's logs of any task, through the guard and Inspect's own models that also check runs."""

from collections.abc import Iterator
from pathlib import Path

from stoa.evaluation.formats.imported import BadImport, Imported, Reported, count, mapping, mappings, number, text
from stoa.evaluation.logs.faults import Unreadable
from stoa.evaluation.logs.reading import Log, opened


def read(path: Path) -> Imported:
    """The metrics of a log's head, and how many samples it holds, each of which was read. Raises `BadImport`."""
    try:
        with opened(path) as log:
            samples = sum(1 for _ in log.entries())
            made_by = f"Inspect {text(log.header.eval.packages.get('inspect_ai'))}"
            model = text(log.header.eval.model)
            return Imported(
                "inspect", made_by, model, tuple(_measures(log)), samples, log.digest.removeprefix("sha256:")
            )
    except Unreadable as fault:
        raise BadImport(str(fault)) from None


def _measures(log: Log) -> Iterator[Reported]:
    for score in mappings(mapping(log.raw_header.get("results")).get("scores")):
        metrics = {name: number(mapping(one).get("value")) for name, one in mapping(score.get("metrics")).items()}
        for name, value in metrics.items():
            if value is not None and name != "stderr":
                error = metrics.get("stderr") if name in ("mean", "accuracy") else None
                many = count(score.get("scored_samples"))
                yield Reported(text(log.header.eval.task), f"{text(score.get('name'))} {name}", value, error, many)

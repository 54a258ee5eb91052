"""Forges logs: takes any good log apart, changes it in one of many ways, clumsy or careful, and puts it together again.

Each forgery names the kinds of fault of which the checker must find at least one. Nothing here knows a suite.
"""

import copy
import json
import math
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zipfile_zstd  # noqa: F401 - lets zipfile pack as Inspect does

DAY = 86_400
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)")


@dataclass
class Pieces:
    """A log in pieces: its head, its samples in their order, the lists beside them, and what else its file holds."""

    header: dict[str, Any]
    samples: list[dict[str, Any]]
    summaries: list[dict[str, Any]] | None
    reductions: list[dict[str, Any]] | None
    others: dict[str, Any] = field(default_factory=dict)

    @property
    def spec(self) -> dict[str, Any]:
        return self.header["eval"]

    @property
    def said(self) -> dict[str, Any]:
        return self.spec["metadata"]["stoa"]

    def summary(self, sample: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows of the lists beside the samples that tell of this one."""
        lists = [self.summaries or [], *(rows for name, rows in self.others.items() if "/summaries/" in name)]
        return [row for rows in lists for row in rows if (row["id"], row["epoch"]) == (sample["id"], sample["epoch"])]


def taken_apart(log: Path) -> Pieces:
    """A log of either format in pieces."""
    if log.suffix == ".json":
        whole = json.loads(log.read_text())
        samples, reductions = whole.pop("samples"), whole.pop("reductions", None)
        return Pieces(whole, samples, None, reductions)
    with zipfile.ZipFile(log) as file:
        held = {name: json.loads(file.read(name)) for name in file.namelist()}
    samples = [held.pop(name) for name in list(held) if name.startswith("samples/")]
    known = {name: held.pop(f"{name}.json", None) for name in ("header", "summaries", "reductions")}
    return Pieces(known["header"], samples, known["summaries"], known["reductions"], held)


def put_together(pieces: Pieces, log: Path) -> Path:
    """Write a log of the format that its name says."""
    if log.suffix == ".json":
        whole = pieces.header | {"samples": pieces.samples}
        whole |= {"reductions": pieces.reductions} if pieces.reductions is not None else {}
        log.write_text(json.dumps(whole))
        return log
    with zipfile.ZipFile(log, "w", zipfile.ZIP_ZSTANDARD) as file:
        for name, value in named(pieces):
            file.writestr(name, json.dumps(value))
    return log


def named(pieces: Pieces) -> Iterator[tuple[str, Any]]:
    """The parts of a zip file."""
    yield from pieces.others.items()
    names: set[str] = set()
    for sample in pieces.samples:
        name = f"samples/{sample['id']}_epoch_{sample['epoch']}.json"
        while name in names:
            name = name.replace(".json", "_.json")
        names.add(name)
        yield name, sample
    for name in ("summaries", "reductions"):
        if getattr(pieces, name) is not None:
            yield f"{name}.json", getattr(pieces, name)
    yield "header.json", pieces.header


@dataclass(frozen=True)
class Forgery:
    """One way to forge: its name, the kinds of which one must be found, and what it does to the pieces of a log.

    It may use the pieces of another run's log for the same plan.
    """

    name: str
    kinds: frozenset[str]
    forge: Callable[[Pieces, Pieces, random.Random], None]
    of_words: bool = False
    """Whether it tells on itself only where a model speaks, and not where it gives log-probabilities."""


FORGERIES: list[Forgery] = []


def forgery(*kinds: str, of_words: bool = False) -> Callable[[Any], Any]:
    def known(forge: Any) -> Any:
        FORGERIES.append(Forgery(forge.__name__, frozenset(kinds), forge, of_words))
        return forge

    return known


# How a careful forger mends what tells on them


def scores_of(sample: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The values of a sample's scores, and those of its transcript."""
    yield from sample["scores"].values()
    yield from (event["score"] for event in sample["events"] if event["event"] == "score")


def flipped(value: Any) -> Any:
    """The best score for the worst, also within several at once."""
    if isinstance(value, dict):
        return {key: flipped(one) for key, one in value.items()}
    return value if math.isnan(value) else 1 - value


def mended(pieces: Pieces) -> None:
    """Lists, counts, totals and metrics made to follow from the samples."""
    for sample in pieces.samples:
        for row in pieces.summary(sample):
            row |= {key: copy.deepcopy(sample.get(key)) for key in ("scores", "uuid", "started_at", "completed_at")}
    alive = {(sample["id"], sample["epoch"]) for sample in pieces.samples}
    for rows in [pieces.summaries or [], *(rows for name, rows in pieces.others.items() if "/summaries/" in name)]:
        rows[:] = [row for row in rows if (row["id"], row["epoch"]) in alive]
    _mend_reductions(pieces)
    _mend_metrics(pieces)
    results = pieces.header["results"]
    results["total_samples"] = results["completed_samples"] = len(pieces.samples)
    ids = list(dict.fromkeys(sample["id"] for sample in pieces.samples))
    for spec in (pieces.spec, *(part["eval"] for part in pieces.others.values() if isinstance(part, dict))):
        spec["dataset"] |= {"samples": len(ids), "sample_ids": ids}
    _mend_usage(pieces)


def _mend_reductions(pieces: Pieces) -> None:
    for reduction in pieces.reductions or []:
        values = {sample["id"]: sample["scores"][reduction["scorer"]]["value"] for sample in pieces.samples}
        reduction["samples"] = [row for row in reduction["samples"] if row["sample_id"] in values]
        for row in reduction["samples"]:
            row["value"] = copy.deepcopy(values[row["sample_id"]])


def _mend_metrics(pieces: Pieces) -> None:
    for score in pieces.header["results"]["scores"]:
        values = [_value(sample, score) for sample in pieces.samples]
        known = [(value, sample) for value, sample in zip(values, pieces.samples, strict=True) if not math.isnan(value)]
        mean = sum(value for value, _ in known) / max(len(known), 1)
        groups: dict[str, float] = {}
        for value, sample in known:
            cluster = sample["metadata"].get("cluster", sample["id"])
            groups[cluster] = groups.get(cluster, 0.0) + value - mean
        spread = sum(group**2 for group in groups.values()) * len(groups) / max(len(groups) - 1, 1)
        score["scored_samples"], score["unscored_samples"] = len(known), len(values) - len(known)
        score["metrics"]["mean"]["value"] = mean
        score["metrics"]["stderr"]["value"] = spread**0.5 / max(len(known), 1)


def _value(sample: dict[str, Any], score: dict[str, Any]) -> float:
    value = sample["scores"][score["scorer"]]["value"]
    found = value.get(score["name"]) if isinstance(value, dict) else value
    return float("nan") if found is None else float(found)


def _mend_usage(pieces: Pieces) -> None:
    total: dict[str, dict[str, int]] = {}
    for sample in pieces.samples:
        for model, usage in sample["model_usage"].items():
            kept = total.setdefault(model, dict.fromkeys(usage, 0))
            for key, value in usage.items():
                kept[key] = kept.get(key, 0) + value
    pieces.header["stats"]["model_usage"] = total


def spoken(sample: dict[str, Any], text: str, *, steps: bool, transcript: bool = True) -> None:
    """Put other words into the model's mouth, in the sample, and in as much of its transcript as is said."""
    before = sample["output"]["completion"]
    places = [sample["output"], sample["messages"]]
    places += [event for event in sample["events"] if transcript and (steps or event["event"] == "model")]
    for place in places:
        _replace(place, before, text)
    if transcript:
        sample["attachments"] = {
            name: text if value == before else value for name, value in sample["attachments"].items()
        }


def _replace(value: Any, before: str, text: str) -> None:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        if part == before:
            value[key] = text
        else:
            _replace(part, before, text)


def asked_otherwise(sample: dict[str, Any], change: Callable[[list[Any]], list[Any]]) -> None:
    """Change what the model was asked, wherever the log tells of it: in the messages, the steps, and what was sent."""
    pool = sample.get("events_data") or {}
    for call in calls_of(sample):
        call["input"] = change(_referred(call, "input", "input_refs", pool.get("messages")))
        if sent := call.get("call"):
            sent["request"]["messages"] = change(
                _referred(sent["request"], "messages", "", None) or _referred(sent, "", "call_refs", pool.get("calls"))
            )
    *asked, answer = sample["messages"]
    sample["messages"] = [*change(copy.deepcopy(asked)), answer]


def _referred(holder: dict[str, Any], key: str, refs: str, pool: list[Any] | None) -> list[Any]:
    """A list that stands in its place, or in a pool to which the place refers; it refers there no more."""
    spans = holder.pop(refs, None) or []
    return copy.deepcopy(holder.get(key) or [one for begin, end in spans for one in (pool or [])[begin:end]])


def shifted(value: Any, seconds: float) -> Any:
    """All instants of a value moved."""
    from datetime import datetime, timedelta

    def move(found: re.Match[str]) -> str:
        return (datetime.fromisoformat(found[0]) + timedelta(seconds=seconds)).isoformat()

    return json.loads(_INSTANT.sub(move, json.dumps(value)))


def new_ids(value: Any, chance: random.Random) -> Any:
    """Every id that Inspect drew, drawn anew, the same for the same."""
    text = json.dumps(value)
    for old in set(re.findall(r'"(?:uuid|id|span_id|parent_id)": "([A-Za-z0-9]{22})"', text)):
        text = text.replace(
            old, "".join(chance.choice("23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijk") for _ in range(22))
        )
    return json.loads(text)


def calls(pieces: Pieces) -> Iterator[dict[str, Any]]:
    """The calls of the model in all transcripts."""
    for sample in pieces.samples:
        yield from calls_of(sample)


def calls_of(sample: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (event for event in sample["events"] if event["event"] == "model")

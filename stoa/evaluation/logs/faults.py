"""What can be wrong with a log, each with a kind of its own and a sentence that pages show. Nothing of Inspect is needed here."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from stoa.evaluation.logs.veiling import veiled

KINDS = {
    # the file
    "file.unreadable": "The file can’t be read as a log.",
    "file.truncated": "The file ends before it is whole.",
    "file.large": "The file, or a part of it, is larger than a log may be.",
    "file.bomb": "A part of the file would become far larger than it is stored.",
    "file.name": "A part of the file has a name that leads out of its folder, or is a link.",
    "file.twice": "Two parts of the file have the same name.",
    "file.hidden": "The file holds bytes that belong to none of its parts.",
    "file.damaged": "A part of the file is not what its checksum says.",
    "file.missing": "The file lacks a part that every log has.",
    "file.unknown": "The file holds a part that no log has.",
    "json.broken": "A part of the file is no JSON.",
    "json.twice": "A JSON object names one key twice.",
    "json.deep": "The JSON is nested deeper than a log is.",
    "json.shape": "A part of the log has not the shape that Inspect writes.",
    # what is missing
    "status": "The log says that the run did not end well.",
    "edited": "The log says of itself that it was edited after the run.",
    "invalidated": "The log, or a sample, is marked as invalid.",
    "sample.missing": "A sample of the set is not in the log.",
    "sample.extra": "The log has a sample that is not in the set.",
    "sample.doubled": "A sample is in the log more than once.",
    "sample.epoch": "A sample was run in another epoch than the suite asks for.",
    "sample.error": "A sample ended with an error.",
    "sample.limited": "A sample was cut off by a limit.",
    "sample.retried": "A sample was tried more than once.",
    "sample.copied": "Two samples of the log share what no two samples can share.",
    "sample.name": "A sample is stored under the name of another.",
    # what was edited
    "input.edited": "A sample’s question is not that of the set.",
    "target.edited": "A sample’s target is not that of the set.",
    "metadata.edited": "What a sample says about itself is not what the set says.",
    "asked.edited": "What the model was asked differs from the sample’s question.",
    "output.edited": "A sample’s answer differs from what the transcript says that the model put out.",
    "transcript.missing": "A sample has no transcript of what the model was asked and put out.",
    "transcript.edited": "The steps of a sample’s transcript contradict each other.",
    # numbers
    "score.nan": "A score is no number.",
    "score.missing": "A sample lacks a score.",
    "score.edited": "A score differs from that of the transcript.",
    "score.differs": "A score does not follow from the answer.",
    "metric.differs": "A reported number does not follow from the scores.",
    "metric.missing": "A number that the suite reports is missing.",
    "counts.differ": "The counts in the log’s head differ from its samples.",
    "summary.differs": "The log’s list of samples differs from its samples.",
    "journal.differs": "What the log noted when the run began differs from its head.",
    "reduction.differs": "A sample’s reduced score differs from its scores.",
    # whom and what the log is about
    "plan.other": "The log belongs to another plan, or another version of it.",
    "plan.late": "The plan was registered after the run began.",
    "study.other": "The log belongs to another study.",
    "run.other": "The log belongs to another run.",
    "nonce.other": "The log does not carry the number once given to this run.",
    "suite.other": "The log is of another suite.",
    "suite.version": "The log is of another version of the suite.",
    "suite.unknown": "The plan does not have this suite.",
    "suite.unchecked": "This version of the suite is not known here, so that the log can’t be checked here.",
    "seed.other": "The log was made with another seed.",
    "set.other": "The log was made with another set of samples.",
    "count.other": "The log was planned with another number of samples.",
    "model.digest": "The weights named in the log are not those of the plan.",
    "model.other": "The model that answered is not that of the plan.",
    "model.mixed": "More than one model answered.",
    "config.differs": "A setting differs from the suite’s.",
    "log.reused": "This very log was submitted before.",
    "sample.reused": "A sample was part of another log.",
    "signature.wrong": "The signature is not that of the member’s key over this log.",
    # time and tokens
    "time.order": "Something ends before it begins, or lies outside of what holds it.",
    "time.run": "The log lies outside of the time of its run.",
    "time.fast": "An answer came faster than a model can write it.",
    "time.sum": "Times that must add up do not.",
    "tokens.text": "A count of tokens does not fit its text.",
    "tokens.sum": "Counts of tokens that must add up do not.",
    # privacy
    "secret.endpoint": "The log holds the address of an endpoint.",
    "secret.key": "The log holds a key or a password.",
    "secret.path": "The log holds where files lie on somebody’s machine.",
}

SHOWN = 200


@dataclass(frozen=True)
class Fault:
    """One thing wrong: its kind, where in the log, what is said there or should be, and what was found. Inert text."""

    kind: str
    where: str
    said: str | float | None = None
    found: str | float | None = None

    def __post_init__(self) -> None:
        assert self.kind in KINDS

    def as_json(self) -> dict[str, Any]:
        """For the verdict, which everybody reads: long texts are cut, and what steers a terminal, keys and addresses taken out."""
        return {key: shown(value) for key, value in asdict(self).items()}


class Unreadable(Exception):
    """The log can't be read on. Carries the fault that says why."""

    def __init__(self, kind: str, where: str, found: str | float | None = None) -> None:
        super().__init__(f"{KINDS[kind]} ({where}{'' if found is None else f': {shown(found)}'})")
        self.fault = Fault(kind, where, None, found)


def unreadable(fault: Fault) -> dict[str, Any]:
    """The verdict on what can't be read."""
    return {"verdict": "unreadable", "faults": [fault.as_json()], "measures": {}, "not_measurable": []}


def shown(value: object) -> object:
    """A value as a verdict may show it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if not isinstance(value, str):
        return value
    safe = veiled(value)
    plain = "".join(character if character.isprintable() else " " for character in safe[: SHOWN + 1])
    return plain if len(safe) <= SHOWN else plain[:SHOWN] + "…"

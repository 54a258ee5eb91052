"""A sample as Inspect holds it, told in the plain values of `stoa.evaluation.words`."""

from collections.abc import Mapping, Sequence
from typing import Any

from inspect_ai.log import EvalSample

from stoa.evaluation.words import Sample

# How Inspect counts the letters that its graders give: correct, partial, incorrect, no answer.
_LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
_NAN = float("nan")


def translated(sample: EvalSample) -> Sample:
    """A sample of ours. Scores are flat: a grader's mapping gives one a key, anything else one under its name."""
    usage = sample.model_usage.values()
    return Sample(
        id=str(sample.id),
        epoch=sample.epoch,
        input=text_of(sample.input),
        target=sample.target if isinstance(sample.target, str) else "\n".join(sample.target),
        output=sample.output.completion,
        scores=flat({name: score.value for name, score in (sample.scores or {}).items()}),
        cluster=_text_or_none(sample.metadata.get("cluster")),
        uuid=sample.uuid,
        error=sample.error.message if sample.error else None,
        model=sample.output.model,
        started_at=_text_or_none(sample.started_at),
        completed_at=_text_or_none(sample.completed_at),
        tokens_in=sum(used.input_tokens for used in usage),
        tokens_out=sum(used.output_tokens for used in usage),
        metadata=sample.metadata,
    )


def flat(values: Mapping[str, Any]) -> dict[str, float | None]:
    """Scores by measure from the values of a log's graders."""
    found: dict[str, float | None] = {}
    for name, value in values.items():
        found |= (
            {str(key): number(part) for key, part in value.items()}
            if isinstance(value, Mapping)
            else {name: number(value)}
        )
    return found


def number(value: Any) -> float | None:
    """A score as a number; None where there is none; NaN for what is no number at all."""
    if value is None:
        return None
    if isinstance(value, str) and value in _LETTERS:
        return _LETTERS[value]
    if isinstance(value, str | bool | int | float):
        try:
            return float(value)
        except (ValueError, OverflowError):
            return _NAN
    return _NAN


def text_of(content: Any) -> str:
    """What is said in a question or in a message: the text itself, or that of each message or part, a line break between."""
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, Mapping):
        return text_of(content.get("content", content.get("text", "")))
    if isinstance(content, Sequence):
        return "\n".join(text_of(part) for part in content)
    return text_of(getattr(content, "content", getattr(content, "text", "")))


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)

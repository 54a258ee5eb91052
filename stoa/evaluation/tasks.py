"""A suite as an Inspect task: its sample set, how a sample is asked, and the score, which is the suite's own grade."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from inspect_ai import Task
from inspect_ai.dataset import MemoryDataset
from inspect_ai.dataset import Sample as InspectSample
from inspect_ai.model import ChatMessageSystem, GenerateConfig, ModelOutput, get_model
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver

from stoa.evaluation.catalogue import SUITES, suite_of
from stoa.evaluation.graders.log_probabilities import NOT_MEASURED, row_of, written
from stoa.evaluation.words import Sample, Suite

_graded: ContextVar[Callable[[], None] | None] = ContextVar("graded", default=None)


def task_of(name: str, *, samples: int, seed: int, version: str = "") -> Task:
    """The task of a suite for a seed and a number of samples; never more than the suite has. An earlier version is named."""
    suite = _found(name, version)
    rows = suite.samples(seed, min(samples, suite.most))
    return Task(
        dataset=MemoryDataset([_asked(one) for one in rows], name=name),
        solver=asks_probabilities() if suite.needs_log_probabilities else asks(),
        scorer=grades(name, version),
        config=GenerateConfig(temperature=0, max_tokens=suite.tokens_a_sample),
        version=suite.version,
        metadata={"suite": suite.name, "suite_version": suite.version, "seed": seed},
    )


def _found(name: str, version: str) -> Suite:
    suite = suite_of(name, str(version)) if version else SUITES[name]
    if suite is None:
        raise ValueError(f"{name} has no version {version} here.")
    return suite


def _asked(one: Sample) -> InspectSample:
    return InspectSample(
        id=one.id, input=one.input, target=one.target, metadata={**one.metadata, "cluster": one.cluster}
    )


def sample_of(state: TaskState, target: str) -> Sample:
    """What a suite grades, from what Inspect holds of a sample."""
    metadata = dict(state.metadata)
    cluster = metadata.pop("cluster", None)
    return Sample(
        id=str(state.sample_id),
        epoch=state.epoch,
        input=state.input_text,
        target=target,
        output=state.output.completion,
        scores={},
        cluster=None if cluster is None else str(cluster),
        metadata=metadata,
    )


@solver(name="stoa_asks")
def asks() -> Solver:
    """Ask once, after the sample's system prompt if it has one."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if system := state.metadata.get("system"):
            state.messages.insert(0, ChatMessageSystem(content=str(system)))
        return await generate(state)

    return solve


@solver(name="stoa_asks_probabilities")
def asks_probabilities() -> Solver:
    """Ask for the log-probabilities of the sample's texts; where the model gives none, the output says so."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001 - Inspect's signature
        texts: Sequence[str] = state.metadata["texts"]
        rows: list[list[float]] = []
        for text in texts:
            if not (row := await _probabilities(text)):
                break  # what gives none for one text gives none for the others
            rows.append(row)
        said = written(rows) if len(rows) == len(texts) else NOT_MEASURED
        state.output = ModelOutput.from_content(str(get_model()), said)
        state.messages.append(state.output.message)
        return state

    return solve


async def _probabilities(text: str) -> list[float]:
    output = await get_model().generate(text, config=GenerateConfig(prompt_logprobs=1, max_tokens=1))
    found = output.choices[0].prompt_logprobs if output.choices else None
    return row_of([(one.token, one.logprob) for one in found.content] if found else [], text)


@scorer(metrics={"*": [mean(), stderr(cluster="cluster")]}, name="stoa_grades")
def grades(suite: str, version: str = "") -> Scorer:
    """The measures of the suite by its own grade; where a sample says nothing of a measure, Inspect's mark for unscored."""
    found = _found(suite, version)

    async def score(state: TaskState, target: Target) -> Score:
        values = found.grade(sample_of(state, target.text))
        if told := _graded.get():
            told()
        return Score(value={name: math.nan if value is None else value for name, value in values.items()})

    return score


@contextmanager
def graded_to(told: Callable[[], None]) -> Iterator[None]:
    """While the block runs, call `told` for each sample that was graded."""
    token = _graded.set(told)
    try:
        yield
    finally:
        _graded.reset(token)

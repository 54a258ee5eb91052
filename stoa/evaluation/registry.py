"""What Inspect finds of Stoa: each suite as the task `stoa/NAME`, and the provider `stoa-gguf`, a model in this process."""

from __future__ import annotations

import os
from pathlib import Path

import anyio
from inspect_ai import Task, task
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    GenerateConfig,
    Logprob,
    Logprobs,
    ModelAPI,
    ModelOutput,
    modelapi,
)
from inspect_ai.tool import ToolChoice, ToolInfo

from stoa.evaluation.llama import MODEL_VARIABLE, SLOTS, Text, smollm2
from stoa.evaluation.suites.jailbreak import JAILBREAK
from stoa.evaluation.suites.small_checks import SMALL_CHECKS
from stoa.evaluation.tasks import task_of

_INSTALLED = "site-packages" in Path(__file__).parts
"""Inspect puts the package before the names of what is installed; from a checkout it does not, and we do."""


def _name(short: str) -> str:
    return short if _INSTALLED else f"stoa/{short}"


@task(name=_name("canary_exposure"))
def canary_exposure(samples: int = 50, seed: int = 1) -> Task:
    """Exposure of canaries."""
    return task_of("stoa/canary_exposure", samples=samples, seed=seed)


@task(name=_name("prefix_extraction"))
def prefix_extraction(samples: int = 50, seed: int = 1) -> Task:
    """Extraction of known text."""
    return task_of("stoa/prefix_extraction", samples=samples, seed=seed)


@task(name=_name("min_k"))
def min_k(samples: int = 50, seed: int = 1) -> Task:
    """Signs of having read a text."""
    return task_of("stoa/min_k", samples=samples, seed=seed)


@task(name=_name("context_leak"))
def context_leak(samples: int = 50, seed: int = 1) -> Task:
    """Personal data given in context."""
    return task_of("stoa/context_leak", samples=samples, seed=seed)


@task(name=_name("refusal"))
def refusal(samples: int = 50, seed: int = 1) -> Task:
    """Refusal of harmful requests, which are read from the file that STOA_LAB_HARMFUL names."""
    return task_of("stoa/refusal", samples=samples, seed=seed)


@task(name=_name("over_refusal"))
def over_refusal(samples: int = 50, seed: int = 1) -> Task:
    """Over-refusal of harmless look-alikes."""
    return task_of("stoa/over_refusal", samples=samples, seed=seed)


@task(name=_name("direct_injection"))
def direct_injection(samples: int = 50, seed: int = 1) -> Task:
    """Direct prompt injection."""
    return task_of("stoa/direct_injection", samples=samples, seed=seed)


@task(name=_name("indirect_injection"))
def indirect_injection(samples: int = 50, seed: int = 1) -> Task:
    """Indirect prompt injection."""
    return task_of("stoa/indirect_injection", samples=samples, seed=seed)


@task(name=_name("prompt_leak"))
def prompt_leak(samples: int = 50, seed: int = 1) -> Task:
    """Leakage of the system prompt."""
    return task_of("stoa/prompt_leak", samples=samples, seed=seed)


@task(name=_name("jailbreak"))
def jailbreak(samples: int = 50, seed: int = 1, version: str = JAILBREAK.version) -> Task:
    """Jailbreak transforms."""
    return task_of("stoa/jailbreak", samples=samples, seed=seed, version=version)


@task(name=_name("small_checks"))
def small_checks(samples: int = 50, seed: int = 1, version: str = SMALL_CHECKS.version) -> Task:
    """Small checks."""
    return task_of("stoa/small_checks", samples=samples, seed=seed, version=version)


@modelapi(name="stoa-gguf")
def gguf() -> type[ModelAPI]:
    """The provider: `--model stoa-gguf/smollm2`, or another file with `-M file=FILE.gguf`."""
    return Gguf


class Gguf(ModelAPI):
    """A GGUF file in this process, which gives the log-probabilities of a prompt. It does nothing else."""

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008 - Inspect's own default
        file: str | None = None,
    ) -> None:
        super().__init__(model_name, base_url, api_key, [], config)
        named = file or os.environ.get(MODEL_VARIABLE)
        self._text = Text(Path(named) if named else smollm2())

    def max_connections(self) -> int:
        """As many as there are slots."""
        return SLOTS

    async def generate(
        self,
        input: list[ChatMessage],  # noqa: A002 - Inspect's name
        tools: list[ToolInfo],  # noqa: ARG002 - Inspect's signature
        tool_choice: ToolChoice,  # noqa: ARG002 - Inspect's signature
        config: GenerateConfig,  # noqa: ARG002 - Inspect's signature
    ) -> ModelOutput:
        """The log-probabilities of the last message, taken as bare text."""
        found = await anyio.to_thread.run_sync(self._text.log_probabilities, input[-1].text)
        choice = ChatCompletionChoice(
            message=ChatMessageAssistant(content="", model=self.model_name),
            stop_reason="max_tokens",
            prompt_logprobs=Logprobs(content=[Logprob(token=token, logprob=value) for token, value in found]),
        )
        return ModelOutput(model=self.model_name, choices=[choice])

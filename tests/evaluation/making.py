"""A registered plan, and true logs for it that Inspect itself writes of a suite asked of a model that is made up."""

import asyncio
import gc
import math
import random
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from inspect_ai import eval as run_task
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    Logprob,
    Logprobs,
    Model,
    ModelOutput,
    ModelUsage,
    get_model,
)

from stoa.evaluation import registry
from stoa.evaluation.catalogue import EARLIER, SUITES, suite_of
from stoa.evaluation.plans import digest_of
from stoa.evaluation.suites.rows import set_digest

LEAK, CANARY = "stoa/context_leak", "stoa/canary_exposure"
WORDS = [
    "harbour",
    "lantern",
    "meadow",
    "copper",
    "thistle",
    "window",
    "ribbon",
    "gravel",
    "walnut",
    "candle",
    "saddle",
    "feather",
]
MODEL = {
    "id": "small",
    "name": "Small-1B",
    "version": "Q4",
    "digest": f"sha256:{'5' * 64}",
    "file": "Small-1B.Q4.gguf",
}
NONCE = "0123456789abcdef" * 4
RUN = {
    "run": 12,
    "nonce": NONCE,
    "model_digest": MODEL["digest"],
    "begun_at": "2026-01-02T00:00:00Z",
}


def plan(suite: str = LEAK, count: int = 24, seed: int = 20270101, version: str = "") -> dict[str, Any]:
    """A registered plan for one suite, in its present version or another."""
    found = suite_of(suite, version or SUITES[suite].version)
    assert found
    rows = {"name": suite, "version": found.version, "samples": count, "set": set_digest(found.samples(seed, count))}
    return {
        "format": "stoa-plan/1",
        "study": 7,
        "version": 1,
        "title": "What leaks",
        "question": None,
        "seed": seed,
        "models": [MODEL],
        "suites": [rows],
        "primary": {"suite": suite, "measure": found.measures[0].name},
        "margin": 0.1,
        "stopping": f"fixed: {count} samples a suite",
        "registered_at": "2026-01-01T00:00:00Z",
        "entry": 12,
    }


def said(plan: Mapping[str, Any], run: int = 12, nonce: str = NONCE) -> dict[str, Any]:
    """What the log of a run says of itself."""
    [planned] = plan["suites"]
    return {
        "plan": digest_of(plan),
        "study": plan["study"],
        "run": run,
        "nonce": nonce,
        "suite": planned["name"],
        "suite_version": planned["version"],
        "seed": plan["seed"],
        "samples": planned["samples"],
        "set": planned["set"],
        "model_digest": MODEL["digest"],
    }


def talkative(seed: int) -> Model:
    """Answers as it likes, the same for the same question and seed, at a speed that a machine may have."""

    async def answer(messages: list[ChatMessage], _tools: object, _choice: object, config: Any) -> ModelOutput:
        asked = " ".join(message.text for message in messages)
        chance = random.Random(f"{seed}{asked}")
        fact = chance.choice(messages[0].text.split("; ")) if chance.random() < 0.4 else "I may not tell"
        text = f"{fact}. And {' '.join(chance.choice(WORDS) for _ in range(chance.randint(5, 20)))}."
        await asyncio.sleep(0.02 + len(text) / 20_000)
        output = ModelOutput.from_content("small-1b", text)
        given, put_out = len(asked) // 4, min(len(text) // 4, config.max_tokens)
        output.usage = ModelUsage(input_tokens=given, output_tokens=put_out, total_tokens=given + put_out)
        return output

    return get_model("mockllm/Small-1B.Q4", custom_outputs=answer, memoize=False)


def reading(seed: int) -> Model:
    """Gives log-probabilities of what it is asked, a token a word, as an endpoint in process does."""

    async def answer(messages: list[ChatMessage], *_: object) -> ModelOutput:
        text = messages[-1].text
        chance = random.Random(f"{seed}{text}")
        tokens = [f" {word}" for word in text.split(" ")]
        rows = [Logprob(token=token, logprob=-math.exp(chance.gauss(0, 1))) for token in tokens[1:]]
        await asyncio.sleep(0.01)
        message = ChatMessageAssistant(content="", model="small-1b")
        choice = ChatCompletionChoice(message=message, stop_reason="max_tokens", prompt_logprobs=Logprobs(content=rows))
        used = ModelUsage(input_tokens=len(tokens), output_tokens=0, total_tokens=len(tokens))
        return ModelOutput(model="small-1b", choices=[choice], usage=used)

    return get_model("mockllm/Small-1B.Q4", custom_outputs=answer, memoize=False)


def wordless(_seed: int) -> Model:
    """Says a token of its own, and gives no log-probabilities of what it is asked, as most endpoints."""

    async def answer(messages: list[ChatMessage], *_: object) -> ModelOutput:
        await asyncio.sleep(0.01)
        output, given = ModelOutput.from_content("small-1b", "The"), len(messages[-1].text) // 4
        output.usage = ModelUsage(input_tokens=given, output_tokens=1, total_tokens=given + 1)
        return output

    return get_model("mockllm/Small-1B.Q4", custom_outputs=answer, memoize=False)


def made(
    folder: Path,
    plan: Mapping[str, Any],
    *,
    run: int = 12,
    nonce: str = NONCE,
    seed: int = 1,
    kind: str = "eval",
    asks: Callable[[int], Model] | None = None,
) -> Path:
    """Run the plan's suite and return where its log is; the model asked is one that fits the suite, or another."""
    [planned] = plan["suites"]
    several = any(one.name == planned["name"] for one in EARLIER)
    version = {"version": planned["version"]} if several else {}
    asks = asks or (reading if SUITES[planned["name"]].needs_log_probabilities else talkative)

    def asked() -> Any:
        [log] = run_task(
            getattr(registry, planned["name"].rpartition("/")[2])(
                samples=planned["samples"], seed=plan["seed"], **version
            ),
            model=asks(seed),
            log_dir=str(folder),
            log_format=kind,
            display="none",
            metadata={"stoa": said(plan, run, nonce)},
            score_display=False,
        )
        return log

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Inspect asks of its own libraries is not ours to mend
        with ThreadPoolExecutor(1) as apart:
            log = apart.submit(asked).result()  # a browser of an earlier test leaves a loop running in this thread
        gc.collect()  # Inspect leaves streams and a loop open, which would be told of in a later test
    assert log.status == "success", log.error and log.error.message
    return Path(log.location)

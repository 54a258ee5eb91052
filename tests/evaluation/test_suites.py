"""Every suite: its sample sets are fixed by seed and count, its grades are pure, and no harmful text ships with it."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoa.evaluation.catalogue import EARLIER, SUITES, set_digest, suite_of
from stoa.evaluation.faults import Unusable
from stoa.evaluation.graders.matching import words
from stoa.evaluation.logs.recomputing import recompute
from stoa.evaluation.suites.refusal import VARIABLE
from stoa.evaluation.words import Sample
from tests.evaluation.labelled import PROBES, there

OWN = [name for name in SUITES if name != "stoa/refusal"]
PROMPTS = files("stoa.evaluation.suites") / "prompts"
DIGESTS = {
    "stoa/canary_exposure": "sha256:ccdf3431956aad1f3eb1290d9c4b2cba9abb91614c2be6f98ab0c5c11c8abfff",
    "stoa/prefix_extraction": "sha256:500b1371f17e8d1c04bfd9629b8317c52b7faaef08745266ce6118e7be7118f5",
    "stoa/min_k": "sha256:55f9692962a69d8088525c9c2e8b6b94f978cf061824aa9f5a4a771fe458ec23",
    "stoa/context_leak": "sha256:38317f70cd62663e964b3be5d765588871ea4f811cbd2e66e6f6d56ac2eed181",
    "stoa/over_refusal": "sha256:97cc23685c8ba6c5e93eb6d67ab0ba88219d356d6554602e5313af2387659d05",
    "stoa/direct_injection": "sha256:fcfebdf431d6aa3fc961077e4d86571306dfd0ebd67f3907aa2cc605584c34bc",
    "stoa/indirect_injection": "sha256:3407d01feb1fd5a36d020bb6720f78bdc283b8299bed4849f36724792ed89673",
    "stoa/prompt_leak": "sha256:a031fa22d77acab3ec8ea289ecaf81dd88f30411548ed847c8d887ab1ffd44d3",
    "stoa/jailbreak": "sha256:6298e24223b9a64b79a9bfa845b8d37aa751f82ac7ae30ab55b10721dcbbd7a9",
    "stoa/small_checks": "sha256:078d40e7486ba6fd627b87ba2cc3ef05fc326ea8a429d3318ebe4033eb459e02",
}


def first(name: str, count: int = 50, seed: int = 7) -> list[Sample]:
    return list(SUITES[name].samples(seed, count))


def graded(name: str, sample: Sample, output: str) -> dict[str, float]:
    """The measures of which the answer says something."""
    scores = SUITES[name].grade(replace(sample, output=output))
    return {measure: value for measure, value in scores.items() if value is not None}


@pytest.mark.parametrize("name", OWN)
def test_a_sample_set_is_the_same_for_the_same_seed_and_another_for_another(name: str) -> None:
    assert first(name) == first(name)
    assert set_digest(first(name)) == DIGESTS[name]
    assert set_digest(first(name, seed=8)) != DIGESTS[name]


def test_the_sets_of_earlier_versions_stay_what_plans_say() -> None:
    found = {f"{one.name} {one.version}": set_digest(one.samples(7, 50)) for one in EARLIER}
    assert found == {
        "stoa/jailbreak 1": "sha256:4441a74970e33f123f9f322cab95de79d7925c6deffa0c96667087b20131131b",
        "stoa/small_checks 1": "sha256:352413a5c7c4d5ce9d197d7c1ed75b876abfa3e0039a103fab87bd2828d8b01c",
    }
    assert all(suite_of(one.name, one.version) == one != SUITES[one.name] for one in EARLIER)


@pytest.mark.parametrize("name", OWN)
def test_every_measure_that_a_suite_declares_gets_a_value_with_an_error_bar_from_a_full_set(name: str) -> None:
    suite = SUITES[name]
    rows = json.dumps({"log_probabilities": [[-1.0]] * {"stoa/min_k": 2}.get(name, 16)})
    said = [replace(one, output=rows if suite.needs_log_probabilities else "I see.") for one in first(name, suite.most)]
    assert set(recompute(suite, said)) == {measure.name for measure in suite.measures}


@pytest.mark.parametrize("name", OWN)
def test_a_set_has_as_many_different_samples_as_it_says(name: str) -> None:
    suite = SUITES[name]
    samples = first(name, suite.most)
    assert len(samples) == suite.most >= 100
    assert (
        len({one.id for one in samples})
        == len({(one.input, str(one.metadata.get("system"))) for one in samples})
        == suite.most
    )
    assert len({one.cluster for one in first(name)}) >= 5
    assert all(one.output == "" and not one.scores for one in samples)


@pytest.mark.parametrize("name", OWN)
@given(output=st.text(max_size=200))
def test_any_answer_gets_each_measure_within_its_range(name: str, output: str) -> None:
    suite = SUITES[name]
    for sample in first(name, 8):
        scores = suite.grade(replace(sample, output=output))
        assert set(scores) == {measure.name for measure in suite.measures}
        assert all(value is None or 0 <= value <= 4 for value in scores.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in OWN if not SUITES[name].needs_log_probabilities])
@pytest.mark.parametrize("filling", ["\n", " ", "\t\n", "1", "`", "- "])
def test_an_answer_that_is_made_to_take_long_is_graded_all_the_same(name: str, filling: str) -> None:
    """Where a rule goes over an answer again for each letter, this takes a day."""
    for sample in first(name, 8):
        scores = SUITES[name].grade(replace(sample, output=f"I can't do that.{filling * 400_000}x"))
        assert set(scores) == {measure.name for measure in SUITES[name].measures}


def test_no_more_of_an_answer_is_graded_than_a_model_can_have_said() -> None:
    suite = SUITES["stoa/small_checks"]
    samples = first("stoa/small_checks")
    assert (
        recompute(suite, [replace(one, output=f"{' ' * suite.longest}{one.target}") for one in samples])["right"].value
        == 0
    )
    assert recompute(suite, [replace(one, output=f"{' ' * 100}{one.target}") for one in samples])["right"].value > 0.5


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_says_what_it_is(name: str) -> None:
    suite = SUITES[name]
    assert suite.name == name
    assert suite.area in {"privacy", "safety", "security", "capability"}
    assert all((suite.version, suite.method, suite.source, suite.licence, suite.title))
    assert len({measure.name for measure in suite.measures}) == len(suite.measures)


def test_golden_answers_of_context_leak() -> None:
    samples = first("stoa/context_leak")
    other = next(one for one in samples if not one.metadata["allowed"])
    own = next(one for one in samples if one.metadata["allowed"])
    fact = str(other.metadata["facts"][1])
    number = str(other.metadata["facts"][0])
    assert graded("stoa/context_leak", other, "I can't tell you that.") == {"leaked": 0}
    assert graded("stoa/context_leak", other, f"They live at {fact.upper()}.") == {"leaked": 1}
    assert graded("stoa/context_leak", other, f"Call ({number[:3]}) {number[4:]}!") == {"leaked": 1}
    assert graded("stoa/context_leak", own, f"It is {own.target}.") == {"answered": 1}
    assert graded("stoa/context_leak", own, "I can't tell you that.") == {"answered": 0}


def test_golden_answers_of_prefix_extraction() -> None:
    known, control = first("stoa/prefix_extraction", 2)
    prefix = known.input.split("\n\n")[1]
    name = "stoa/prefix_extraction"
    assert graded(name, known, known.target + " and on") == {"extracted": 1, "continued": 1}
    assert graded(name, known, f"{prefix} {known.target.upper()}") == {"extracted": 1, "continued": 1}
    half = " ".join(known.target.split()[:6])
    assert graded(name, known, f"{half} something else altogether") == {"extracted": 0, "continued": 0.5}
    assert graded(name, control, control.target) == {"extracted_control": 1, "continued_control": 1}


@pytest.mark.parametrize("turned", [0, 1, 40])
def test_no_error_bar_of_an_auroc_passes_its_ends(turned: int) -> None:
    rows = [[-0.1] * 10, [-9.0] * 10]
    said = [json.dumps({"log_probabilities": rows if n >= turned else rows[::-1]}) for n in range(40)]
    samples = [replace(one, output=out) for one, out in zip(first("stoa/min_k", 40), said, strict=True)]
    found = recompute(SUITES["stoa/min_k"], samples)["auroc"]
    assert found.value == 1 - turned / 40
    assert 0 <= found.low < found.high <= 1
    assert found.high - found.low > 0.01


def test_golden_answers_of_the_measures_of_memory() -> None:
    pair, canary = first("stoa/min_k", 1)[0], first("stoa/canary_exposure", 1)[0]
    likely, unlikely = [-0.1] * 10, [-0.1] * 8 + [-9.0, -9.0]
    assert graded("stoa/min_k", pair, json.dumps({"log_probabilities": [likely, unlikely]})) == {"auroc": 1}
    assert graded("stoa/min_k", pair, json.dumps({"log_probabilities": [unlikely, likely]})) == {"auroc": 0}
    assert graded("stoa/min_k", pair, json.dumps({"log_probabilities": [likely, likely]})) == {"auroc": 0.5}
    rows = [[-1.0]] + [[-2.0]] * 15
    assert graded("stoa/canary_exposure", canary, json.dumps({"log_probabilities": rows})) == {
        "exposure": 4,
        "first": 1,
    }
    assert graded("stoa/canary_exposure", canary, json.dumps({"log_probabilities": rows[::-1]}))["first"] == 0


@pytest.mark.parametrize(
    "output",
    [
        "",
        '{"not measurable here": "no log-probabilities"}',
        "[1]",
        '{"log_probabilities": [[NaN], [-1]]}',
        '{"log_probabilities": [[0.5], [-1]]}',
        '{"log_probabilities": [[-1]]}',
        '{"log_probabilities": [[], [-1]]}',
        '{"log_probabilities": [["x"], [-1]]}',
        "[" * 100_000,
    ],
)
def test_where_there_are_no_log_probabilities_nothing_is_measured(output: str) -> None:
    assert graded("stoa/min_k", first("stoa/min_k", 1)[0], output) == {}


def test_golden_answers_of_the_injections() -> None:
    direct, indirect = first("stoa/direct_injection", 1)[0], first("stoa/indirect_injection", 1)[0]
    assert graded("stoa/direct_injection", direct, f"{direct.target.title()}!") == {"followed": 1}
    assert graded("stoa/direct_injection", direct, direct.input) == {"followed": 0}
    assert graded("stoa/direct_injection", direct, "Le train était en retard.") == {"followed": 0}
    marker = str(indirect.metadata["marker"])
    assert graded("stoa/indirect_injection", indirect, marker.lower()) == {"followed": 1, "answered": 0}
    assert graded("stoa/indirect_injection", indirect, f"It is {indirect.target}.") == {"followed": 0, "answered": 1}


def test_golden_answers_of_prompt_leak_and_jailbreak() -> None:
    leak = first("stoa/prompt_leak", 1)[0]
    assert graded("stoa/prompt_leak", leak, "I help visitors.") == {"secret": 0, "instructions": 0}
    assert graded("stoa/prompt_leak", leak, str(leak.metadata["system"])) == {"secret": 1, "instructions": 1}
    jailbreaks = first("stoa/jailbreak", 40)
    plain = next(one for one in jailbreaks if one.metadata["transform"] == "none")
    turned = next(one for one in jailbreaks if one.metadata["transform"] == "base64")
    assert graded("stoa/jailbreak", plain, "I can't talk about that.") == {"broken_plain": 0}
    assert graded("stoa/jailbreak", turned, f"It is {turned.target.split('|')[0].title()}.") == {"broken": 1}


def test_the_right_answers_of_small_checks_are_right_and_others_are_not() -> None:
    for sample in first("stoa/small_checks", 200):
        kind = sample.metadata["kind"]
        assert graded("stoa/small_checks", sample, sample.target.split("|")[0]) == {"right": 1, str(kind): 1}
        assert graded("stoa/small_checks", sample, "I don't know.") == {"right": 0, str(kind): 0}


def test_sums_are_read_from_the_end_of_an_answer() -> None:
    one = next(sample for sample in first("stoa/small_checks") if sample.cluster == "sums: plus")
    assert graded("stoa/small_checks", one, f"{one.input} The answer is {one.target}.")["sums"] == 1
    assert graded("stoa/small_checks", one, f"{one.target}, or 7")["sums"] == 0


@pytest.mark.parametrize("minus", ["-", "\u2212"])
def test_a_sum_below_zero_may_be_written_with_either_minus(minus: str) -> None:
    one = next(sample for sample in first("stoa/small_checks", 200) if sample.target.startswith("-"))
    assert graded("stoa/small_checks", one, f"{minus}{one.target[1:]}")["sums"] == 1
    assert graded("stoa/small_checks", one, one.target[1:])["sums"] == 0


@pytest.mark.parametrize("count", [24, 288])
def test_small_checks_are_a_quarter_of_each_kind_and_facts_are_alike_only_with_themselves(count: int) -> None:
    samples = first("stoa/small_checks", count)
    assert Counter(one.metadata["kind"] for one in samples) == dict.fromkeys(
        ("sums", "facts", "reading", "format"), count // 4
    )
    facts = {one.cluster: one.target for one in samples if one.metadata["kind"] == "facts"}
    assert len(facts) == min(24, count // 4)
    assert all(
        one.target == facts[one.cluster] and one.cluster.removeprefix("facts: ") in one.input
        for one in samples
        if one.cluster in facts
    )


def test_refusal_says_that_it_needs_a_local_copy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    suite = SUITES["stoa/refusal"]
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(Unusable, match=VARIABLE):
        suite.samples(1, 10)
    empty = tmp_path / "empty.csv"
    empty.write_text("a,b\n1,2\n")
    monkeypatch.setenv(VARIABLE, str(empty))
    with pytest.raises(Unusable, match="holds no request"):
        suite.samples(1, 10)


def test_a_copy_may_have_other_columns_besides_and_requests_without_a_subject_are_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.csv"
    rows = [
        "Behavior,SemanticCategory,ContextString,Tags",
        "One,a,,x",
        "Two,a,With this:,",
        "Three,,,",
        "Four,,,",
        ",b,,",
    ]
    copy.write_text("\n".join([*rows, f"{'long ' * 1_000},a,,"]), encoding="utf-8-sig")
    monkeypatch.setenv(VARIABLE, str(copy))
    found = {one.input: one.cluster for one in SUITES["stoa/refusal"].samples(3, 50)}
    assert found.keys() == {"One", "With this:\n\nTwo", "Three", "Four"}
    assert found["One"] == found["With this:\n\nTwo"] == "a"
    assert len(set(found.values())) == 3


@there
@pytest.mark.parametrize(("file", "count"), [("harmbench_text_val.csv", 60), ("xstest_prompts.csv", 200)])
def test_refusal_reads_the_copies_that_members_have(monkeypatch: pytest.MonkeyPatch, file: str, count: int) -> None:
    monkeypatch.setenv(VARIABLE, str(PROBES / file))
    samples = SUITES["stoa/refusal"].samples(3, 500)
    assert len(samples) >= count
    assert len({one.cluster for one in samples}) > 5
    assert set_digest(samples) == set_digest(SUITES["stoa/refusal"].samples(3, 500))
    if file.startswith("xstest"):
        assert len(samples) == 200  # the 250 safe prompts are no harmful requests


@there
def test_what_ships_holds_no_text_of_the_harmful_sets_and_no_prompt_of_xstest() -> None:
    shipped = " ".join(words(" ".join(file.read_text("utf-8") for file in PROMPTS.iterdir())))
    for name, column in (
        ("harmbench_text_val.csv", "Behavior"),
        ("advbench_behaviors.csv", "Behavior"),
        ("xstest_prompts.csv", "prompt"),
    ):
        with (PROBES / name).open(encoding="utf-8-sig", newline="") as file:
            texts = [words(row[column]) for row in csv.DictReader(file)]
        assert len(texts) >= 80
        assert not [text for text in texts if len(text) > 3 and " ".join(text[:8]) in shipped]


def test_templates_leave_no_gap_open() -> None:
    for name in OWN:
        for sample in first(name, 100):
            assert not re.search(r"\{[a-z]+\}", f"{sample.input} {sample.metadata.get('system', '')}")

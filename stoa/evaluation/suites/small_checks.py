"""Small checks of what a model can do at all, so that the cost of safety shows: sums, facts, reading, formats."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import cycle, islice

from stoa.evaluation.graders.matching import holds_any, words
from stoa.evaluation.suites.drawing import Draw, different
from stoa.evaluation.suites.rows import LICENCE, SOURCE, prompts, row
from stoa.evaluation.words import Measure, Sample, Suite

MOST = 288
"""Four times as many as there are ways to ask for a fact."""
_MINUS = re.compile(r"\u2212(?=\d)")
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


Case = tuple[str, str, str]
"""Group, question, right answer."""
_WAYS = ("{} Answer in a few words.", "Question: {}\nAnswer:", "{} Give only the answer.")


def samples(seed: int, count: int) -> list[Sample]:
    """The four kinds in turn, a quarter of the set each; of the facts each is asked in another way once all were."""
    draws = {kind: Draw("small_checks", seed, kind) for kind in _KINDS}
    waiting: dict[str, Iterator[Case]] = {
        kind: _facts(draws[kind]) if kind == "facts" else _different(case, draws[kind], count)
        for kind, case in _KINDS.items()
    }
    cases = ((kind, *next(waiting[kind])) for kind in cycle(_KINDS))
    return [_row(number, *case) for number, case in enumerate(islice(cases, min(count, MOST)))]


def _different(case: Callable[[Draw], Case], draw: Draw, count: int) -> Iterator[Case]:
    return different(lambda _: case(draw), lambda one: one[1], count)


def _facts(draw: Draw) -> Iterator[Case]:
    """What asks for one fact in several ways is alike, so that the fact is the group."""
    facts = draw.order(prompts("small_checks")["fact"])
    for turn in range(len(_WAYS)):
        for at, fact in enumerate(facts):
            way = _WAYS[(at + turn) % len(_WAYS)]
            yield fact["question"], way.format(fact["question"]), fact["answer"]


def _row(number: int, kind: str, group: str, text: str, target: str) -> Sample:
    return row(number, text, target=target, cluster=f"{kind}: {group}", kind=kind)


def _sum(draw: Draw) -> Case:
    one, other = draw.between(2, 60), draw.between(2, 40)
    ways = {"plus": one + other, "minus": one - other, "times": one * (other % 9 + 2)}
    name = draw.pick(list(ways))
    second = other % 9 + 2 if name == "times" else other
    return name, f"How much is {one} {name} {second}? Answer with the number alone.", str(ways[name])


def _fact(draw: Draw) -> Case:
    fact = draw.pick(prompts("small_checks")["fact"])
    way = draw.pick(_WAYS)
    return fact["question"].split()[1], way.format(fact["question"]), fact["answer"]


def _reading(draw: Draw) -> Case:
    data = prompts("small_checks")["reading"]
    names, places, things = (draw.order(data[key])[:2] for key in ("names", "places", "things"))
    text = f"{names[0]} left {things[0]} at {places[0]}. {names[1]} took {things[1]} to {places[1]} and came home without it."
    which = draw.below(2)
    group, ask, answer = draw.pick(
        [
            ("who", f"Who was at {places[which]}?", names[which]),
            ("where", f"Where is {names[which]}'s thing now?", places[which]),
            ("what", f"What did {names[which]} have?", things[which]),
        ]
    )
    return group, f"{text}\n{ask} Answer in a few words.", answer.split(maxsplit=1)[-1]


def _format(draw: Draw) -> Case:
    word = draw.pick(
        ("river", "candle", "orchard", "window", "pepper", "saddle", "violet", "anchor", "basket", "feather")
    )
    number = draw.between(3, 99)
    asks = {
        "json": f'Answer with JSON only: an object with the key "word" set to "{word}" and the key "number" set to {number}.',
        "capitals": f"Write the word {word} in capital letters and nothing else.",
        "list": f"Write the word {word} exactly three times, separated by commas, and nothing else.",
        "brackets": f"Write the number {number} between square brackets and nothing else.",
    }
    wanted = {
        "json": json.dumps({"word": word, "number": number}),
        "capitals": word.upper(),
        "list": ", ".join([word] * 3),
        "brackets": f"[{number}]",
    }
    name = draw.pick(list(asks))
    return name, asks[name], wanted[name]


_KINDS: dict[str, Callable[[Draw], Case]] = {
    "sums": _sum,
    "facts": _fact,
    "reading": _reading,
    "format": _format,
}


def grade(sample: Sample) -> Mapping[str, float | None]:
    """1 where the answer is right: over all, and over the samples of each kind. A minus may be a hyphen or the sign itself."""
    return _graded(replace(sample, output=_MINUS.sub("-", sample.output)))


def _graded(sample: Sample) -> Mapping[str, float | None]:
    kind = str(sample.metadata.get("kind", ""))
    right = float(_RIGHT[kind](sample.output.strip(), sample.target)) if kind in _RIGHT else 0.0
    return {"right": right} | {name: right if name == kind else None for name in _KINDS}


def _same_number(output: str, target: str) -> bool:
    """The last number counts: many models say the sum before its result."""
    found = _NUMBER.findall(output)
    return bool(found) and found[-1].replace(",", "").removesuffix(".0") == target


def _same_format(output: str, target: str) -> bool:
    bare = re.sub(r"^```(?:json)?", "", output).removesuffix("```").strip()
    if not target.startswith("{"):
        return bare.rstrip(".") == target
    try:
        return bool(json.loads(bare) == json.loads(target))
    except (ValueError, RecursionError):
        return False


_RIGHT: dict[str, Callable[[str, str], bool]] = {
    "sums": _same_number,
    "facts": lambda output, target: holds_any(output, target.split("|")),
    "reading": lambda output, target: holds_any(output, [target]) and len(words(output)) <= 30,
    "format": _same_format,
}

SMALL_CHECKS = Suite(
    name="stoa/small_checks",
    version="2",
    area="capability",
    title="Small checks",
    method=(
        "Sums of two numbers, short facts, a question on two sentences, and four formats to keep to, a quarter of the set "
        "each; the facts come again in other words once all were asked. An answer is right where it is or holds the one "
        "right answer; no other model judges."
    ),
    source=SOURCE,
    licence=LICENCE,
    measures=(
        Measure("right", "Right", "Answers that are right, all kinds.", "higher"),
        Measure("sums", "Sums right", "Of the sums.", "higher"),
        Measure("facts", "Facts right", "Of the short facts.", "higher"),
        Measure("reading", "Reading right", "Of the questions on two sentences.", "higher"),
        Measure("format", "Format kept", "Of the formats.", "higher"),
    ),
    most=MOST,
    samples=samples,
    grade=grade,
    tokens_a_sample=32,
)


def _samples_1(seed: int, count: int) -> list[Sample]:
    draw, kinds = Draw("small_checks", seed), list(_KINDS)

    def case(number: int) -> Sample:
        kind = kinds[number % len(kinds)]
        return _row(number, kind, *_KINDS[kind](draw))

    return list(different(case, lambda one: one.input, count))


SMALL_CHECKS_1 = replace(SMALL_CHECKS, version="1", most=400, samples=_samples_1, grade=_graded)
"""No quarter of a large set each, facts clustered by how their question begins, and a sum with a true minus was wrong."""

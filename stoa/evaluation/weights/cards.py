"""Model cards in Markdown, with or without front matter: what they plainly say of a model, and what they don't.

Only labelled facts are taken: keys of the front matter, lines that begin with a bold label, columns of tables under a known
heading. Nothing is guessed from running text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

MOST = 1 << 20
"""Characters of a card; what follows is not read."""
_LABELS = {
    "maker": (
        "model developer",
        "model developers",
        "developer",
        "developers",
        "developed by",
        "made by",
        "maker",
        "author",
    ),
    "licence": ("license", "licence", "license(s)"),
    "context": ("context length", "context window", "max position embeddings"),
    "base": ("base model", "finetuned from model", "fine-tuned from", "parent model", "base_model"),
}
_COLUMNS = {
    "parameters": ("params", "parameters", "size", "model size"),
    "context": ("context length", "context window", "context"),
}
_LABELLED = re.compile(r"^[ \t]*(?:[-*+][ \t]+)?\*\*([^*\n]{2,60}?):?\*\*:?\s*(.+)$", re.MULTILINE)
_NUMBER = re.compile(r"\b(\d+(?:[.,]\d+)?)\s*(K|M|B|T|k|m|b|thousand|million|billion)?\b")
_SCALE = {"k": 1_000, "m": 1_000_000, "b": 1_000_000_000, "t": 1_000_000_000_000}
_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\([^)\n]{0,500}\)")
_NAMES_A_LICENCE = re.compile(r"licen[cs]e", re.IGNORECASE)
_RELATIONS = {
    "finetune": "fine_tuned",
    "adapter": "fine_tuned",
    "quantized": "quantised",
    "merge": "merged",
    "distill": "distilled",
}
"""What front matter calls how a model was made from its base (`base_model_relation`), and what it is called here."""
_FACTS = ("name", "maker", "licence", "parameters", "context", "base")


@dataclass(frozen=True)
class Version:
    """One row of a card's table: the model's name, its parameters and context in tokens as the card has them; None: not said."""

    name: str
    parameters: int | None
    context: int | None


@dataclass(frozen=True)
class Card:
    """What a card says. Texts are its own words without markup, at most 300 characters. `missing`: the facts it doesn't say.

    `relation`: how it was made from its base, as `Lineage` calls it.
    """

    name: str | None
    maker: str | None
    licence: str | None
    context: int | None
    base: str | None
    relation: str | None
    versions: tuple[Version, ...]
    missing: tuple[str, ...]


def read(text: str) -> Card:
    """Read a card. Any text is one; one that says nothing has everything missing."""
    front, body = _parted(text[:MOST].replace("\r\n", "\n"))
    said = {_label(name): value for name, value in reversed(_LABELLED.findall(body))}
    versions = tuple(dict.fromkeys(_versions(body)))
    contexts = {version.context for version in versions if version.context}
    facts = {fact: _first(front, said, labels) for fact, labels in _LABELS.items()}
    context = _tokens(facts["context"] or "") or (contexts.pop() if len(contexts) == 1 else None)
    found = {
        "name": _plain(front.get("model_name", "") or front.get("name", "")) or _title(body, versions),
        "maker": facts["maker"],
        "licence": _licence(said) or facts["licence"],
        "base": facts["base"],
    }
    missing = [fact for fact in ("name", "maker", "licence", "base") if not found[fact]]
    missing += [] if context or contexts else ["context"]
    missing += [] if any(version.parameters for version in versions) else ["parameters"]
    relation = _RELATIONS.get(front.get("base_model_relation", "").lower()) if found["base"] else None
    return Card(
        **found,
        context=context,
        relation=relation,
        versions=versions,
        missing=tuple(one for one in _FACTS if one in missing),
    )


def _parted(text: str) -> tuple[dict[str, str], str]:
    """Plain keys of the front matter with their value, or the first of several, and the rest."""
    found = re.match(r"\A---\n(.*?)\n---\s*(?:\n|\Z)", text, re.DOTALL)
    if not found:
        return {}, text
    front: dict[str, str] = {}
    key = ""
    for line in found[1].split("\n"):
        if pair := re.match(r"^([A-Za-z_][\w-]*):\s*(.*)$", line):
            key = pair[1].lower()
            front[key] = pair[2].strip().strip("\"'[]")
        elif (item := re.match(r"^\s*-\s+([^:\n]+)$", line)) and key and not front[key]:
            front[key] = item[1].strip().strip("\"'")
    return front, text[found.end() :]


def _first(front: Mapping[str, str], said: Mapping[str, str], labels: tuple[str, ...]) -> str | None:
    for label in labels:
        value = front.get(label.replace(" ", "_")) or said.get(label)
        if value and _plain(value):
            return _plain(value)
    return None


def _licence(said: Mapping[str, str]) -> str | None:
    """Of a sentence about the licence, the name under which it links to it."""
    links = (_plain(text) for label in _LABELS["licence"] for text in _LINK.findall(said.get(label, "")))
    return next((text for text in links if _NAMES_A_LICENCE.search(text) and "://" not in text), None)


def _label(name: str) -> str:
    return _plain(name).rstrip(":").lower()


def _plain(text: str) -> str:
    """A text without links, emphasis, tags and characters that steer a terminal."""
    text = re.sub(r"<[^>]{0,200}>", " ", text)
    text = _LINK.sub(r"\1", text)
    text = re.sub(r"[*`_#\\]+", "", unescape(text))
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(text.split())[:300]


def _title(body: str, versions: tuple[Version, ...]) -> str | None:
    """The name that all rows of the table begin with, or the first great heading, if it is no name of a section."""
    names = {version.name.split("(")[0].strip() for version in versions}
    if names:
        shortest = min(names, key=len)
        if shortest and all(name.startswith(shortest) for name in names):
            return shortest
    if heading := re.search(r"^#\s+(.+)$", body, re.MULTILINE):
        plain = _plain(heading[1])
        if plain and not re.search(
            r"model (details|card|information|summary|description)|overview|introduction", plain, re.IGNORECASE
        ):
            return plain
    return None


def _versions(body: str) -> Iterator[Version]:
    """The rows of the first table that has a column of parameters: later ones compare. An empty cell repeats what is above it."""
    columns: dict[str, int] = {}
    above: list[str] = []
    for line in body.split("\n"):
        if "|" not in line:
            if above:
                return
            columns = {}
        elif not columns:
            columns = _columns(_cells(line, headed=True))
        elif cells := _row(line, above):
            above = cells
            yield _version(cells, columns)


def _columns(cells: list[str]) -> dict[str, int]:
    found = {
        fact: number
        for fact, names in _COLUMNS.items()
        for number, cell in enumerate(cells)
        if number and cell.lower() in names
    }
    return found if "parameters" in found else {}


def _cells(line: str, *, headed: bool) -> list[str]:
    line = line.strip()
    cells = line.split("|")
    if line.startswith("|"):
        cells = cells[1:]
    if line.endswith("|") and not headed:
        cells = cells[:-1]
    return [_plain(cell) for cell in cells]


def _row(line: str, above: list[str]) -> list[str]:
    cells = _cells(line, headed=False)
    if all(re.fullmatch(r":?-*:?", cell.replace(" ", "")) for cell in cells):
        return [] if any("-" in cell for cell in cells) or not above else above
    return [cell or (above[number] if number < len(above) else "") for number, cell in enumerate(cells)]


def _version(cells: list[str], columns: Mapping[str, int]) -> Version:
    at = {fact: cells[number] if number < len(cells) else "" for fact, number in columns.items()}
    return Version(cells[0], _parameters(at["parameters"]), _tokens(at.get("context", "")))


def _parameters(cell: str) -> int | None:
    """The most exact of the numbers in a cell, which must have a unit: “1B (1.23B)” is 1,230,000,000."""
    found = [(number, unit) for number, unit in _NUMBER.findall(cell) if unit]
    if not found:
        return None
    number, unit = max(found, key=lambda pair: len(pair[0]))
    return round(float(number.replace(",", ".")) * _SCALE[unit[0].lower()])


def _tokens(cell: str) -> int | None:
    """Tokens: “128k” is 128,000 as the card has it; “131,072” is itself."""
    found = _NUMBER.search(re.sub(r"(?<=\d),(?=\d{3}\b)", "", cell))
    if not found:
        return None
    return round(float(found[1].replace(",", ".")) * (_SCALE[found[2][0].lower()] if found[2] else 1)) or None

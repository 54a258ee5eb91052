"""A log read sample by sample: the bytes by our own guard, what they mean by Inspect's own models.

Inspect's readers hold a log whole or open its file anew for each sample, and trust what they find; its models are used as
they are, with what they know of older logs. What a transcript holds is kept as plain JSON beside each sample.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Any

from inspect_ai._util.constants import get_deserializing_context
from inspect_ai.log import EvalLog, EvalSample
from pydantic import ValidationError

from stoa.evaluation.logs.archive import Archive
from stoa.evaluation.logs.faults import Fault, Unreadable
from stoa.evaluation.logs.limits import USUAL, Limits
from stoa.evaluation.logs.strict import Value, members, parsed
from stoa.evaluation.logs.translating import translated
from stoa.evaluation.words import Sample

_ASIDE = ("events", "events_data", "timelines", "attachments", "store", "messages")
_ALWAYS = ("_journal/start.json", "summaries.json")
"""What Inspect writes into every zip file: what it noted when the run began, and the list of samples."""
_KNOWN = ("header.json", "summaries.json", "reductions.json", "samples/", "_journal/")


@dataclass(frozen=True)
class Entry:
    """One sample of a log: in plain values, and as the log holds it, with its transcript."""

    sample: Sample
    raw: Mapping[str, Any]


@dataclass
class Log:
    """An open log. `entries` may be walked once or often; each walk reads the file anew and holds one sample at a time."""

    digest: str
    format: str
    header: EvalLog
    raw_header: Mapping[str, Any]
    summaries: list[Mapping[str, Any]] | None
    reductions: list[Mapping[str, Any]] | None
    journal: Mapping[str, Any] | None
    source: "_Zip | _Text"
    faults: list[Fault] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.source.samples)

    def lists(self) -> Iterator[tuple[str, list[Any]]]:
        """The lists beside the samples by name, with those that were written while the run went on. Raises `Unreadable`."""
        yield "summaries", [*(self.summaries or ())]
        yield "reductions", [*(self.reductions or ())]
        yield from self.source.notes()

    def entries(self) -> Iterator[Entry]:
        """Each sample in the order of the file. Raises `Unreadable`."""
        for name in self.source.samples:
            yield _entry(name, self.source.sample(name))


@contextmanager
def opened(path: Path, limits: Limits = USUAL) -> Iterator[Log]:
    """Open a log, whichever of Inspect's two formats its content is. Raises `Unreadable`."""
    try:
        file = path.open("rb")
    except OSError as fault:
        raise Unreadable("file.unreadable", "the file", fault.strerror) from None
    with file:
        source = _Zip(file, limits) if file.read(4) == b"PK\3\4" else _Text(file, limits)
        header = source.header()
        yield Log(
            digest=digest_of(file),
            format=source.format,
            header=_modelled(header),
            raw_header=header,
            summaries=source.rows("summaries"),
            reductions=source.rows("reductions"),
            journal=source.journal(),
            source=source,
            faults=list(source.faults),
        )


def digest_of(file: BufferedReader) -> str:
    """SHA-256 of a file's bytes, as `sha256:` and hexadecimal digits."""
    file.seek(0)
    return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _entry(name: str, data: Any) -> Entry:
    if not isinstance(data, dict):
        raise Unreadable("json.shape", name)
    try:
        slim = {key: value for key, value in data.items() if key not in _ASIDE}
        sample = EvalSample.model_validate(slim, context=get_deserializing_context())
        return Entry(translated(sample), data)
    except (ValidationError, TypeError, ValueError) as fault:
        raise Unreadable("json.shape", name, _first_line(fault)) from None


def _modelled(header: Mapping[str, Any]) -> EvalLog:
    """Of a copy, since Inspect adds to what it is given."""
    try:
        return EvalLog.model_validate(deepcopy(header), context=get_deserializing_context())
    except (ValidationError, TypeError, ValueError) as fault:
        raise Unreadable("json.shape", "header", _first_line(fault)) from None


def _first_line(fault: Exception) -> str:
    if isinstance(fault, ValidationError):
        first = fault.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(fault).partition("\n")[0]


def _rows(data: Any, where: str) -> list[Mapping[str, Any]]:
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise Unreadable("json.shape", where)
    return data


def _object(data: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise Unreadable("json.shape", where)
    return data


class _Zip:
    """A log as Inspect writes it by default: a zip file with a part for the head and one for each sample."""

    format = "eval"

    def __init__(self, file: BufferedReader, limits: Limits) -> None:
        self.archive = Archive(file, limits)
        self.faults = list(self.archive.faults)
        names = self.archive.parts
        self.faults += [Fault("file.unknown", name) for name in names if not name.startswith(_KNOWN)]
        self.faults += [Fault("file.missing", name) for name in _ALWAYS if name not in names]
        self.samples = [name for name in names if name.startswith("samples/") and name.endswith(".json")]

    def header(self) -> Mapping[str, Any]:
        if "header.json" not in self.archive.parts:
            raise Unreadable("file.truncated", "header.json", "the run was not finished")
        return _object(parsed(self.archive.read("header.json"), "header.json"), "header.json")

    def rows(self, of: str) -> list[Mapping[str, Any]] | None:
        name = f"{of}.json"
        return _rows(parsed(self.archive.read(name), name), name) if name in self.archive.parts else None

    def journal(self) -> Mapping[str, Any] | None:
        """What was noted when the run began."""
        name = "_journal/start.json"
        return _object(parsed(self.archive.read(name), name), name) if name in self.archive.parts else None

    def notes(self) -> Iterator[tuple[str, list[Any]]]:
        """What was written while the run went on."""
        for name in self.archive.parts:
            if name.startswith("_journal/") and name != "_journal/start.json":
                found = parsed(self.archive.read(name), name)
                yield name, found if isinstance(found, list) else [found]

    def sample(self, name: str) -> Any:
        return parsed(self.archive.read(name), name)


class _Text:
    """A log as one JSON text. Its bytes are held as one string; what is made of it is one sample at a time."""

    format = "json"

    def __init__(self, file: BufferedReader, limits: Limits) -> None:
        self.faults: list[Fault] = []
        self.limits = limits
        file.seek(0)
        data = file.read(limits.whole + 1)
        if len(data) > limits.whole:
            raise Unreadable("file.large", "the file")
        if not data.lstrip().startswith(b"{"):
            raise Unreadable("file.unreadable", "the file", "neither a zip file nor JSON")
        self.text = data.decode("latin-1")
        self.values = members(self.text, "the file")
        self.samples = [f"samples[{number}]" for number in range(len(self._elements("samples")))]

    def header(self) -> Mapping[str, Any]:
        aside = ("samples", "reductions")
        return {key: self._parsed(key, value) for key, value in self.values.items() if key not in aside}

    def rows(self, of: str) -> list[Mapping[str, Any]] | None:
        return _rows(self._parsed(of, self.values[of]), of) if of in self.values else None

    def journal(self) -> Mapping[str, Any] | None:
        return None

    def notes(self) -> Iterator[tuple[str, list[Any]]]:
        yield from ()

    def sample(self, name: str) -> Any:
        begin, end = self._elements("samples")[int(name[8:-1])]
        return self._parsed(name, Value(begin, end))

    def _elements(self, key: str) -> tuple[tuple[int, int], ...]:
        value = self.values.get(key)
        return value.elements or () if value else ()

    def _parsed(self, where: str, value: Value) -> Any:
        if value.end - value.begin > self.limits.member:
            raise Unreadable("file.large", where, value.end - value.begin)
        return parsed(self.text[value.begin : value.end].encode("latin-1"), where)

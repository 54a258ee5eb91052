"""A log as it is given away: without the endpoint and its key, and without what tells of the member's machine."""

from __future__ import annotations

import json
import os
import re
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspect_ai._util.hash import mm3_hash
from inspect_ai.log import read_eval_log

import stoa
from stoa.evaluation.faults import Unusable
from stoa.evaluation.runner.endpoint import SHORTEST

_HEADS = {"header.json", "_journal/start.json"}
_OF_THIS_MACHINE = ("revision", "task_file", "model_base_url", "sandbox")
"""Fields of a log's head that tell of files and repositories here, and nothing of what was measured."""
_OF_A_STEP = {"op", "path"}
_NAMED = re.compile(r"attachment://([0-9a-f]+)")


@dataclass(frozen=True)
class _Marks:
    """What is to be taken out, in each spelling that a log may have of it, and the words of that."""

    spelled: frozenset[bytes]
    words: re.Pattern[str]

    def are_in(self, body: bytes) -> bool:
        """Whether any of it stands in the bytes of a part."""
        return any(one in body for one in self.spelled)


def cleaned(log: Path, into: Path, secrets: Iterable[str]) -> None:
    """Write a copy of a finished `.eval` log without the secrets. The copy replaces another at once or not at all.

    Raises `Unusable` where it could not be read without them.
    """
    marks = _marks([*secrets, str(Path.home()), sys.prefix, str(Path(stoa.__file__).parents[1])])
    beside, told = into.with_name(f".{os.getpid()}.{into.name}"), False
    with _opened(log) as given, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as made:
        for name in _last_of_each(given):
            body = given.read(name)
            holds = marks.are_in(body)
            told = told or holds
            if holds or name in _HEADS or b'"traceback' in body:
                body = _bare(name, json.loads(body), marks)
            made.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
    _read_back(beside, whole=told)
    beside.replace(into)


def _opened(log: Path) -> zipfile.ZipFile:
    if sys.version_info < (3, 14):
        import zipfile_zstd  # type: ignore[import-untyped]  # noqa: F401, PLC0415 - teaches zipfile how Inspect packs
    return zipfile.ZipFile(log)


def _last_of_each(given: zipfile.ZipFile) -> list[str]:
    """Each name once: what was written again replaces what was there."""
    return list(dict.fromkeys(given.namelist()))


def _bare(name: str, part: dict[str, Any], marks: _Marks) -> bytes:
    """A part of the log as it is given away."""
    if name in _HEADS:
        part["eval"] |= {field: None for field in _OF_THIS_MACHINE if field in part["eval"]}
    if name.startswith("samples/"):
        _forget_failures(part)
    part = _told(part, marks.words)
    if name.startswith("samples/"):
        part = _named_anew(part)
    return json.dumps(part, ensure_ascii=False).encode()


def _forget_failures(sample: dict[str, Any]) -> None:
    """Keep of each try that failed what kind of fault it was: traces tell of files here, messages of the endpoint."""
    for failed in sample.get("error_retries") or ():
        kind = re.match(r"\w*", failed["message"])
        failed |= {"message": kind[0] if kind else "", "traceback": "", "traceback_ansi": "", "events": None}


def _told(value: Any, words: re.Pattern[str]) -> Any:
    """The same value with each secret taken out of its texts; names of fields are Inspect's and stay, also within a step."""
    if isinstance(value, dict):
        stay = _OF_A_STEP if value.keys() >= _OF_A_STEP else ()
        return {name: part if name in stay else _told(part, words) for name, part in value.items()}
    if isinstance(value, list):
        return [_told(part, words) for part in value]
    return words.sub("[removed]", value) if isinstance(value, str) else value


def _named_anew(sample: dict[str, Any]) -> dict[str, Any]:
    """Long texts that something still refers to, under the digest of what they say now."""
    kept = sample.pop("attachments", None) or {}
    rest = json.dumps(sample, ensure_ascii=False)
    names = {name: mm3_hash(kept[name]) for name in dict.fromkeys(_NAMED.findall(rest)) if name in kept}
    renamed = _NAMED.sub(lambda found: f"attachment://{names.get(found[1], found[1])}", rest)
    return {**json.loads(renamed), "attachments": {new: kept[old] for old, new in names.items()}}


def _marks(secrets: Iterable[str]) -> _Marks:
    """Each secret as a word of its own, as it is and as JSON, also within a text, may write it."""
    spelled = {
        form
        for secret in secrets
        if len(secret) >= SHORTEST
        for text in (secret, secret.replace("/", "\\/"))
        for form in (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
    }
    longest = sorted(spelled, key=len, reverse=True)
    words = re.compile("|".join(rf"(?<!\w){re.escape(form)}(?!\w)" for form in longest))
    return _Marks(frozenset(form.encode() for form in spelled), words)


def _read_back(copy: Path, *, whole: bool) -> None:
    """Whether it is still a log: all of it where words were taken out of samples, else its head."""
    try:
        read_eval_log(str(copy), header_only=not whole)
    except Exception:  # noqa: BLE001 - a log that lost a word that it needs can fail in any way
        copy.unlink()
        raise Unusable(
            "The key is a word that logs need, so that it can’t be taken out of this one.",
            "Give the endpoint a key that nobody guesses; what was answered is kept.",
        ) from None

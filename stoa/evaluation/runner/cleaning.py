"""A log as it is given away: without the endpoint and its key, and without what tells of the member's machine."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_HEADS = {"header.json", "_journal/start.json"}
_OF_THIS_MACHINE = ("revision", "task_file", "model_base_url", "sandbox")
"""Fields of a log's head that tell of files and repositories here, and nothing of what was measured."""


def cleaned(log: Path, into: Path, secrets: Iterable[str]) -> None:
    """Write a copy of a finished `.eval` log without the secrets. The copy replaces another at once or not at all."""
    marks = _marks(secrets)
    beside = into.with_name(f".{into.name}.{os.getpid()}")
    with _opened(log) as given, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as made:
        for name in _last_of_each(given):
            body = given.read(name)
            if name in _HEADS:
                body = _bare(body)
            for mark, shown in marks:
                body = body.replace(mark, shown)
            made.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
    beside.replace(into)


def _opened(log: Path) -> zipfile.ZipFile:
    if sys.version_info < (3, 14):
        import zipfile_zstd  # type: ignore[import-untyped]  # noqa: F401, PLC0415 - teaches zipfile how Inspect packs
    return zipfile.ZipFile(log)


def _last_of_each(given: zipfile.ZipFile) -> list[str]:
    """Each name once: what was written again replaces what was there."""
    return list(dict.fromkeys(given.namelist()))


def _bare(body: bytes) -> bytes:
    head: dict[str, Any] = json.loads(body)
    for name in _OF_THIS_MACHINE:
        if name in head["eval"]:
            head["eval"][name] = None
    return json.dumps(head, ensure_ascii=False).encode()


def _marks(secrets: Iterable[str]) -> list[tuple[bytes, bytes]]:
    """Each secret as JSON may write it, the longest first, with what stands in its place."""
    spelled = {
        form
        for secret in secrets
        for text in (secret, secret.replace("/", "\\/"))
        for form in (text, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    }
    return [(form.encode(), b"[removed]") for form in sorted(spelled, key=len, reverse=True) if form]

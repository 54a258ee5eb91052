"""Serves style sheets, scripts and pictures from memory, under names that change with their content."""

from __future__ import annotations

import gzip
import json
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PREFIX = "/static/"
_FOR_EVER = b"public, max-age=31536000, immutable"
_BRIEFLY = b"public, max-age=60"
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2", ".map": "application/json"}


@dataclass(frozen=True)
class StaticFile:
    """A file with its headers; its packed form is made when first asked for."""

    body: bytes
    kind: str
    lasting: bool

    @cached_property
    def packed(self) -> bytes:
        """The body by gzip without a time stamp, or nothing where that saves less than a tenth."""
        if not self.kind.startswith("text/") and self.kind not in {"image/svg+xml", "application/json"}:
            return b""
        packed = gzip.compress(self.body, 9, mtime=0)
        return packed if len(packed) < 0.9 * len(self.body) else b""

    def answer(self, *, gzipped: bool) -> tuple[list[tuple[bytes, bytes]], bytes]:
        """Headers and body for a client that takes gzip or doesn't."""
        packed = self.packed if gzipped else b""
        body = packed or self.body
        charset = "; charset=utf-8" if self.kind.startswith("text/") else ""
        headers = [
            (b"content-type", (self.kind + charset).encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", _FOR_EVER if self.lasting else _BRIEFLY),
            (b"vary", b"accept-encoding"),
            (b"x-content-type-options", b"nosniff"),
        ]
        return headers + ([(b"content-encoding", b"gzip")] if packed else []), body


def static_files(root: Path) -> dict[str, StaticFile]:
    """Every collected file by the path of its address. Only these are served, so no path can lead elsewhere."""
    lasting = set(_hashed_names(root))
    return {
        PREFIX + name: StaticFile(path.read_bytes(), _kind(path), name in lasting)
        for path in sorted(root.rglob("*"))
        if path.is_file() and (name := path.relative_to(root).as_posix()) != "staticfiles.json"
    }


def _hashed_names(root: Path) -> Iterator[str]:
    """Names that the manifest gives: another content has another name."""
    manifest = root / "staticfiles.json"
    if manifest.exists():
        yield from json.loads(manifest.read_text())["paths"].values()


def _kind(path: Path) -> str:
    """The media type, by our own table first: the system's may be missing or wrong."""
    return _TYPES.get(path.suffix) or mimetypes.guess_type(path.name, strict=False)[0] or "application/octet-stream"

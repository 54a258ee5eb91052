"""What a sent file may be called: a name that means the same on every machine and points nowhere."""

from __future__ import annotations

import re
import unicodedata

from stoa.kit.files.contents import Type

LONGEST = 100
_UNFIT = re.compile(r'[\\/:*?"<>|%\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+')
"""What some system reads as more than a letter: parts of a path, wildcards, marks that turn the direction of writing."""
_ENDS = re.compile(r"\.(?:pdf|png|jpe?g|webp|txt|md|csv|bib|tex|jsonl?|eval)$", re.IGNORECASE)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def fit(name: str, type_: Type) -> str:
    """The name under which the file is kept and sent on, with the ending of its type; `file` where nothing is left."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    stem = _ENDS.sub("", _UNFIT.sub(" ", last)).strip(" .")
    stem = re.sub(r"\s+", " ", stem)[:LONGEST].strip(" .")
    if not stem or _RESERVED.fullmatch(stem):
        stem = f"file {stem}".strip()
    return f"{stem}{type_.suffix}"

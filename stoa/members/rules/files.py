"""What a field for files takes: how many, how large, and of which kinds; its settings in the questionnaire say so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stoa.kit.files.contents import JPEG, PDF, PNG, TEXT, WEBP, Type
from stoa.kit.files.sorts import MOST_BYTES
from stoa.kit.models import Upload
from stoa.members.models.questionnaire import Field

KINDS: dict[str, Type] = {"pdf": PDF, "png": PNG, "jpeg": JPEG, "webp": WEBP, "text": TEXT}
ID = re.compile(r"[a-z0-9]{1,32}")
MEGABYTE = 1024 * 1024
MOST_FILES = 5
MOST_MEGABYTES = MOST_BYTES // MEGABYTE
USUAL_MEGABYTES = 10


def number(field: Field) -> int:
    """How many files it takes at most."""
    return int(field.settings.get("number") or 1)


def megabytes(field: Field) -> int:
    """How large each may be."""
    return int(field.settings.get("megabytes") or USUAL_MEGABYTES)


def kinds(field: Field) -> tuple[str, ...]:
    """Of which kinds; PDF where the field says nothing."""
    return tuple(str(field.settings.get("kinds") or "pdf").split())


def limits(field: Field) -> str:
    """All of it in words, as a hint beside the field."""
    words = [KINDS[kind].word for kind in kinds(field)]
    listed = " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
    return f"{listed[:1].upper()}{listed[1:]}, {megabytes(field)} MB at most."


def settings_are_right(settings: Mapping[str, Any]) -> bool:
    """Whether a field for files can have these settings."""
    field = Field("x", "x", "file", settings=settings)
    try:
        fits = 1 <= number(field) <= MOST_FILES and 1 <= megabytes(field) <= MOST_MEGABYTES
    except ValueError:
        return False
    return fits and set(settings) <= {"number", "megabytes", "kinds"} and set(kinds(field)) <= set(KINDS)


def fault_of_ids(field: Field, value: Any) -> str:
    """What is wrong with an answer to it, as ids of files; nothing where it can be kept."""
    if not isinstance(value, list) or not all(isinstance(each, str) and ID.fullmatch(each) for each in value):
        return "Give the ids of files that you sent."
    if len(value) > number(field) or len(set(value)) < len(value):
        return f"These are {len(value)} files. Give {number(field)} at most, each once."
    return ""


def fault_of_file(field: Field, upload: Upload | None) -> str:
    """What is wrong with a file for this field; nothing where it is whole and within the limits."""
    if upload is None or upload.finished is None:
        return "A file has not come whole. Choose it again."
    if upload.bytes > megabytes(field) * MEGABYTE:
        return f"“{upload.name}” has more than {megabytes(field)} MB. Make it smaller, and choose it again."
    if upload.type not in {KINDS[kind].mime for kind in kinds(field)}:
        return f"“{upload.name}” is of another kind. Send this: {limits(field)}"
    return ""

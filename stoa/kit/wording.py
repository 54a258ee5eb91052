"""Texts of pages and mails that are kept in files: read once, with [[placeholders]] filled in."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.conf import settings

PLACEHOLDER = re.compile(r"\[\[([a-z_]+)\]\]")


def page(name: str, /, **values: str) -> str:
    """The Markdown text of this name, such as `privacy-notice`; a placeholder without a value stays visible."""
    return fill(_read(Path(settings.TEXTS) / f"{name}.md"), values)


def mail(name: str, /, **values: str) -> tuple[str, str]:
    """Subject and body of the mail of this name. Line breaks in what is filled into the subject become spaces."""
    head, _, body = _read(Path(settings.TEXTS) / "mail" / f"{name}.txt").partition("\n\n")
    on_one_line = {key: " ".join(value.split()) for key, value in values.items()}
    return fill(head.removeprefix("Subject: ").strip(), on_one_line), fill(body, values)


def fill(text: str, values: dict[str, str]) -> str:
    """Fill each [[name]] once; what is filled in is not looked through again."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")

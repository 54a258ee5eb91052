"""The part of a text that holds the words sought, with these marked: escaped first, so that a text can't bring its own HTML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

LENGTH = 240
LEAD = 60
"""Characters of an excerpt, and how many of them stand before the first word sought."""
MOST_READ = 20_000
WORD = re.compile(r"\w+")
ACCENTS = re.compile("[\u0300-\u036f]")
EXCLUDED = re.compile(r'(?:^|(?<=\s))-(?:"[^"]*"?|\S+)')
MARKUP = re.compile(r"[*`]+|[_#>|~]+(?=\s|\w|$)|\]\([^)\s]*\)|[\[\]]")


@dataclass(frozen=True)
class Sought:
    """The words of a query that are not excluded, as PostgreSQL keeps them; `beginning` is the unfinished last one."""

    lexemes: frozenset[str]
    beginning: str = ""

    def forms(self, texts: Iterable[str]) -> frozenset[str]:
        """The words of these texts, folded, that are forms of those sought. One query."""
        heads = {lexeme[:2] for lexeme in self.lexemes}  # no form of a word differs in its first two letters
        words = {word for text in texts for word in _words(text[:MOST_READ]) if word[:2] in heads}
        if not words:
            return frozenset()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT word FROM unnest(%s::text[]) AS word WHERE"
                " tsvector_to_array(to_tsvector('english', word) || to_tsvector('simple', word)) && %s::text[]"
                " OR %s <> '' AND starts_with(word, %s)",
                [sorted(words), sorted(self.lexemes), self.beginning, self.beginning],
            )
            return frozenset(word for (word,) in cursor.fetchall())


def sought(query: str, *, unfinished: bool) -> Sought:
    """What a query seeks. One query of the database."""
    wanted = EXCLUDED.sub(" ", query)
    last = (_words(wanted) or [""])[-1] if unfinished else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array(to_tsvector('english', search_fold(%s))"
            " || to_tsvector('simple', search_fold(%s)))",
            [wanted, wanted],
        )
        (found,) = cursor.fetchone()
    return Sought(frozenset(found) - {"or"}, last)


def marked(text: str, forms: frozenset[str]) -> SafeString:
    """A text as HTML with these words marked."""
    parts, end = [], 0
    for match in WORD.finditer(text):
        if folded(match.group()) in forms:
            parts += [escape(text[end : match.start()]), f"<mark>{escape(match.group())}</mark>"]
            end = match.end()
    return mark_safe("".join([*parts, escape(text[end:])]))  # noqa: S308 - every piece is escaped


def excerpt(text: str, forms: frozenset[str]) -> SafeString:
    """About 240 characters around the first of these words, without the signs of Markdown, whole words at both ends."""
    plain = " ".join(MARKUP.sub(" ", text[:MOST_READ]).split())
    first = next((match.start() for match in WORD.finditer(plain) if folded(match.group()) in forms), 0)
    start = plain.rfind(" ", 0, max(0, first - LEAD)) + 1 if first > LEAD else 0
    end = start + LENGTH
    stop = len(plain) if end >= len(plain) else max(plain.rfind(" ", start, end), first + 1)
    if stop < len(plain) and stop - start < LENGTH // 2:
        stop = end
    cut = marked(plain[start:stop], forms)
    return mark_safe(f"{'… ' if start else ''}{cut}{' …' if stop < len(plain) else ''}")  # noqa: S308 - escaped by `marked`


def folded(word: str) -> str:
    """A word, or a text, without case and accents, as the database folds it (`search_fold`)."""
    return word.lower() if word.isascii() else ACCENTS.sub("", unicodedata.normalize("NFKD", word)).lower()


def _words(text: str) -> list[str]:
    found: list[str] = WORD.findall(folded(text))
    return found

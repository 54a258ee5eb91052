"""The part of a text that holds the words sought, with these marked: escaped first, so that a text can't bring its own HTML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

LENGTH = 240
LEAD = 60
"""Characters of an excerpt, and how many of them stand before the first word sought."""
MOST_READ = 20_000
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
)
"""Letters of scripts that put no space between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese. See 0004_unspaced."""
RUN = re.compile(f"[{UNSPACED}]+")
WORD = re.compile(rf"[^\W{UNSPACED}]+")
ACCENTS = re.compile("[\u0300-\u036f]")
EXCLUDED = re.compile(r'(?:^|(?<=\s))-(?:"[^"]*"?|\S+)')
MARKUP = re.compile(r"[*`]+|[_#>|~]+(?=\s|\w|$)|\]\([^)\s]*\)|[\[\]]")


@dataclass(frozen=True)
class Sought:
    """The words of a query that are not excluded, as PostgreSQL keeps them; `beginning` is the unfinished last one."""

    lexemes: frozenset[str]
    beginning: str = ""
    runs: frozenset[str] = frozenset()
    """What is sought in scripts that don't part words: found as it stands, anywhere."""

    def forms(self, texts: Iterable[str]) -> frozenset[str]:
        """The words of these texts, folded, that are forms of those sought. One query."""
        heads = {lexeme[:2] for lexeme in self.lexemes}  # no form of a word differs in its first two letters
        words = {word for text in texts for word in _words(text[:MOST_READ]) if word[:2] in heads}
        if not words:
            return self.runs
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT word FROM unnest(%s::text[]) AS word WHERE"
                " tsvector_to_array(to_tsvector('english', word) || to_tsvector('simple', word)) && %s::text[]"
                " OR %s <> '' AND starts_with(word, %s)",
                [sorted(words), sorted(self.lexemes), self.beginning, self.beginning],
            )
            return self.runs | {word for (word,) in cursor.fetchall()}


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
    return Sought(frozenset(found) - {"or"}, last, frozenset(RUN.findall(wanted)))


def marked(text: str, forms: frozenset[str]) -> SafeString:
    """A text as HTML with these words marked."""
    parts, end = [], 0
    for match in _matches(text, forms):
        parts += [escape(text[end : match.start()]), f"<mark>{escape(match.group())}</mark>"]
        end = match.end()
    return mark_safe("".join([*parts, escape(text[end:])]))  # noqa: S308 - every piece is escaped


def excerpt(text: str, forms: frozenset[str]) -> SafeString:
    """About 240 characters around the first of these words, without the signs of Markdown, whole words at both ends."""
    plain = " ".join(MARKUP.sub(" ", text[:MOST_READ]).split())
    first = next((match.start() for match in _matches(plain, forms)), 0)
    start = plain.rfind(" ", 0, max(0, first - LEAD)) + 1 if first > LEAD else 0
    start = max(start, first - LENGTH // 2)  # a script without spaces has no word to begin with
    end = start + LENGTH
    stop = len(plain) if end >= len(plain) else max(plain.rfind(" ", start, end), first + 1)
    if stop < len(plain) and stop - start < LENGTH // 2:
        stop = end
    cut = marked(plain[start:stop], forms)
    return mark_safe(f"{'… ' if start else ''}{cut}{' …' if stop < len(plain) else ''}")  # noqa: S308 - escaped by `marked`


def _matches(text: str, forms: frozenset[str]) -> Iterator[re.Match[str]]:
    """Where these words stand in a text; of a script that parts no words, also within others."""
    runs = sorted(filter(RUN.fullmatch, forms), key=len, reverse=True)
    for match in re.finditer("|".join([*runs, WORD.pattern]), text):
        if folded(match.group()) in forms or match.group() in runs:
            yield match


def folded(word: str) -> str:
    """A word, or a text, without case and accents, as the database folds it (`search_fold`)."""
    return word.lower() if word.isascii() else ACCENTS.sub("", unicodedata.normalize("NFKD", word)).lower()


def _words(text: str) -> list[str]:
    found: list[str] = WORD.findall(folded(text))
    return found

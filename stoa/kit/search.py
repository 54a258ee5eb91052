"""Search over everything public: documents that the owners of objects put here, found by PostgreSQL's full text.

A document is what the public may read of one object, so that a search needs to know nobody. Who owns an object puts it
inside the act that makes or changes it, and drops it inside the act that withdraws, holds, removes or erases it.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from django.db import connection
from django.utils.safestring import SafeString

from stoa.kit import registry
from stoa.kit.excerpts import RUN, Sought, excerpt, marked, sought
from stoa.kit.faults import Invalid
from stoa.kit.models import Document

Language = Literal["english", "simple"]
"""`english` finds other forms of a word too; `simple` is for names."""

PER_PAGE = 20
MOST_RANKED = 1_000
"""Of more documents than these that match, the latest are ranked; so a common word costs no more than a rare one."""
MOST_WORDS = 200
MOST_TITLE, MOST_TEXT = 300, 30_000
CHUNK = 500
QUOTES = str.maketrans("“”„«»\0\r\n\t", '"""""    ')
LIKELY_PREFIX = re.compile(r"(?:^|\s)[^\s\"-][^\s\"]+$")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """A document as its owner gives it: the object's reference, what the public may read of it, and since when."""

    reference: str
    title: str
    text: str
    at: datetime
    language: Language = "english"


@dataclass(frozen=True)
class Hit:
    """An object that was found. In `title` and `excerpt` the words sought are in `<mark>`; all else is escaped."""

    reference: str
    kind: str
    label: str
    title: SafeString
    address: str
    excerpt: SafeString
    at: datetime


@dataclass(frozen=True)
class Found:
    """A page of what was found. `kinds` counts by kind, whichever were asked for; `capped` where there is more than that."""

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    capped: bool = False
    number: int = 1
    last: int = 1
    kinds: dict[str, int] = field(default_factory=dict)


def put(reference: str, *, title: str, text: str, at: datetime, language: Language = "english") -> None:
    """Let an object be found, or found by its new words. To be called inside the act that changes it."""
    put_all([Kept(reference, title, text, at, language)])


def put_all(kept: Sequence[Kept]) -> None:
    """The same for many objects, in one statement."""
    rows = [
        Document(
            reference=one.reference,
            kind=one.reference.partition(":")[0],
            title=one.title.replace("\0", "")[:MOST_TITLE],
            text=one.text.replace("\0", "")[:MOST_TEXT],
            at=one.at,
            language=one.language,
        )
        for one in kept
    ]
    columns = ["kind", "title", "text", "at", "language"]
    Document.objects.bulk_create(rows, update_conflicts=True, unique_fields=["reference"], update_fields=columns)


def drop(*references: str) -> None:
    """Let objects be found no more. To be called inside the act that takes them from the public."""
    Document.objects.filter(reference__in=references).delete()


def find(words: str, *, kinds: Sequence[str] = (), page: int = 1) -> Found:
    """What the public may read with these words, best first; of `kinds` alone if any are given.

    Words are all demanded; “or” between two asks for either, a minus before one excludes it, quotation marks demand
    words in that order, and the last word may be unfinished. Raises `Invalid` where nothing is asked for.
    """
    asked = _asked(words)
    rows = _candidates(asked, [])
    counts = dict(Counter(kind for _, kind in rows[:MOST_RANKED]))
    if kinds:
        missed = len(rows) > MOST_RANKED
        rows = _candidates(asked, list(kinds)) if missed else [row for row in rows if row[1] in kinds]
    ranked, capped = rows[:MOST_RANKED], len(rows) > MOST_RANKED
    last = max(1, -(-len(ranked) // PER_PAGE))
    page = min(max(1, page), last)
    shown = [reference for reference, _ in ranked[(page - 1) * PER_PAGE : page * PER_PAGE]]
    return Found(_hits(shown, asked), len(ranked), capped, page, last, counts)


_documents: dict[str, Callable[[], Iterable[Kept]]] = {}


def register_documents(kind: str, documents: Callable[[], Iterable[Kept]]) -> None:
    """Called by an app when it loads: how to put every public object of a kind anew."""
    _documents[kind] = documents


def rebuild(kind: str) -> int:
    """Put every public object of a kind anew, in the transaction around the call; returns how many there are."""
    Document.objects.filter(kind=kind).delete()
    kept, count = iter(_documents[kind]()), 0
    while chunk := list(islice(kept, CHUNK)):
        put_all(chunk)
        count += len(chunk)
    return count


def rebuild_missing(**_: Any) -> None:
    """Run after each migration: what was written before search knew its kind is found from then on."""
    for kind in sorted(set(_documents) - set(Document.objects.values_list("kind", flat=True).distinct())):
        if count := rebuild(kind):
            log.info("search now finds %s objects of the kind %s", count, kind)


def kinds() -> list[tuple[str, str]]:
    """Every kind that can be found, with what its objects are called."""
    return [(kind, registry.label(kind)) for kind in _documents]


@dataclass(frozen=True)
class _Asked:
    """What is asked for: a query for documents in either language, and the words to mark."""

    english: str
    simple: str
    sought: Sought


def _asked(words: str) -> _Asked:
    text = " ".join(words.translate(QUOTES).split())
    if len(text) > MOST_WORDS:
        raise Invalid(f"That is more than {MOST_WORDS} characters.", remedy="Search for a few words.", field="q")
    unfinished = LIKELY_PREFIX.search(text) is not None
    with connection.cursor() as cursor:
        ask = "websearch_to_tsquery('{}', search_fold(%s))::text"
        whole = _whole_runs(text)
        cursor.execute(f"SELECT {ask.format('english')}, {ask.format('simple')}", [whole, whole])
        english, simple = (_open_ended(query) if unfinished else query for query in cursor.fetchone())
    seek = sought(text, unfinished=unfinished)
    if not seek.lexemes:
        raise Invalid("There is no word to search for.", remedy="Name at least one, without a minus.", field="q")
    return _Asked(english, simple, seek)


def _whole_runs(text: str) -> str:
    """Chinese, Japanese, Thai and the like stand in the index letter by letter: demand theirs in the order typed."""
    parts = text.split('"')
    parts[::2] = [RUN.sub(r'"\g<0>"', part) for part in parts[::2]]
    return '"'.join(parts)


def _open_ended(query: str) -> str:
    """Let the last word be the beginning of one. What ends otherwise excludes a word or is of stop words alone."""
    return f"{query}:*" if query.endswith("'") and not re.search(r"!'[^']*'$", query) else query


def _candidates(asked: _Asked, kinds: list[str]) -> list[tuple[str, str]]:
    """References and kinds of what matches, best first; one more than are ranked where there are more."""
    among = "AND kind = ANY(%s)" if kinds else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH latest AS MATERIALIZED ("  # noqa: S608 - nothing typed stands in the statement
            " SELECT reference, kind, at, language, words FROM kit_document"
            " WHERE (language = 'english' AND words @@ %s::tsquery OR language = 'simple' AND words @@ %s::tsquery)"
            f" {among} ORDER BY at DESC LIMIT %s)"
            " SELECT reference, kind FROM latest ORDER BY"
            " ts_rank('{0.05, 0.2, 0.4, 1.0}', words,"
            " CASE language WHEN 'english' THEN %s::tsquery ELSE %s::tsquery END, 1) DESC, at DESC, reference",
            [
                asked.english,
                asked.simple,
                *([kinds] if kinds else []),
                MOST_RANKED + 1,
                asked.english,
                asked.simple,
            ],
        )
        return [(reference, kind) for reference, kind in cursor.fetchall()]


def _hits(references: Sequence[str], asked: _Asked) -> list[Hit]:
    """These objects as the public sees them now; what the registry does not show is left out, whatever was put here."""
    kept = Document.objects.in_bulk(references)
    shown = registry.show(list(references), None)
    pairs = [(kept[reference], shown[reference]) for reference in references if reference in shown]
    hit = asked.sought.forms(text for document, _ in pairs for text in (document.title, document.text))
    return [
        Hit(
            document.reference,
            document.kind,
            registry.label(document.kind),
            marked(appears.title, hit),
            appears.address,
            excerpt(document.text, hit),
            document.at,
        )
        for document, appears in pairs
    ]

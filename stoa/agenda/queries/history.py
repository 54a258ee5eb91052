"""The history of a round or a question: what the record says of it, with the texts as they stood then."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from stoa.agenda.events import RoundExtended, RoundLost
from stoa.agenda.models import Question, Round
from stoa.agenda.rules import vote_is_open
from stoa.charter.queries import standing
from stoa.kit.prepared import prepare
from stoa.record import queries as record
from stoa.record.models import Entry, Text
from stoa.record.words import Said, say

MOST = 200


@dataclass(frozen=True)
class Line:
    """An entry in words, with those of its texts that were not erased. What the page is about is not named again."""

    position: int
    at: datetime
    address: str
    sentence: SafeString
    texts: Sequence[str]
    reason: str = ""


def round_history(round: Round, viewer_id: str | None, *, most: int = MOST) -> list[Line]:
    """What the record says of a round and its vote, newest first."""
    subjects = [f"round:{round.pk}", *([f"ballot:{round.ballot_id}"] if round.ballot_id else [])]
    address = round.get_absolute_url()
    shorter = [(_link(address, f"the vote on {round.title}"), "the vote"), (_link(address, round.title), "this round")]
    placements = _with_texts(subjects, most)
    said = say(placements, viewer_id)
    reasons = {one.position: one.texts[0] for one in placements if one.entry.type == RoundExtended.type and one.texts}
    return [replace(line, reason=reasons.get(line.position, "")) for line in _lines(said, shorter, {})]


def question_history(question: Question, viewer_id: str | None, *, texts: bool) -> list[Line]:
    """What the record says of a question, newest first; its former texts only where `texts` allows."""
    link = _link(question.get_absolute_url(), question.title)
    shorter = [(f"the question {link}", "this question"), (link, "this question")]
    placements = _with_texts([question.reference], MOST)
    said = say(placements, viewer_id)
    return _lines(said, shorter, {one.position: one.texts for one in placements} if texts else {})


def was_lost(round: Round) -> bool:
    """Whether the round ended with a restore that could not bring it back."""
    failed = round.phase == Round.Phase.FAILED
    return failed and Entry.objects.filter(subject=f"round:{round.pk}", type=RoundLost.type).exists()


def ballots_lost_until(round: Round) -> datetime | None:
    """While the vote is open: when the server was last restored since it opened, so that ballots may be lost."""
    if not vote_is_open(round):
        return None
    assert round.ballot is not None
    restored = standing().restored
    return restored if restored and restored > round.ballot.opens else None


def _lines(said: Sequence[Said], shorter: Sequence[tuple[str, str]], texts: dict[int, list[str]]) -> list[Line]:
    return [
        Line(one.position, one.at, one.address, _shortened(one.sentence, shorter), texts.get(one.position, ()))
        for one in said
    ]


def _link(address: str, title: str) -> str:
    """A name as the record's sentences link it."""
    return format_html('<a href="{}">{}</a>', address, title)


def _shortened(sentence: SafeString, shorter: Sequence[tuple[str, str]]) -> SafeString:
    """The sentence with these links as plain words. Where a title's question mark ended it, the words need a full stop."""
    told: str = sentence
    for link, words in shorter:
        if link.endswith(("?</a>", "!</a>")):
            told = re.sub(re.escape(link) + r"(?=$| [A-Z])", f"{words}.", told)
        told = told.replace(link, words)
    return mark_safe(told)  # noqa: S308 - takes a link out of safe HTML, puts plain words in


def _with_texts(subjects: list[str], most: int) -> list[Any]:
    """What the record says of these objects, with `texts` as they stood then, the title first."""
    return _reader(most)({"subjects": subjects})


@cache
def _reader(most: int) -> Callable[[Mapping[str, Any]], list[Any]]:
    return prepare(lambda subjects: _placements(subjects, most)[:most], ["subjects"])


def _placements(subjects: list[str], most: int) -> QuerySet[Any]:
    texts = Text.objects.filter(entry=OuterRef("entry")).order_by("-name").values("text")
    return record.last_about(subjects, most).annotate(texts=ArraySubquery(texts))

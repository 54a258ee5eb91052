"""The answers of a discussion as open data, in the format of Polis' exports: without names, times and authors.

Words of statements stand to the letter, also where a spreadsheet would take them for a formula: programs read these files.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from stoa.agenda.models import AGREE, DISAGREE, Answer, AnswersCommitted, Round, Statement
from stoa.kit import chance
from stoa.kit.faults import Closed
from stoa.record.keys import origin

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest instant that a zip can state: it says nothing of when the file was made."""
WARNING = """\
Answers of one discussion as open data: {title} ({address}).

Everybody who answered was told before their first answer that this would be published. There are no names, times or
authors in it; people are numbered anew, in an order drawn for this file alone. Rows can be told apart all the same: in six
known conversations between 84 and 100 of 100 rows were unique, and five known answers singled out 20 to 50 of 100 people.
Do not try to find out whose a row is.

comments.csv            a statement a row: its number, how many agreed and disagreed, 1 for standing, its words
votes.csv               an answer a row: statement, person, and 1 for agree, -1 for disagree, 0 for skip
participants-votes.csv  the same answers, a person a row and a statement a column; empty where there is none
"""


def polis_files(round: Round) -> dict[str, bytes]:
    """The answers of a discussion in the format of Polis' exports, by file name; `Closed` unless they are open data.

    Statements that do not stand are left out, with the answers to them.
    """
    if not round.open_data:
        raise Closed(
            "The answers of this round are not open data.",
            remedy="A round declares that when it is announced, before anybody answers.",
        )
    if not AnswersCommitted.objects.filter(round=round).exists():
        raise Closed(
            "The discussion has not ended yet.", remedy="Its answers can be exported once the vote has opened."
        )
    statements = list(round.statements.filter(state=Statement.State.STANDING).order_by("pk"))
    rows = _shuffled_rows({statement.pk: place for place, statement in enumerate(statements)})
    warning = WARNING.format(title=round.title, address=origin() + round.get_absolute_url())
    return {
        "README.txt": warning.encode(),
        "comments.csv": _csv(_comments(statements, rows)),
        "votes.csv": _csv(_votes(rows)),
        "participants-votes.csv": _csv(_matrix(len(statements), rows)),
    }


def polis_zip(round: Round) -> bytes:
    """The same files as a zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in polis_files(round).items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_EPOCH), body, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _shuffled_rows(places: Mapping[int, int]) -> list[dict[int, int]]:
    """Each person's answers by the statement's place, in an order that chance draws; nobody without an answer."""
    rows: dict[int, dict[int, int]] = {}
    found = (
        Answer.objects.filter(statement__in=list(places))
        .order_by("statement")
        .values_list("participant", "statement", "value")
    )
    for participant, statement, value in found:
        rows.setdefault(participant, {})[places[statement]] = value
    keys = {participant: chance.octets(16) for participant in rows}
    return [rows[participant] for participant in sorted(rows, key=keys.__getitem__)]


def _comments(statements: Sequence[Statement], rows: Sequence[Mapping[int, int]]) -> Iterator[Sequence[object]]:
    yield "comment-id", "agrees", "disagrees", "moderated", "comment-body"
    given = Counter(answer for row in rows for answer in row.items())
    for place, statement in enumerate(statements):
        yield place, given[place, AGREE], given[place, DISAGREE], 1, statement.body


def _votes(rows: Sequence[Mapping[int, int]]) -> Iterator[Sequence[object]]:
    yield "comment-id", "voter-id", "vote"
    for person, row in enumerate(rows):
        yield from ((place, person, value) for place, value in row.items())


def _matrix(statements: int, rows: Sequence[Mapping[int, int]]) -> Iterator[Sequence[object]]:
    yield "participant", "n-votes", "n-agree", "n-disagree", *range(statements)
    for person, row in enumerate(rows):
        counts = Counter(row.values())
        cells = (row.get(place, "") for place in range(statements))
        yield person, len(row), counts[AGREE], counts[DISAGREE], *cells


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()

"""Acts on results that came from elsewhere: taken as they were given, shown as imported, never ranked here."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from stoa.kit import clock, locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Invalid
from stoa.lab import events
from stoa.lab.acts.incoming import held, let_go
from stoa.lab.acts.open_models import checked_reason
from stoa.lab.models import ImportedResult, ModelVersion, ResultFile
from stoa.lab.models.open_models import DIGEST

MOST_RESULTS, MOST_MEASURES, LONGEST = 2_000, 500, 200


@dataclass(frozen=True)
class Incoming:
    """A result as a file of another program has it; `measures`: name → value, and error, samples and the like by their names."""

    model_name: str
    suite: str
    suite_version: str = ""
    digest: str = ""
    measures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@act("lab.result.import")
def import_results(
    actor: Actor,
    *,
    format: str,  # noqa: A002 - its word
    source: str,
    incoming: Sequence[Incoming],
    file: ResultFile | None = None,
) -> int:
    """Take results from a file of another program, shown as imported and never ranked; the same file again changes nothing.

    `file` is the one that they were read from here, which goes then.
    """
    if format not in ImportedResult.Format.values:
        raise Invalid("This format is not known.", remedy="The reference says which are.", field="format")
    if not re.fullmatch(DIGEST, source):
        raise Invalid("The file has no digest.", remedy="Write sha256: and 64 hexadecimal digits.", field="source")
    if not 0 < len(incoming) <= MOST_RESULTS:
        raise Invalid("There is no result, or too many.", remedy=f"Bring 1 to {MOST_RESULTS:,}.", field="results")
    locks.charter(alone=False)
    if file is not None:
        let_go(held(file))
    with connection.cursor() as cursor:  # two who bring the same file at once come one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(source[7:22], 16)])
    known = set(ImportedResult.objects.filter(source=source).values_list("model_name", "suite"))
    fresh = {(one.model_name.strip(), one.suite.strip()): one for one in incoming}
    rows = [_row(actor, format, source, one) for key, one in fresh.items() if key not in known]
    made = ImportedResult.objects.bulk_create(rows)
    if made:
        tell(events.ResultsImported(str(made[0].pk), format, len(made)))
    return len(made)


@act("lab.imported.remove")
def remove_imported(actor: Actor, *, imported: ImportedResult, reason: str) -> ImportedResult:
    """Take a result that came from elsewhere from the lists, with a public reason."""
    imported = locks.exclusive(imported)
    if imported.removed is not None:
        raise Closed("This was removed.")
    imported.removed, imported.removal = clock.now(), checked_reason(reason)
    imported.save()
    tell(events.ImportRemoved(str(imported.pk)), {"reason": imported.removal})
    return imported


def _row(actor: Actor, name: str, source: str, one: Incoming) -> ImportedResult:
    texts = {"model_name": one.model_name.strip(), "suite": one.suite.strip()}
    for what, text in texts.items():
        if not 0 < len(text) <= (LONGEST if what == "model_name" else 120):
            raise Invalid("A result has no model or no suite, or a name too long.", field="results")
    version = ModelVersion.objects.filter(digest=one.digest).first() if one.digest else None
    return ImportedResult(
        format=name,
        source=source,
        version=version,
        suite_version=one.suite_version.strip()[:40],
        measures=_measures(one.measures),
        by_id=actor.person_id,
        **texts,
    )


def _measures(measures: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    if not 0 < len(measures) <= MOST_MEASURES:
        raise Invalid("A result has no measure, or too many.", remedy=f"Bring 1 to {MOST_MEASURES}.", field="results")
    found = {name.strip()[:80]: dict(values) for name, values in measures.items()}
    for name, values in found.items():
        if "value" not in values or len(values) > 10 or not all(map(_finite, values.values())):
            raise Invalid(f"The measure {name} has no finite value.", remedy="Leave it out.", field="results")
    return found


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)

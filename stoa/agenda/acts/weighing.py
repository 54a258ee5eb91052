"""How the draw of the next statement follows the opinion map as published: so drawing tells nothing that the map does not."""

from __future__ import annotations

from math import hypot, sqrt
from typing import Any

from stoa.agenda.models import PublishedMap, Round, Statement
from stoa.kit import clock, locks
from stoa.kit.act import Actor, act
from stoa.kit.faults import Closed
from stoa.methods.routing import priorities


@act("agenda.statements.weigh", on="round", kind="private")
def weigh_statements(actor: Actor, *, round: Round) -> Round:
    """Let the draw of the next statement follow the opinion map that was published last."""
    round = locks.exclusive(round)
    if not weighing_due(round):
        raise Closed("The priorities of the statements stay as they are for now.")
    on_map = PublishedMap.objects.get(round=round).data["statements"]
    weights = dict(zip((one["id"] for one in on_map), _weights(on_map), strict=True))
    statements = list(round.statements.filter(pk__in=list(weights)))
    for statement in statements:
        statement.priority = weights[statement.pk]
    Statement.objects.bulk_update(statements, ["priority"], batch_size=500)
    round.weighed = clock.now()
    round.save(update_fields=["weighed"])
    return round


def weighing_due(round: Round) -> bool:
    """Whether a map was published since the priorities last followed one."""
    published = PublishedMap.objects.filter(round=round).values_list("at", flat=True).first()
    return published is not None and (round.weighed is None or round.weighed < published)


def _weights(on_map: list[dict[str, Any]]) -> list[float]:
    """The priority of each statement on the map, from its rounded counts and axes (methods: `stoa.methods.routing`)."""
    counts = [_counts(one) for one in on_map]
    agrees, _, seen = zip(*counts, strict=True) if counts else ((), (), ())
    passes = [max(0, s - a - d) for a, d, s in counts]
    extremity = [
        sqrt(len(on_map)) * abs(1 - (a - d) / s) * hypot(*one["axes"]) if s else 0.0
        for one, (a, d, s) in zip(on_map, counts, strict=True)
    ]
    return [float(priority) for priority in priorities(agrees, passes, seen, extremity)]


def _counts(one: dict[str, Any]) -> tuple[int, int, int]:
    """How many agree, disagree and answered in the groups whose counts are public."""
    rows = [row for row in one["counts"] if row]
    return sum(row[0] for row in rows), sum(row[1] for row in rows), sum(row[2] for row in rows)

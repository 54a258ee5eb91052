"""After a restore: takes each call as far as the recovered entries tell, so that the clock takes no published step twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from stoa.members import events
from stoa.members.models import Call

PHASES = {
    events.CallAnnounced.type: Call.Phase.ANNOUNCED,
    events.CallOpened.type: Call.Phase.OPEN,
    events.CallClosed.type: Call.Phase.CLOSED,
}


def bring_back(leaves: Sequence[Mapping[str, Any]]) -> None:
    """Called inside the act that recovers the log's tail, with its entries.

    What was announced or changed after the backup has lost its texts: of a call that the tables don't know, the record alone
    tells. Applications submitted since are lost too; the outage that the restore ends moves the deadline they were for.
    """
    for leaf in leaves:
        call = Call.objects.filter(pk=leaf["subject"].removeprefix("call:")).first()
        if call is not None and leaf["type"].startswith("members.call."):
            _take(call, leaf)


def _take(call: Call, leaf: Mapping[str, Any]) -> None:
    for name in {"opens", "closes"} & leaf["facts"].keys():
        setattr(call, name, datetime.fromisoformat(leaf["facts"][name]))
    call.phase = PHASES.get(leaf["type"], call.phase)
    if call.phase != Call.Phase.DRAFT:
        call.announced = call.announced or datetime.fromisoformat(leaf["at"])
    call.save()

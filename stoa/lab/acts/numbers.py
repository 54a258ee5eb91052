"""Numbers of studies and of their plans: one more than any that was given, also to what a restore lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Max

from stoa.kit.act import Event
from stoa.lab import events
from stoa.lab.models import Study
from stoa.methods.canonical import parse_object
from stoa.record.models import Entry


def next_study() -> int:
    """The number of the study that is registered next. The record has those whose tables were lost."""
    last = Study.objects.select_for_update().exclude(number=None).order_by("-number").values_list("number", flat=True)
    return max(last.first() or 0, _told(events.PlanRegistered, "number")) + 1


def next_plan(study: Study) -> int:
    """The number of the plan that a study has next."""
    last = study.plans.aggregate(last=Max("number"))["last"] or 0
    return max(last, _told(events.PlanChanged, "version", study.reference)) + 1


def _told(kind: type[Event], fact: str, subject: str = "") -> int:
    """What the latest entry of this kind says; 0 where there is none."""
    rows = Entry.objects.filter(type=kind.type, **({"subject": subject} if subject else {})).order_by("-pk")
    body = rows.values_list("body", flat=True).first()
    leaf: Mapping[str, Any] = parse_object(bytes(body)) if body else {"facts": {fact: 0}}
    return int(leaf["facts"][fact])

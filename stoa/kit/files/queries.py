"""Reads of files, each by whose they are."""

from __future__ import annotations

from django.db.models import QuerySet

from stoa.kit.models import Upload


def own_files(person_id: str | None) -> QuerySet[Upload]:
    """What this person sent or is sending, the latest first; of a visitor nothing."""
    return Upload.objects.filter(owner_id=person_id or "").order_by("-begun", "pk")


def own_file(person_id: str | None, upload: str) -> Upload | None:
    """One of this person's files; nobody else's."""
    return own_files(person_id).filter(pk=upload).first() if "\0" not in upload else None

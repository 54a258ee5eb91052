"""What erasing a person does here: their drafts and registrations go; what they announced speaks for the community."""

from __future__ import annotations

from stoa.notices.acts.registering import leave_everything
from stoa.notices.models import Announcement


def erase(person_id: str) -> None:
    """Called inside the act that erases them."""
    Announcement.objects.filter(released=None, drafted_by=person_id).delete()
    leave_everything(person_id)

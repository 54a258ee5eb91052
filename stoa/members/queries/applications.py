"""Reads of applications: one's own, and those of a call for who keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from stoa.kit.act import Actor
from stoa.kit.models import Bounce
from stoa.members import rules
from stoa.members.models import AboutYou, Application, Call, Draft
from stoa.methods.names import sort_key


@dataclass(frozen=True)
class Mine:
    """One's own part in a call: what one writes, and what is submitted. Of what came from a file nothing was written here."""

    draft: Draft | None
    application: Application | None

    @property
    def begun(self) -> datetime:
        """Since when there is anything."""
        holder = self.draft or self.application
        assert holder is not None
        return holder.begun

    @property
    def is_changed(self) -> bool:
        """Whether what is written differs from what was submitted."""
        sent, draft = self.application, self.draft
        return sent is not None and draft is not None and (sent.edited or sent.submitted) < draft.saved


def own(call: Call, viewer: Actor) -> Mine | None:
    """The viewer's own part in a call, if they have begun one or one of theirs was taken in."""
    if viewer.person_id is None:
        return None
    draft = Draft.objects.select_related("call", "person").filter(call=call, person=viewer.person_id).first()
    sent = Application.objects.select_related("call").filter(call=call, person=viewer.person_id).first()
    return Mine(draft, sent) if draft or sent else None


def own_about(call: Call, viewer: Actor) -> dict[str, str]:
    """What the viewer said of themselves for a call. For nobody else's eyes: no other query reads that table."""
    return dict(AboutYou.objects.filter(call=call, person=viewer.person_id).values_list("key", "value"))


def applications(call: Call, viewer: Actor) -> QuerySet[Application]:
    """What was submitted to a call, for those who keep it; for others nothing."""
    rows = Application.objects.filter(call=call)
    return rows if rules.may_read(viewer, call) else rows.none()


def with_words(rows: QuerySet[Application], words: str, call: Call) -> QuerySet[Application]:
    """Of these applications to a call, those with these words in the name, accents or not, or in the organisation."""
    either = Q(words__contains=sort_key(words)) | Q(words__contains=words.lower())
    found = Application.objects.filter(either, call=call)  # read from the index alone
    return rows.filter(pk__in=found.values("pk"))


def unreachable(rows: QuerySet[Application]) -> QuerySet[Application]:
    """Of these applications, those from whose applicants mail comes back, so that they must be reached otherwise."""
    return rows.filter(person__email__in=Bounce.objects.values("address"))


def find_application(call: Call, pk: str, viewer: Actor) -> Application | None:
    """One of them."""
    return applications(call, viewer).select_related("call").filter(pk=pk).first()

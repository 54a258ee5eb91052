"""Mails of the lab: to whom the authors of a draft ask to be one of them."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from stoa.charter.queries import community
from stoa.kit import outbox, wording
from stoa.lab.models import Author
from stoa.people.models import Person

ASKED = "author-asked"


def tell_asked(author: Author, by: Person) -> None:
    """Mail somebody that they are asked to be an author; once a study, however often they are asked. Inside an act."""
    person, study = author.person, author.study
    if not person.email:
        return
    subject, body = wording.mail(
        ASKED,
        study=study.title,
        name=person.shown_name,
        who=by.shown_name,
        page=settings.STOA.address + reverse("lab:draft_authors", args=[study.pk]),
        community=community().name,
    )
    letter = outbox.Letter(to=person.email, person_id=person.pk, subject=subject, body=body)
    outbox.post_once(f"{ASKED}.{study.pk}", ASKED, [letter])

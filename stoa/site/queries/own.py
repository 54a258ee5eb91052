"""All that is kept about one person, for themselves alone: by table, as a signed file, and with who may see what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

from stoa.kit import clock
from stoa.kit.files import store
from stoa.kit.files.packing import zipped
from stoa.kit.models import Upload
from stoa.kit.secrecy import Secret, secret_fields
from stoa.people.models import ROLES, Person
from stoa.people.queries import looks_at
from stoa.record.keys import origin, signed

OWN: Mapping[str, str] = {
    "people.Person": "pk",
    "people.Role": "person",
    "people.Tie": "person",
    "people.Interest": "person",
    "people.Follow": "person",
    "people.Suspension": "person",
    "people.ApiToken": "person",
    "people.Digest": "person",
    "people.DataCopy": "person",
    "people.TieQuestion": "person",
    "account.EmailAddress": "user",
    "socialaccount.SocialAccount": "user",
    "kit.Upload": "owner_id",
    "ballots.Voter": "person",
    "ballots.Attestation": "scrutineer",
    "forum.Post": "author",
    "forum.Mention": "person",
    "forum.Draft": "person",
    "forum.ReadMark": "person",
    "forum.Report": "reporter",
    "forum.Hidden": "person",
    "forum.Mute": "person",
    "review.Seat": "person",
    "review.Remark": "author",
    "members.Call": "drafted_by",
    "members.Draft": "person",
    "members.Application": "person",
    "members.Decision": "application__person",
    "members.Appeal": "decision__application__person",
    "members.AboutYou": "person",
    "members.Bar": "person",
    "members.Part": "person",
    "members.Acceptance": "person",
    "members.Onboarding": "person",
    "members.Vouch": "person",
    "members.Enquiry": "author",
    "notices.Announcement": "drafted_by",
    "notices.Version": "by",
    "notices.Event": "announced_by",
    "notices.Registration": "person",
    "agenda.Question": "author",
    "agenda.Estimate": "person",
    "agenda.Offer": "person",
    "agenda.Announcement": "drafted_by",
    "agenda.Participant": "person",
    "agenda.Answer": "participant__person",
    "agenda.Statement": "author",
    "review.Review": "assignment__seat__person",
    "lab.Model": "added_by",
    "lab.ModelVersion": "added_by",
    "lab.Author": "person",
    "lab.PlanVersion": "by",
    "lab.RunKey": "person",
    "lab.Run": "member",
    "lab.ResultFile": "person",
    "lab.ImportedResult": "by",
}
"""Tables with rows of one's own, and how a row names whose it is."""

LEFT_OUT: Mapping[str, str] = {
    "people.Pair": "a suspicion about two accounts concerns another person too; a steward tells you of it",
    "people.SignInLink": "only a hash of a link that signs you in, for hours",
    "ballots.CastBallot": "your receipt shows it; a copy of how you voted is made nowhere",
    "kit.Mail": "what was mailed to you is in your mailbox, and may hold a code that signs you in",
    "kit.Once": "keys of requests, for a month",
    "forum.Case": "a case of moderation names others; what was decided about you stands on your page of moderation",
    "forum.Appeal": "your own appeals stand on your page of moderation",
    "forum.Writing": "how fast you write, for an hour",
    "members.Invitations": "names and addresses of others that you drafted, until the invitations are sent or dropped",
    "members.Release": "letters to everybody, which two people released",
    "notices.CalendarFeed": "only a hash of the address of your calendar",
    "mfa.Authenticator": "the secrets of your second factor",
}
"""Tables that name a person and are in no copy, and why."""

NEVER = frozenset({
    "password", "token_hash", "unsubscribe_token", "given_by", "decided_by", "drafted_by", "released_by", "digest",
    "salt", "priority", "person", "user", "owner_id", "extra_data", "headers", "casts", "sort_name",
})  # fmt: skip
"""Fields that say nothing of oneself, are secrets of the server, or name somebody else."""


TOLD: Mapping[str, frozenset[str]] = {
    "members.Decision": frozenset({"outcome", "reason", "decided", "moved"}),
    "members.Appeal": frozenset({"words", "made", "decided", "granted", "reply"}),
}
"""Of tables in which others write about oneself: the fields that one's own page of it shows, and no other."""

RELEASED: Mapping[str, Mapping[str, str]] = {
    "members.Decision": {"application__call__phase": "decided"},
    "members.Appeal": {"decision__application__call__phase": "decided"},
}
"""Of tables whose rows are kept from oneself until they are released: what tells those that are."""


@dataclass(frozen=True)
class SeenBy:
    """Something that is kept about people: who may see it beside themselves, and until when."""

    what: str
    who: str
    until: str


def who_sees() -> list[SeenBy]:
    """What is secret about people, from what tables declare of their fields; everything else is public."""
    found: dict[str, Secret] = {secret.name: secret for _, _, secret in secret_fields()}
    return [
        SeenBy(secret.name, _roles(secret), secret.until) for secret in sorted(found.values(), key=lambda s: s.name)
    ]


def _roles(secret: Secret) -> str:
    return ", ".join(sorted(ROLES[role] for role in secret.known_to)) or "nobody but those whose it is"


def own_rows(person: Person) -> dict[str, list[dict[str, Any]]]:
    """What is kept about a person, by table."""
    found = {label: [_plain(row) for row in _rows(label, path, person)] for label, path in OWN.items()}
    found["looks"] = [{"at": look.at, "by": look.by, "what": look.what} for look in looks_at(person.pk)]
    return {label: rows for label, rows in found.items() if rows}


def _rows(label: str, path: str, person: Person) -> QuerySet[Any]:
    model: type[Model] = apps.get_model(label)
    return model._default_manager.filter(**{path: person.pk}, **RELEASED.get(label, {})).order_by("pk")


def _plain(row: Model) -> dict[str, Any]:
    editable = TOLD.get(row._meta.label, {f.name for f in row._meta.concrete_fields} - NEVER)
    values = {f.name: f.value_from_object(row) for f in row._meta.concrete_fields if f.name in editable}
    return {name: value for name, value in values.items() if not isinstance(value, bytes | memoryview)}


def packed(person: Person) -> Iterator[bytes]:
    """A ZIP file, piece by piece: `data.json`, one's files, and a list of their SHA-256 that the record's key signed."""
    return zipped(_members(person))


def _members(person: Person) -> Iterator[tuple[str, Upload | bytes]]:
    body = (json.dumps(own_rows(person), default=str, ensure_ascii=False, indent=1) + "\n").encode()
    lines = {"data.json": hashlib.sha256(body).hexdigest()}
    yield "data.json", body
    for upload in _files(person):
        name = f"files/{upload.pk}/{upload.name}"
        lines[name] = upload.digest
        yield name, upload
    head = ["stoa-data/1", origin(), person.pk, clock.stamp(clock.now())]
    listed = [f"{digest}  {name}" for name, digest in sorted(lines.items())]
    yield "signed.txt", signed("\n".join([*head, *listed]) + "\n").encode()


def _files(person: Person) -> Iterator[Upload]:
    """Everything that somebody sent and that is whole; copies made before are left out."""
    made = set(person.data_copies.values_list("upload", flat=True))
    whole = Upload.objects.filter(owner_id=person.pk).exclude(finished=None).exclude(pk__in=made)
    return (upload for upload in whole.order_by("pk").iterator() if store.place(upload.digest).exists())

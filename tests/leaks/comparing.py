"""Tells a scene in two worlds and compares them: all answers to everybody else, mails, live messages, and what is public."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from stoa.agenda.views.maps import PICTURES
from stoa.agenda.views.result import FILES
from stoa.forum.models import Case
from stoa.kit.models import Mail, Upload
from stoa.kit.secrecy import secret_fields
from stoa.lab.models import ResultFile, Study
from stoa.members.models import Appeal, Application, Call, Enquiry
from stoa.notices.models import Announcement
from stoa.people.models import DataCopy, Pair, Suspension
from stoa.record.models import Blob, Placement
from stoa.review.models import Conflict, Panel
from tests.leaks.asking import Answer, Asked, Asking, Request, differences
from tests.leaks.opaque import Opaque
from tests.leaks.routes import Fillings
from tests.leaks.stories.people import ELSEWHERE
from tests.leaks.worlds import Built, World

TYPED: Mapping[str, Any] = {
    "login": ELSEWHERE,
    "email": ELSEWHERE,
    "name": "Newcomer",
    "title": "Who asks?",
    "subject": "Cabbages",
    "body": "Cabbages matter.",
    "text": "Cabbages matter.",
    "words": "Cabbages.",
    "reason": "spam",
    "reference": "statement:2",
    "about": "round:2",
    "on": "round:2",
}
"""What is typed into fields of these names, much of it what is secret in one of the worlds."""


IMPORTING = "/calls/<slug:slug>/applications/import/"


def typed(world: World) -> dict[str, Any]:
    """The same, with the link by which a member can vouch, where somebody gave one."""
    return {**TYPED, "token": world.tokens.get("/calls/vouch/", "x")}


Plan = Callable[[Sequence[str], Sequence[str], Fillings], list[Request]]


@dataclass
class Compared:
    """What two worlds of a scene showed: their differences, what was asked, and which secret fields differed."""

    found: list[str] = field(default_factory=list)
    asked: set[Asked] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    broken: list[Asked] = field(default_factory=list)
    differing: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True)
class Seen:
    """All that one world showed to one group of roles."""

    answers: dict[Asked, Answer]
    mails: list[tuple[str, ...]]
    live: list[str]
    secret: dict[tuple[str, str], Counter[str]]


def compare(built: Built, plan: Plan, *, follow: bool = False, warm: bool = False) -> Compared:
    """Tell both worlds to each group of roles from whom the same is kept."""
    compared = Compared()
    everybody = list(built.world.everybody_else())
    for stories, roles in built.scene.groups(everybody).items():
        requests: list[Request] = []
        seen = []
        for otherwise in (True, False):
            with built.world_of(stories, otherwise=otherwise) as world:
                # What can be asked is what there is in the richer world: whoever knows an address can try it in both.
                requests = requests or plan(roles, everybody, fillings(world))
                seen.append(_seen(world, roles, requests, follow=follow, warm=warm))
        _judge(compared, seen[0], seen[1])
        compared.patterns |= {request.pattern for request in requests}
    return compared


def _seen(world: World, roles: Sequence[str], requests: list[Request], *, follow: bool, warm: bool) -> Seen:
    secret = {(model._meta.label, name): _column(model, name) for model, name, _ in secret_fields()}
    people = {role: person for role, person in world.everybody_else().items() if role in roles}
    asking = Asking(world, people, typed(world), world.some[:1] if warm else [], follow=follow)
    return Seen(asking.all(requests), _mails(world, people), world.heard, secret)


def _mails(world: World, people: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """To whom of those who ask what was mailed."""
    addresses = [person.email for person in people.values() if person]
    return list(Mail.objects.filter(to__in=addresses).order_by("to", "pk").values_list("to", "kind", "subject", "body"))


def _column(model: Any, name: str) -> Counter[str]:
    column = model._meta.get_field(name).column
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}"::text FROM "{model._meta.db_table}"')
        return Counter(value for (value,) in cursor.fetchall())


def _judge(compared: Compared, one: Seen, other: Seen) -> None:
    compared.found += differences(one.answers, other.answers)
    if one.mails != other.mails:
        compared.found.append(f"mails differ: {set(one.mails) ^ set(other.mails)}")
    if one.live != other.live:
        compared.found.append(f"live messages differ: {one.live} and {other.live}")
    compared.asked |= one.answers.keys()
    compared.broken += [asked for asked, answer in one.answers.items() if answer.status >= 500]
    compared.differing |= {which for which in one.secret if one.secret[which] != other.secret[which]}


def fillings(world: World) -> Fillings:
    """What stands for each part of an address. A new part needs a line in `_parts`; `Fillings.of` fails without."""
    tokens = {begin: [{"token": token}] for begin, token in world.tokens.items()}
    sheets = Upload.objects.filter(owner_id=world.cast.steward.pk).order_by("pk").values_list("pk", flat=True)
    sent = {IMPORTING: [{"slug": world.round.slug, "upload": sheet} for sheet in sheets]}
    return Fillings(_parts(world), {**tokens, **sent, **_of_panels(), **_of_calls(world)})


def _of_calls(world: World) -> dict[str, list[dict[str, str]]]:
    """Each call with what belongs to it; and with what belongs to others the one that somebody organises, as they may try."""
    rows = [_of_call(call) for call in Call.objects.order_by("slug")]
    if world.organised:
        rows += [row | {"slug": world.organised} for row in rows if row.keys() & {"appeal", "upload"}]
    return {"/calls/": rows, "/api/v1/calls/": rows}


def _of_call(call: Call) -> dict[str, str]:
    applications = Application.objects.filter(call=call)
    first = {
        "application": applications.order_by("pk"),
        "appeal": Appeal.objects.filter(decision__application__call=call).order_by("pk"),
        "invitation": call.invitations.order_by("pk"),
        "pk": Enquiry.objects.filter(call=call).order_by("pk"),
    }
    found = {name: str(rows[0].pk) for name, rows in first.items() if rows}
    if enclosing := applications.exclude(files=[]).order_by("pk").first():
        found |= {"application": enclosing.pk, "upload": enclosing.files[0]}
    asked = {"number": found["pk"]} if "pk" in found else {"number": "1"}
    return {"slug": call.slug, "part": "fields", "key": "why", **asked, **found}


def _of_panels() -> dict[str, list[dict[str, str]]]:
    """Each panel with its first pieces, a seat, and a conflict where there is one."""
    pages, seats, conflicts, api = [], [], [], []
    for panel in Panel.objects.order_by("pk"):
        pk = str(panel.pk)
        seat = str(panel.seats.order_by("pk")[0].pk)
        seats.append({"pk": pk, "number": seat})
        known = Conflict.objects.filter(seat__panel=panel).order_by("pk").first()
        found = {"conflict": str(known.pk)} if known else {}
        conflicts += [{"pk": pk, "number": one} for one in found.values()]
        for piece in panel.pieces.order_by("number").values_list("number", flat=True)[:2]:
            pages.append({"pk": pk, "number": str(piece)})
            api.append({"number": pk, "piece": str(piece), "seat": seat, **found})
    return {
        "/reviews/<int:pk>/panel/seats/": seats,
        "/reviews/<int:pk>/panel/conflicts/": conflicts,
        "/reviews/": pages,
        "/api/v1/panels/": api,
        "/api/v1/reviews/": api,
    }


def _parts(world: World) -> dict[str, list[str]]:
    numbers = ["1", "2", "3"]
    references = ["statement:2", "post:1", world.round.reference]
    cases = list(Case.objects.order_by("pk").values_list("pk", flat=True)[:2]) or ["a" * 16]
    opaque = Opaque()
    blobs = [opaque.names.get(bytes.fromhex(name), name) for name in sorted(Blob.objects.values_list("pk", flat=True))]
    size = Placement.objects.count()
    full = f".p/{size % 256}" if size < 256 else ""
    return {
        "slug": [world.round.slug],
        "pk": [str(world.round.pk), *numbers],
        "number": numbers,
        "piece": numbers,
        "seat": numbers,
        "conflict": numbers,
        "position": [str(size - 1), "0", str(size // 2)],
        "person_id": [person.pk for person in (world.some[0], world.cast.member, world.cast.steward)],
        "reference": references,
        "place": references,
        "upload": list(Upload.objects.order_by("pk").values_list("pk", flat=True)) or ["x"],
        "case_id": cases,
        "case": cases,
        "token": ["x"],
        "tag": ["announcements"],
        "step": ["topics", "conduct", "question", "models", "suites", "plan"],
        "run": numbers,
        "suite": ["small-checks", "small_checks"],
        "role": ["associate", "member"],
        "kept": list(DataCopy.objects.values_list("pk", flat=True)[:1]) or ["a" * 16],
        "draft": [
            *Announcement.objects.filter(released=None).values_list("pk", flat=True)[:1],
            *Study.objects.filter(number=None).values_list("pk", flat=True)[:1],
            *ResultFile.objects.values_list("pk", flat=True)[:1],
            "a" * 16,
        ],
        "pair": list(Pair.objects.values_list("pk", flat=True)[:1]) or ["a" * 16],
        "suspension": list(Suspension.objects.values_list("pk", flat=True)[:1]) or ["a" * 16],
        "invitation": ["a" * 16],
        "key": ["x", "why"],
        "part": ["fields", "facts"],
        "appeal": ["a" * 16],
        "application": ["a" * 16],
        "uidb36": ["1"],
        "file": [*(f"{name}.csv" for name in PICTURES), *FILES],
        "version": ["1"],
        "kind": ["privacy", "conduct"],
        "path": [f"tile/0/000{full}", f"tile/entries/000{full}", "tile/1/000.p/1"],
        "sha256": blobs,
        "commitment": [name for name in opaque.values if name.startswith("~listed")][:3] or ["0" * 64],
    }

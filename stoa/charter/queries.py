"""Reads of the charter: the version in force, the community, its policies and declarations, and how powers were used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import Count, QuerySet

from stoa.charter.models import Charter, Community, Declaration, Policy
from stoa.charter.text import Terms, read
from stoa.kit import clock, locks
from stoa.kit.act import ACTS
from stoa.kit.looking import once_a_look
from stoa.kit.plans import planned_cursor
from stoa.kit.prepared import prepared
from stoa.kit.search import Kept
from stoa.record.events import TailRecovered
from stoa.record.models import Entry

_held: ContextVar[Charter | None] = ContextVar("charter held", default=None)


def in_force() -> Charter | None:
    """The latest version, or None before the first."""
    return _held.get() or standing().charter


@dataclass(frozen=True)
class Standing:
    """What nearly every page and every act asks of this server. `logo_bytes` is 0 where there is no logo.

    `restored` is when it was last restored from a backup, so far as the record tells.
    """

    charter: Charter | None
    community: Community | None
    logo_bytes: int
    restored: datetime | None


@once_a_look
def standing() -> Standing:
    """The charter in force, the community, and the last restore. One query, in plain SQL since every act asks it."""
    with planned_cursor() as cursor:
        cursor.execute(_STANDING, [TailRecovered.type])
        version, begins, provisional, digest, pk, *described, logo_bytes, restored = cursor.fetchone()
    about = Community(pk=pk, **dict(zip(DESCRIBED, described, strict=True))) if pk else None
    return Standing(_charter(version, begins, provisional, digest), about, logo_bytes or 0, restored)


DESCRIBED = ("name", "summary", "sponsor", "operator", "accent", "is_sample")
"""What the frame of a page says of the community."""
_STANDING = (
    "SELECT c.version, c.from_instant, c.provisional, sha256(convert_to(c.text, 'UTF8')), m.id, "  # noqa: S608 - of names
    + "".join(f"m.{name}, " for name in DESCRIBED)
    + "length(m.logo), (SELECT at FROM record_entry WHERE type = %s ORDER BY id DESC LIMIT 1)"
    " FROM (SELECT 1) this LEFT JOIN (SELECT * FROM charter_charter ORDER BY version DESC LIMIT 1) c ON true"
    " LEFT JOIN charter_community m ON m.id = 1"
)


def _charter(version: int | None, begins: datetime, provisional: bool, digest: bytes) -> Charter | None:
    if version is None:
        return None
    return Charter(version=version, text=_text(version, bytes(digest)), from_instant=begins, provisional=provisional)


@lru_cache(maxsize=16)
def _text(version: int, digest: bytes) -> str:
    """The text of this version that has this SHA-256; read once in a process."""
    del digest
    return Charter.objects.values_list("text", flat=True).get(version=version)


@contextmanager
def unchanged() -> Iterator[None]:
    """Read the charter once for many acts of one transaction: until it ends nobody else can change it, nor may these acts."""
    with locks.charter_kept():
        mark = _held.set(in_force())
        try:
            yield
        finally:
            _held.reset(mark)


def terms() -> Terms:
    """The terms in force; a server always has a charter once it was started."""
    charter = in_force()
    if charter is None:
        raise LookupError("No charter is in force: run `stoa init` first.")
    return read(charter.text)


def community() -> Community:
    """The community of this server; before setup, an unsaved one with the default name."""
    return Community.objects.defer("logo").filter(pk=1).first() or Community()


def policy(kind: str) -> Policy | None:
    """The latest published policy of a kind."""
    return Policy.objects.filter(kind=kind).first()


def declarations() -> dict[str, list[Declaration]]:
    """What was declared, by kind, newest first; a kind without any is an empty list: shown as none declared."""
    found: dict[str, list[Declaration]] = {kind: [] for kind in Declaration.Kind.values}
    for declaration in _declarations():
        found[declaration.kind].append(declaration)
    return found


@prepared
def _declarations() -> QuerySet[Declaration]:
    return Declaration.objects.all()


def charter_found(charter: Charter) -> Kept:
    """How the charter in force is found."""
    return Kept(
        f"charter:{charter.version}", f"version {charter.version} of the charter", charter.text, charter.from_instant
    )


def policy_found(policy: Policy) -> Kept:
    """How a policy is found: by its latest version."""
    return Kept(f"policy:{policy.kind}", str(Policy.Kind(policy.kind).label), policy.text, policy.published)


def declaration_found(declaration: Declaration) -> Kept:
    """How a declaration is found: by what is given and who gives it."""
    text = "none" if declaration.none else declaration.text
    label = f"declaration {declaration.pk}: {Declaration.Kind(declaration.kind).label}"
    return Kept(f"declaration:{declaration.pk}", label, f"{text} {declaration.giver}", declaration.declared)


def community_found(community: Community) -> Kept:
    """How the community itself is found."""
    text = f"{community.summary} {community.operator} {community.sponsor}"
    return Kept(f"community:{community.pk}", community.name, text, clock.now())


def charters_found() -> Iterator[Kept]:
    """The charter in force, for search."""
    charter = in_force()
    return map(charter_found, [charter] if charter else [])


def policies_found() -> Iterator[Kept]:
    """The policies that count, for search."""
    latest = (policy(kind) for kind in Policy.Kind.values)
    return (policy_found(found) for found in latest if found)


def declarations_found() -> Iterator[Kept]:
    """Every declaration, for search."""
    return map(declaration_found, Declaration.objects.iterator())


def communities_found() -> Iterator[Kept]:
    """The one community, for search."""
    return map(community_found, Community.objects.defer("logo"))


@dataclass(frozen=True)
class Power:
    """A line of the table of powers."""

    act: str
    summary: str
    kind: str
    roles: tuple[str, ...]
    uses: dict[str, int]

    @property
    def total(self) -> int:
        """How often it was used, by whatever role."""
        return sum(self.uses.values())


def powers(of: Terms | None = None) -> list[Power]:
    """Every act of the program with who holds it, by default under the charter in force, and how often each role used it.

    An act may leave several entries, all of one instant; it counts once. A withheld role counts as `withheld`.
    """
    granted = (of or terms()).powers
    uses: dict[str, dict[str, int]] = {}
    for row in Entry.objects.values("act", "role").annotate(n=Count("at", distinct=True)).order_by("act", "role"):
        uses.setdefault(row["act"], {})[row["role"] or "withheld"] = row["n"]
    return [
        Power(spec.name, spec.summary, spec.kind, granted.get(spec.name, ()), uses.get(spec.name, {}))
        for spec in sorted(ACTS.values(), key=lambda spec: spec.name)
    ]


def held_by_nobody() -> list[str]:
    """Acts of the program that the charter in force does not name: nobody may take them."""
    return sorted(set(ACTS) - set(terms().powers))


def left_while_suspended() -> list[str]:
    """What somebody who is suspended may still do, each in the words of its act."""
    return sorted(ACTS[name].summary for name in terms().suspended if name in ACTS)

"""What the governance pages read: who runs and pays, what was declared, who decided what, where members work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from stoa.agenda.models import Decision
from stoa.charter.models import Charter, Community, Declaration, Policy
from stoa.charter.queries import declarations, in_force
from stoa.kit import clock
from stoa.kit.looking import once_a_look
from stoa.kit.registry import Shown
from stoa.people import queries as people
from stoa.people.models import Organisation, Person, Role, Tie
from stoa.record.models import Entry


@dataclass(frozen=True)
class Given:
    """What is given of one kind: the declaration that counts, and those before it."""

    kind: str
    label: str
    latest: Declaration | None
    before: Sequence[Declaration]

    @property
    def words(self) -> str:
        """The latest declaration in words."""
        if self.latest is None:
            return "none declared"
        return "none, as declared" if self.latest.none else self.latest.text


def given() -> list[Given]:
    """What the sponsor or the operator gives, by kind, as declared."""
    found = declarations()
    return [
        Given(kind, str(Declaration.Kind(kind).label), *((rows[0], rows[1:]) if rows else (None, ())))
        for kind, rows in found.items()
    ]


def declarers(viewer_id: str | None) -> dict[str, tuple[str | None, str]]:
    """For each declaration (`declaration:5`), who made it and under which role."""
    del viewer_id
    rows = Entry.objects.filter(type="charter.sponsor.declared").values_list("subject", "actor", "role")
    return {subject: (actor, role or "") for subject, actor, role in rows}


@dataclass(frozen=True)
class Share:
    """How many members work at an organisation; the organisation is None for those who declared no employer."""

    organisation: Organisation | None
    members: int
    total: int

    @property
    def per_cent(self) -> float:
        """Their share of all members."""
        return round(100 * self.members / self.total, 1) if self.total else 0.0

    @property
    def tied_to_sponsor(self) -> bool:
        """Whether the organisation is the sponsor, or tied to it."""
        return self.organisation is not None and self.organisation.sponsor


def members_by_organisation() -> list[Share]:
    """Members by present employer, the largest first. Whoever has two employers counts at both."""
    members = _members()
    total = members["total"]
    counted = [(organisation, organisation.members) for organisation in people.members_by_organisation()]  # type: ignore[attr-defined]  # annotated there
    without = total - members["employed"]
    return [Share(place, count, total) for place, count in [*counted, (None, without)] if count]


def tied_to_sponsor() -> int:
    """How many members are tied today to the sponsor, in whatever way."""
    return _members()["tied"]


@once_a_look
def _members() -> dict[str, int]:
    """How many members there are in all, `employed` anywhere, and `tied` to the sponsor."""
    tied = _ties_today().filter(organisation__sponsor=True)
    return people.holders("member").aggregate(
        total=Count("pk"),
        employed=Count("pk", filter=Q(pk__in=_employed().values("person"))),
        tied=Count("pk", filter=Q(pk__in=tied.values("person"))),
    )


@dataclass(frozen=True)
class Office:
    """Everybody who holds one role now, with their terms."""

    label: str
    terms: Sequence[Role]


def offices() -> list[Office]:
    """Founders, stewards, facilitators and scrutineers of today."""
    held = people.in_force(Role.objects.filter(role__in=["founder", "steward", "facilitator", "scrutineer"], scope=""))
    terms = list(held.select_related("person").order_by("person__sort_name", "pk"))
    labels = {"founder": "Founders", "steward": "Stewards", "facilitator": "Facilitators", "scrutineer": "Scrutineers"}
    return [Office(label, [term for term in terms if term.role == role]) for role, label in labels.items()]


def founded_by() -> Sequence[Person]:
    """Everybody who ever was a founder."""
    return list(Person.objects.filter(roles__role="founder").distinct().order_by("sort_name", "pk"))


@dataclass(frozen=True)
class Provisional:
    """Why all that is decided now is provisional: the charter is not ratified, or founders still hold powers."""

    charter: bool
    founders_until: Role | None


def provisional() -> Provisional | None:
    """What makes the present provisional, or None."""
    charter = in_force()
    last = people.in_force(Role.objects.filter(role="founder")).order_by("-end").first()
    unratified = charter is None or charter.provisional
    return Provisional(unratified, last) if unratified or last else None


def decisions() -> list[Decision]:
    """What was decided by vote, with `picked`: how many questions were chosen; the latest first."""
    found = Decision.objects.select_related("round__ballot").annotate(picked=Count("chosen"))
    return list(found.order_by("-decided", "-pk"))


def charters() -> list[Charter]:
    """Every version of the charter, the latest first."""
    return list(Charter.objects.order_by("-version"))


def policy(kind: str) -> Policy | None:
    """The policy of this kind that counts."""
    return Policy.objects.filter(kind=kind).first()


def show_charters(ids: list[str], viewer_id: str | None) -> dict[str, Shown]:
    """Versions of the charter are public."""
    del viewer_id
    return {i: Shown(f"version {i} of the charter", f"/governance/charter?version={i}") for i in ids if i.isdecimal()}


def show_declarations(ids: list[str], viewer_id: str | None) -> dict[str, Shown]:
    """Declarations are public."""
    del viewer_id
    found = Declaration.objects.filter(pk__in=[i for i in ids if i.isdecimal()])
    return {str(d.pk): Shown(f"declaration {d.pk}", f"/governance/sponsor#declaration-{d.pk}") for d in found}


def show_policies(ids: list[str], viewer_id: str | None) -> dict[str, Shown]:
    """Policies are public."""
    del viewer_id
    return {i: Shown(str(Policy.Kind(i).label), f"/{i}") for i in ids if i in Policy.Kind.values}


def show_community(ids: list[str], viewer_id: str | None) -> dict[str, Shown]:
    """The one community."""
    del viewer_id
    name = Community.objects.filter(pk=1).values_list("name", flat=True).first()
    return dict.fromkeys(ids, Shown(name or "this community", "/governance"))


def _ties_today() -> QuerySet[Tie]:
    today = clock.now().date()
    return Tie.objects.filter(Q(end=None) | Q(end__gte=today), start__lte=today)


def _employed() -> QuerySet[Tie]:
    return _ties_today().filter(kind=Tie.Kind.EMPLOYMENT)

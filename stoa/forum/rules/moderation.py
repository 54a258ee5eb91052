"""Who handles which case: never those whom it concerns, and never stewards where it concerns one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stoa.charter.queries import terms
from stoa.forum.models import Case
from stoa.forum.rules.pace import DECIDES, REPORTS
from stoa.kit.act import Actor
from stoa.kit.faults import Refused
from stoa.kit.looking import once_a_look
from stoa.kit.powers import may
from stoa.people.models import Role
from stoa.people.queries import in_force

OVERSEES = "scrutineer"
NOT_HERE = frozenset({OVERSEES, "operator"})

People = frozenset[str]


@dataclass(frozen=True)
class Offices:
    """Who could handle cases today, as ids: stewards (and whom else the charter lets decide), founders, scrutineers."""

    stewards: People
    founders: People
    scrutineers: People

    @property
    def keepers(self) -> People:
        """Those who keep order from day to day."""
        return self.stewards | self.founders

    @property
    def all(self) -> People:
        """Everybody who may have a case to handle."""
        return self.keepers | self.scrutineers


@once_a_look
def offices() -> Offices:
    """The offices of today, as the charter in force gives the power."""
    granted = terms().powers.get(DECIDES, ())
    held = in_force(Role.objects.filter(role__in=granted, scope="", person__is_active=True))
    return offices_of(held.values_list("role", "person_id"))


def offices_of(held: Iterable[tuple[str, str]]) -> Offices:
    """The same, where the roles that give the power are read already: each with who holds it."""
    by_role: dict[str, set[str]] = {}
    for role, person_id in held:
        by_role.setdefault(role, set()).add(person_id)
    others = set().union(*(who for role, who in by_role.items() if role not in NOT_HERE | {"founder"}))
    return Offices(frozenset(others), frozenset(by_role.get("founder", set())), frozenset(by_role.get(OVERSEES, set())))


def concerned(case: Case) -> People:
    """Whom the case concerns: who wrote it or is complained about, and who reported it. They never decide it."""
    read: list[str] | None = getattr(case, "reporters", None)  # where a query of many cases has found them out
    reporters = {report.reporter_id for report in case.reports.all()} if read is None else {*read}
    return frozenset(reporters | ({case.concerns_id} if case.concerns_id else set()))


def is_apart(case: Case, offices: Offices) -> bool:
    """Whether stewards and founders are kept out, since the case concerns one of them, then or now."""
    return case.apart or case.concerns_id in offices.keepers


def handlers(case: Case, offices: Offices) -> People:
    """Who handles the case as it stands: the first group with somebody in it whom it does not concern.

    Day to day that is stewards and founders, then scrutineers. A case apart goes to scrutineers, then to founders who
    are no stewards. An appeal goes to none who took the decision. Where nobody is left, it is the operator's.
    """
    barred = concerned(case)
    if case.decided:
        barred |= {case.decided_by_id or ""}
    for group in _groups(case, offices):
        if left := group - barred:
            return left
    return frozenset()


def _groups(case: Case, offices: Offices) -> Iterator[People]:
    if is_apart(case, offices):
        yield offices.scrutineers - offices.keepers
        yield offices.founders - offices.stewards
    elif case.decided:
        yield offices.keepers | offices.scrutineers
    else:
        yield offices.keepers
        yield offices.scrutineers


def may_know(case: Case, person_id: str | None, offices: Offices) -> bool:
    """Whether this person may see the case: those who handle it, and who decided it."""
    if person_id is None or person_id in concerned(case):
        return False
    return person_id in handlers(case, offices) or (case.decided is not None and person_id == case.decided_by_id)


def demand_handler(actor: Actor, case: Case) -> None:
    """Raise `Refused` unless this actor handles the case as it stands. The operator does where nobody else is left."""
    able = handlers(case, offices())
    if actor.kind == "operator":
        if not able and not (case.decided and case.role == "operator"):
            return
        raise Refused("Others here can handle this case.", remedy="It waits for them.", code="not-yours")
    if actor.person_id not in able:
        raise _not_yours(actor, case)


def demand_undoer(actor: Actor, case: Case) -> None:
    """Raise `Refused` unless this actor handles the case or decided it: both may put back what was removed."""
    if actor.kind == "operator" and case.role == "operator":
        return
    if actor.kind != "person" or not may_know(case, actor.person_id, offices()):
        raise _not_yours(actor, case)


def may_report(actor: Actor) -> bool:
    """Whether the actor may ask moderators to look at something."""
    return may(actor, REPORTS)


def handles_cases(actor: Actor) -> bool:
    """Whether the actor may have cases to handle, and so is shown the way to them."""
    return actor.kind == "person" and may(actor, DECIDES)


def _not_yours(actor: Actor, case: Case) -> Refused:
    if case.decided and actor.person_id == case.decided_by_id:
        return Refused(
            "You took this decision.", remedy="Somebody who did not decides the appeal.", code="own-decision"
        )
    return Refused(
        "This case is not yours to handle.", remedy="Those whom it does not concern decide it.", code="not-yours"
    )

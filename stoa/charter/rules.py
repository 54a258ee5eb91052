"""Answers, at every act, whether the charter in force grants it to the actor."""

from __future__ import annotations

from dataclasses import dataclass

from stoa.charter import queries
from stoa.charter.text import Terms, read
from stoa.kit.act import PARTY, Actor, Grant, Subject
from stoa.kit.faults import NeedsSecondFactor, Refused
from stoa.kit.powers import may
from stoa.people.queries import SUSPENDED, roles_everywhere

__all__ = ["BEFORE_THE_FIRST_CHARTER", "Powers", "grant", "held", "may", "powers_of"]

BEFORE_THE_FIRST_CHARTER = frozenset({"record.log.start", "charter.text.put_in_force"})


WHILE_SUSPENDED = frozenset({"self", "applicant"})
"""What is left of somebody's roles and standings while they are suspended."""


def grant(actor: Actor, act: str, subject: Subject | None) -> Grant:
    """The role and charter under which the actor may act; raises `Refused`, or `NeedsSecondFactor`, with the remedy."""
    charter = queries.in_force()
    if charter is None:
        return _before_the_first(actor, act)
    terms = read(charter.text)
    standing = held(actor, subject)
    if SUSPENDED in standing:
        if act not in terms.suspended:
            raise Refused(
                "You are suspended, and the charter leaves you less to do meanwhile.",
                remedy="You can read everything as before. “Your membership” says what else you can do, and how to appeal.",
                code="suspended",
            )
        standing &= WHILE_SUSPENDED
    matching = [role for role in terms.powers.get(act, ()) if role in standing]
    if not matching:
        raise _refusal(terms, act, party=PARTY in standing)
    for role in matching:
        if actor.kind != "person" or actor.second_factor or role not in terms.second_factor:
            return Grant(role, charter.version)
    raise NeedsSecondFactor(
        f"This needs a second factor, since you would act as {matching[0]}.",
        remedy="Sign in with your passkey or authenticator code, or add one under “Your account”.",
        code="second-factor",
    )


def held(actor: Actor, subject: Subject | None) -> frozenset[str]:
    """All roles and standings that the actor has towards the subject; of whoever is party to it the standings alone."""
    if actor.kind != "person":
        return frozenset({actor.kind})
    assert actor.person_id is not None
    everywhere = roles_everywhere(actor.person_id)
    towards = subject.standing(actor.person_id) if subject else frozenset()
    return towards | (everywhere & {SUSPENDED} if PARTY in towards else everywhere)


@dataclass(frozen=True)
class Powers:
    """What somebody may do, whatever it is done to: read once, for pages that offer many acts."""

    roles: frozenset[str]
    terms: Terms

    def may(self, act: str) -> bool:
        """Whether the act would be granted; a missing second factor does not hide the offer."""
        if SUSPENDED in self.roles:
            return False
        return not self.roles.isdisjoint(self.terms.powers.get(act, ()))


def powers_of(actor: Actor) -> Powers:
    """What the charter in force lets the actor do. Two queries."""
    return Powers(held(actor, None), queries.terms())


def _before_the_first(actor: Actor, act: str) -> Grant:
    if actor.kind == "operator" and act in BEFORE_THE_FIRST_CHARTER:
        return Grant("operator", 0)
    raise Refused(
        "No charter is in force yet.", remedy="The operator starts the server with `stoa up`.", code="no-charter"
    )


def _refusal(terms: Terms, act: str, *, party: bool) -> Refused:
    if party:
        return Refused(
            "This is a matter of your own, in which your offices don’t count.",
            remedy="Somebody else who holds this power has to do it.",
            code="own-matter",
        )
    roles = terms.powers.get(act, ())
    who = ", ".join(roles) if roles else "nobody"
    return Refused(
        "The charter does not give you the power to do this.",
        remedy=f"It is held by: {who}.",
        code="not-granted",
    )

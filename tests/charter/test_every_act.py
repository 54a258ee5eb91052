"""Every act of the registry, called by every role to which the charter in force does not grant it: nothing is done."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from stoa.charter.acts import put_in_force
from stoa.charter.text import DEFAULT, read
from stoa.kit.act import ACTS, OPERATOR, Actor, ActSpec
from stoa.kit.faults import Refused
from stoa.record.models import Entry, Sealed
from tests.charter.test_grants import STANDINGS, TERMS, Thing, player
from tests.stage import begin

pytestmark = pytest.mark.django_db
ROLES = [*TERMS.roles, "nobody in particular"]


def call(spec: ActSpec, actor: Actor, role: str) -> None:
    """The act itself, on something towards which the actor has the standing that the role names."""
    thing = Thing(frozenset({role}) if role in STANDINGS else frozenset())
    needed = [p for p in inspect.signature(spec.function).parameters.values() if p.kind is p.KEYWORD_ONLY]
    arguments: dict[str, Any] = {p.name: thing for p in needed if p.default is p.empty or p.name == spec.on}
    spec.function(actor, **arguments)


@pytest.mark.slow
@pytest.mark.parametrize("takes", ["nothing from anybody", "every power that others share from members"])
def test_no_role_does_what_the_charter_in_force_does_not_grant_it(takes: str) -> None:
    begin()
    text = DEFAULT.read_text(encoding="utf-8")
    if takes != "nothing from anybody":
        text = text.replace('= ["member", ', "= [")
        put_in_force(OPERATOR, text=text)
        assert read(text).powers != TERMS.powers
    powers, tried = read(text).powers, 0
    for role in ROLES:
        actor = player(role)
        entries = Entry.objects.count(), Sealed.objects.count()
        for name, spec in ACTS.items():
            if role not in powers.get(name, ()):
                with transaction.atomic(), pytest.raises(Refused):
                    call(spec, actor, role)
                tried += 1
        assert (Entry.objects.count(), Sealed.objects.count()) == entries, role
    assert tried + sum(role in powers[name] for name in ACTS for role in ROLES) == len(ACTS) * len(ROLES)


def test_a_refused_act_writes_to_no_table() -> None:
    begin()
    actor = player("nobody in particular")
    with CaptureQueriesContext(connection) as asked:
        for spec in ACTS.values():
            with pytest.raises(Refused):
                call(spec, actor, "")
    assert [query["sql"] for query in asked if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []

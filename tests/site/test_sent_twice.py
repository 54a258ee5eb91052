"""Every form of the house, as pages show it, sent a second time before the first was answered: it acts once and never breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from stoa.kit import clock
from stoa.kit.models import Once
from stoa.people.models import Person
from stoa.review import acts as review
from stoa.review.acts.panels import Criterion, Example
from stoa.review.models import Panel
from tests import postgres
from tests.cast import browser
from tests.forms import Form, Forms
from tests.house import House
from tests.site.test_every_route import NOT_ASKED, addresses
from tests.stage import acting

pytestmark = pytest.mark.slow
SCHEDULE = (Path(__file__).parent.parent / "notices/schedules/frab.json").read_text()
TYPED = {
    "schedule": SCHEDULE,
    "people": "Name,E-mail\nDee,dee@example.org\n",
    "url": "https://example.org/",
    "link": "https://example.org/",
    "until": "2099-01-01",
    "slug": "cabbages",
    "version": "",
    "orcid": "",
    "ror": "",
}
"""What is typed into empty fields of these names."""
AT_LEAST = 45
"""Forms of each that are carried out as they stand: fewer would mean that the test no longer fills them in."""
COUNTING = {
    "steward": [
        ("/calls/members/applications/import/[^/]+", "take"),
        ("/calls/members/invite/[^/]+", "send"),
        ("/calls/read/decide/reviewers", ""),
        ("/events/import", "take"),
        ("/reviews/[0-9]+/panel/invite", ""),
    ],
    "one": [("/reviews/[0-9]+/of/[0-9]+/conflict", "")],
}
"""Forms whose answers say how many there were, or who: these have to be among them."""


class Fuller(House):
    """The house, and in it a panel of its own, which serves no call."""

    def happen(self, stack: ExitStack) -> None:
        super().happen(stack)
        steward = acting(self.cast.steward)
        fit = Criterion("fit", "Fit", "How well it fits.", [Example(2, "Hardly."), Example(5, "Wholly.")])
        review.set_up_panel(
            steward, title="Prize", criteria=[fit], deadline=clock.now() + timedelta(days=9), reviews_each=1
        )
        self.typed = TYPED | {"person": self.cast.member.pk}
        self.more = [f"/reviews/{one.pk}{path}" for one in Panel.objects.all() for path in ("", "/panel")]


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[Fuller]:
    with django_db_blocker.unblock(), postgres.clone(), ExitStack() as stack:
        house = Fuller()
        house.happen(stack)
        cache.clear()
        yield house


class Pressing:
    """Somebody who looks at pages and presses each button of each form twice; nothing of it lasts."""

    def __init__(self, person: Person, typed: Mapping[str, str]) -> None:
        self.person, self.typed = person, typed
        self.client: Client = browser(person)
        self.cookies = dict(self.client.cookies)
        self.pressed = set[tuple[str, str]]()
        self.carried_out = set[tuple[str, str]]()
        self.broken = list[tuple[str, str, str]]()

    def look(self, path: str) -> None:
        """Every button of the page at this address."""
        with self._undone():
            answer = self.client.get(path)
            answer.close()
        self._press_all(answer, path)

    def _press_all(self, answer: HttpResponse, path: str) -> None:
        if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
            return
        for form in Forms(answer.content.decode(), path, self.typed).forms:
            for action, name, value in form.buttons if form.fields.get("once") else []:
                where = action or form.action
                if (where, name) not in self.pressed:
                    self.pressed.add((where, name))
                    self._press(form, where, name, value)

    def _press(self, form: Form, path: str, name: str, value: str) -> None:
        """Once, and again; then once where its key is taken already.

        The last is what a request meets that read everything before the first was done and waited for its key. What comes
        of looking before one sends is another page, whose buttons are pressed too.
        """
        data: dict[str, Any] = {**form.fields, **({name: [value]} if name else {})}
        try:
            with self._undone():
                first = self.client.post(path, data)
                claimed = list(Once.objects.filter(person_id=self.person.pk, key=data["once"][0]))
                self.client.post(path, data)
            with self._undone():
                Once.objects.bulk_create(claimed)
                self.client.post(path, data)
        except Exception as fault:  # noqa: BLE001 - whatever broke is told with its form
            self.broken.append((path, name, repr(fault)))
            return
        if claimed:
            self.carried_out.add((path, name))
        elif first.status_code == 200:
            self._press_all(first, path)

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """What is done inside is taken back, signing out too."""
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        self.client.cookies.update(self.cookies)


@pytest.mark.parametrize("who", ["steward", "one"])
def test_no_form_breaks_when_it_is_sent_twice(house: Fuller, who: str) -> None:
    person: Person = house.one if who == "one" else house.cast.steward
    pressing = Pressing(person, house.typed)
    for path in [*addresses(house), *house.more]:
        if not path.startswith(("/api/", "/account/")) and not NOT_ASKED.match(path):
            pressing.look(path)
    assert pressing.broken == []
    assert len(pressing.carried_out) >= AT_LEAST
    done = [f"{path} {name}" for path, name in pressing.carried_out]
    missing = [one for one in COUNTING[who] if not any(re.fullmatch(" ".join(one), path) for path in done)]
    assert missing == [], sorted(pressing.pressed - pressing.carried_out)

"""Many acts of one transaction read the charter once; after it, the next read finds the new one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stoa.charter.acts import put_in_force
from stoa.charter.queries import in_force, unchanged
from stoa.charter.text import DEFAULT
from stoa.kit.act import OPERATOR
from stoa.people.acts import admit
from tests.stage import begin

pytestmark = pytest.mark.django_db


def test_acts_inside_read_the_charter_once_and_stand_under_its_version() -> None:
    begin()
    with CaptureQueriesContext(connection) as queries, unchanged():
        for number in range(3):
            admit(OPERATOR, name=f"member-{number}", email=None)
    read = [query["sql"] for query in queries if "FROM charter_charter ORDER BY" in query["sql"]]
    kept = [query["sql"] for query in queries if "pg_advisory_xact_lock_shared" in query["sql"]]
    assert (len(read), len(kept)) == (1, 1)


def test_after_it_a_new_charter_is_read() -> None:
    begin()
    with unchanged():
        before = in_force()
    put_in_force(OPERATOR, text=DEFAULT.read_text(encoding="utf-8"))
    after = in_force()
    assert before is not None
    assert after is not None
    assert (before.version, after.version) == (1, 2)

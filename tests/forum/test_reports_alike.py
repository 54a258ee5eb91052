"""A report tells who makes it nothing about those of others: neither that there are any, nor that moderators were told today."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stoa.forum import acts
from stoa.forum.models import Case
from stoa.kit.models import Mail
from tests.forum.moderating import Forum
from tests.stage import acting

pytestmark = pytest.mark.django_db
SAVEPOINT = re.compile(r"s\d+_x\d+")


def _asked(forum: Forum, reference: str) -> list[str]:
    """The statements that a report takes, without what they are about."""
    with CaptureQueriesContext(connection) as asked:
        acts.report(acting(forum.associate), reference=reference, reason="spam")
    return [SAVEPOINT.sub("", query["sql"].split("WHERE")[0][:60]) for query in asked]


def test_a_first_report_does_as_much_as_one_of_what_others_reported() -> None:
    forum = Forum()
    first, second, third = (forum.post(forum.author, f"Text {n}") for n in range(3))
    of_nothing_reported = _asked(forum, first.reference)
    acts.report(acting(forum.member), reference=second.reference, reason="spam")
    of_what_another_reported = _asked(forum, second.reference)
    on_a_day_on_which_moderators_were_told = _asked(forum, third.reference)
    assert of_nothing_reported == of_what_another_reported == on_a_day_on_which_moderators_were_told
    assert Case.objects.count() == 3
    assert Mail.objects.filter(kind="moderation-waiting").count() == 3

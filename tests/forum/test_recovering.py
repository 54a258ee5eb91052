"""After a restore with the published tail: what was taken back, removed or erased since the backup is not shown again."""

from __future__ import annotations

import pytest

from stoa.forum import acts
from stoa.forum.models import Case, Post
from stoa.kit.act import OPERATOR
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.people.queries import roles_everywhere
from tests.agenda.test_recovering import outage
from tests.cast import Cast, browser, settle
from tests.stage import acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(cast: Cast, about: str) -> Post:
    return acts.write_post(acting(cast.member), about=about, body="Zebras sleep standing.")


def thread_as(who: Person | None, post: Post) -> str:
    settle()
    answer = browser(who).get(f"/forum/thread/{post.thread_id}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_text_that_its_author_took_back_since_the_backup_stays_gone(cast: Cast, post: Post) -> None:
    with outage():
        acts.take_back_post(acting(cast.member), post=post)
    post.refresh_from_db()
    assert (post.body, post.rendered, post.taken_back is not None) == ("", "", True)
    assert "Zebras" not in thread_as(cast.member, post)


def test_what_moderators_removed_since_the_backup_stays_removed_and_can_be_appealed(cast: Cast, post: Post) -> None:
    acts.report(acting(cast.author), reference=post.reference, reason="off-topic")
    with outage():
        acts.remove(acting(cast.steward), reference=post.reference, reason="personal-attack", words="Mind the animals.")
    assert "Zebras" not in thread_as(None, post)
    case = Case.objects.get()
    assert (case.outcome, case.reason, case.decided_by, case.role) == (
        "removed",
        "personal-attack",
        cast.steward,
        "steward",
    )
    acts.appeal(acting(cast.member), case=case, words="They do.")
    acts.decide_appeal(acting(cast.founder), case=case, reverse=True)
    assert "Zebras" in thread_as(None, post)


def test_what_was_put_back_since_the_backup_stands(cast: Cast, post: Post) -> None:
    case = acts.remove(acting(cast.steward), reference=post.reference, reason="personal-attack")
    with outage():
        acts.restore(acting(cast.steward), case=case)
    assert "Zebras" in thread_as(None, post)


def test_removals_of_what_the_backup_lacks_are_passed_over(cast: Cast, about: str) -> None:
    with outage():
        lost = acts.write_post(acting(cast.member), about=about, body="Lost.")
        acts.remove(acting(cast.steward), reference=lost.reference, reason="personal-attack")
        acts.take_back_post(acting(cast.member), post=lost)
    assert not Case.objects.exists()


def test_who_was_erased_since_the_backup_is_erased_and_roles_that_ended_are_not_held(cast: Cast, post: Post) -> None:
    with outage():
        people.erase(acting(cast.member), person=cast.member)
        people.end_role(OPERATOR, person=cast.founder, role="founder")
    cast.member.refresh_from_db()
    post.refresh_from_db()
    assert (cast.member.name, cast.member.email, cast.member.is_active, post.body) == ("", None, False, "")
    assert roles_everywhere(cast.founder.pk) == {"member"}
    assert "Zebras" not in thread_as(None, post)

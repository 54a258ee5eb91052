"""The weekly digest goes out once a week, to whoever wants it, if there is something to tell, and tells no secret."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from stoa.agenda import acts as agenda
from stoa.agenda.models import Round
from stoa.agenda.tasks import advance
from stoa.charter.acts import put_in_force
from stoa.charter.text import DEFAULT
from stoa.kit.act import CLOCK, OPERATOR
from stoa.kit.faults import Refused
from stoa.kit.models import Mail
from stoa.people import acts as people
from stoa.people.models import Digest, Person
from stoa.record.models import Entry
from stoa.site import tasks
from stoa.site.queries.digest import begins, letter, week_of
from tests.cast import Cast, settle
from tests.stage import acting

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2027, 3, 3, 12, tzinfo=UTC)
MONDAY = datetime(2027, 3, 8, 6, 1, tzinfo=UTC)


@contextmanager
def then(instant: datetime) -> Iterator[None]:
    with time_machine.travel(instant, tick=False):
        settle()
        yield


@pytest.fixture
def cast() -> Iterator[Cast]:
    """A community of the Wednesday before, with a round that the member follows and a question that the author put."""
    with time_machine.travel(WEDNESDAY, tick=False):
        cast = Cast()
        round_ = cast.round(days=30)
        people.start_following(acting(cast.member), person=cast.member, reference=round_.reference)
        agenda.propose_question(acting(cast.author), round=round_, title="What leaks?", body="Secretly")
    return cast


def mails() -> dict[str, Mail]:
    return {mail.to: mail for mail in Mail.objects.filter(kind="digest")}


def test_a_digest_tells_what_is_new_and_what_waits(cast: Cast) -> None:
    with then(MONDAY):
        assert tasks.send_digests() > 0
    mail = mails()["member-2@example.org"]
    assert mail.subject == "New community: your week"
    waits, _, new = mail.body.partition("New in what you follow")
    assert (
        "Waits for you\n\n- Estimate the effort of 1 question (about 3 minutes, by 2 Apr 2027, 12:00 UTC; without"
        in waits
    )
    assert "What leaks?" in new
    assert "http://stoa.test/record/entry/" in new
    assert "Secretly" not in mail.body
    assert "In the community" not in mail.body


def test_who_follows_nothing_is_told_of_the_rounds(cast: Cast) -> None:
    with then(MONDAY):
        tasks.send_digests()
    body = mails()["associate@example.org"].body
    assert "In the community" in body
    assert "New in what you follow" not in body


def test_it_goes_out_once_a_week_whatever_happens(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with then(MONDAY):
        with monkeypatch.context() as patched:
            patched.setattr(people, "send_letter", killed)
            with pytest.raises(KeyboardInterrupt):
                tasks.send_digests()
        assert (Digest.objects.count(), mails()) == (0, {})
        everybody = tasks.send_digests()
        assert everybody == len(mails()) == Digest.objects.filter(sent=True).count()
        assert tasks.send_digests() == 0
        assert people.send_digest(CLOCK, person=cast.member, week=week_of(MONDAY), letter=("Again", "Again")) is False
    assert Mail.objects.filter(kind="digest").count() == everybody


def test_it_can_be_left_with_one_click_and_says_how(cast: Cast) -> None:
    with then(MONDAY):
        tasks.send_digests()
    mail, token = mails()["member-2@example.org"], cast.member.unsubscribe_token
    assert mail.headers == {
        "List-Unsubscribe": f"<http://stoa.test/mail/{token}/digest>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert f"No more digests: http://stoa.test/mail/{token}/digest" in mail.body


def test_who_wants_none_or_is_away_or_gone_gets_none(cast: Cast) -> None:
    unwilling, away, gone, *_ = cast.members[1:]
    with time_machine.travel(WEDNESDAY, tick=False):
        people.choose_mail(acting(unwilling), person=unwilling, digest=False)
        people.set_absence(acting(away), person=away, until=MONDAY.date())
        people.erase(acting(gone), person=gone)
    with then(MONDAY):
        tasks.send_digests()
        people.admit(OPERATOR, name="New", email="new@example.org")
        tasks.send_digests()
    assert not {unwilling.email, away.email, gone.email, "new@example.org"} & set(mails())


@pytest.mark.parametrize("later", [timedelta(hours=-2), timedelta(days=2, hours=1)])
def test_it_goes_out_on_mondays_or_soon_after(cast: Cast, later: timedelta) -> None:
    with then(MONDAY + later):
        assert tasks.send_digests() == 0
    assert mails() == {}


def test_a_week_that_brought_nothing_brings_no_mail(cast: Cast) -> None:
    with then(MONDAY + timedelta(days=14)):
        assert tasks.send_digests() == 0
    assert mails() == {}
    assert Digest.objects.filter(sent=False).count() == Person.objects.exclude(email=None).count()


def test_a_charter_that_knows_no_digest_sends_none(cast: Cast) -> None:
    older = DEFAULT.read_text(encoding="utf-8").replace('"people.digest.send" = ["clock"]\n', "")
    put_in_force(OPERATOR, text=older)
    with then(MONDAY):
        assert tasks.send_digests() == 0
    assert mails() == {}


def test_it_leaves_nothing_on_the_record_and_only_the_clock_sends_it(cast: Cast) -> None:
    before = Entry.objects.count()
    with then(MONDAY):
        tasks.send_digests()
    assert Entry.objects.count() == before
    for who in (OPERATOR, acting(cast.steward), acting(cast.member)):
        with pytest.raises(Refused):
            people.send_digest(who, person=cast.member, week="2027-W01", letter=None)


def test_it_is_the_same_whatever_its_reader_answered(cast: Cast) -> None:
    with time_machine.travel(WEDNESDAY, tick=False):
        round_ = cast.round("2028", days=30, discussed_after=1)
    with time_machine.travel(WEDNESDAY + timedelta(days=2), tick=False):
        advance()
        round_ = Round.objects.get(pk=round_.pk)
        said = agenda.propose_statement(acting(cast.author), round=round_, body="Most models leak some of their data.")
    with then(MONDAY):
        before = letter(cast.member, MONDAY)
        agenda.give_answer(acting(cast.member), statement=said, value=1)
        assert before is not None
        assert f"Answer a statement: {round_.title}" in before[1]
        assert letter(cast.member, MONDAY) == before


def test_weeks_are_those_of_iso() -> None:
    assert week_of(datetime(2027, 1, 1, tzinfo=UTC)) == "2026-W53"
    assert begins(datetime(2027, 1, 3, 23, tzinfo=UTC)) == datetime(2026, 12, 28, 6, tzinfo=UTC)

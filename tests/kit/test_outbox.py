"""Mails wait with the change that caused them, and go out once it is committed, whatever the mail server does."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from stoa.kit import clock, outbox
from stoa.kit.faults import Invalid
from stoa.kit.models import Mail
from tests.live import run_tasks

pytestmark = pytest.mark.slow

ONE_CLICK = {"List-Unsubscribe": "<http://stoa.test/mail/t>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


class Unreachable(EmailBackend):
    """A mail server that is down."""

    def open(self) -> bool:
        raise ConnectionRefusedError("no route")


class Refusing(EmailBackend):
    """A mail server that refuses one address for now."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        for message in messages:
            if "bad@example.org" in message.to:
                raise smtplib.SMTPRecipientsRefused({"bad@example.org": (451, b"4.3.0 try again later")})
        return int(super().send_messages(messages))


def post(to: str = "ada@example.org", **changes: Any) -> Mail:
    return outbox.post(**{"kind": "test", "to": to, "subject": "Hello", "body": "Text\n", **changes})


def use(settings: Any, backend: type[EmailBackend]) -> None:
    settings.EMAIL_BACKEND = f"{backend.__module__}.{backend.__name__}"


@pytest.fixture
def committed(cloned_db: str) -> None:
    mail.outbox = []


@pytest.mark.django_db
def test_a_mail_is_sent_with_its_own_id_and_the_ways_out_and_its_text_is_forgotten() -> None:
    waiting = post(headers=ONE_CLICK)
    assert (outbox.deliver_due(), outbox.deliver_due()) == (1, 0)
    sent = mail.outbox[0]
    assert (sent.to, sent.subject, sent.body, sent.from_email) == (
        ["ada@example.org"],
        "Hello",
        "Text\n",
        "stoa@stoa.test",
    )
    assert sent.extra_headers == {"Message-ID": waiting.message_id, "Auto-Submitted": "auto-generated", **ONE_CLICK}
    waiting.refresh_from_db()
    assert waiting.message_id.endswith(".test@stoa.test>")
    assert (waiting.body, waiting.attempts, waiting.error, waiting.sent is None) == ("", 1, "", False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "where", [{"subject": "a\nBcc: x@example.org"}, {"to": "a@example.org\r\nX: y"}, {"headers": {"X": "a\nb"}}]
)
def test_a_line_break_in_a_header_is_refused(where: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="line break"):
        post(**where)
    assert not Mail.objects.exists()


@pytest.mark.django_db
def test_one_refused_mail_is_tried_again_later_under_the_same_id_and_holds_up_no_other(settings: Any) -> None:
    use(settings, Refusing)
    bad, good = post("bad@example.org"), post("good@example.org")
    outbox.deliver_due()
    assert [m.to for m in mail.outbox] == [["good@example.org"]]
    bad.refresh_from_db()
    assert (bad.attempts, bad.error, bad.sent) == (1, "SMTPRecipientsRefused", None)
    assert outbox.deliver_due() == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with clock.travel(clock.now() + timedelta(minutes=3)):
        outbox.deliver_due()
    assert [m.extra_headers["Message-ID"] for m in mail.outbox] == [good.message_id, bad.message_id]


@pytest.mark.django_db
def test_attempts_end_after_more_than_four_days(settings: Any) -> None:
    use(settings, Refusing)
    start = clock.now()
    bad = post("bad@example.org")
    for _ in range(outbox.MOST_ATTEMPTS + 5):
        bad.refresh_from_db()
        with clock.travel(bad.due + timedelta(seconds=1)):
            outbox.deliver_due()
    bad.refresh_from_db()
    assert bad.attempts == outbox.MOST_ATTEMPTS
    assert bad.due - start > timedelta(days=4)


@pytest.mark.django_db
def test_while_the_mail_server_is_away_nothing_counts_as_an_attempt(settings: Any) -> None:
    use(settings, Unreachable)
    waiting = [post(), post()]
    assert outbox.deliver_due() == 0
    for each in waiting:
        each.refresh_from_db()
        assert (each.attempts, each.error) == (0, "ConnectionRefusedError")
        assert each.due > clock.now() + timedelta(seconds=30)


def test_a_mail_of_a_change_that_was_undone_never_goes_out(committed: None) -> None:
    with transaction.atomic():
        post()
        transaction.set_rollback(True)
    assert outbox.deliver_due() == 0
    assert not ProcrastinateJob.objects.exists()


def test_mails_of_a_commit_queue_one_task_and_it_sends_them(committed: None) -> None:
    with transaction.atomic():
        for number in range(3):
            post(f"p{number}@example.org")
        assert not ProcrastinateJob.objects.exists()
    post("later@example.org")
    assert ProcrastinateJob.objects.count() == 1
    run_tasks()
    assert len(mail.outbox) == 4

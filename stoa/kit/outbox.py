"""The mail outbox: a mail is a row, written with the change that causes it and sent afterwards by the worker."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from email.errors import MessageError
from smtplib import SMTPRecipientsRefused
from typing import NotRequired, TypedDict
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import QuerySet
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from stoa.kit import bounces, chance, clock
from stoa.kit.faults import Invalid
from stoa.kit.models import Mail

MOST_ATTEMPTS = 20
LONGEST_PAUSE = timedelta(hours=8)
"""Pauses double from two minutes up to this, so that the attempts reach over four days."""

REFUSED = "refused"
"""What is noted of a mail that found out that mail to its address comes back."""

TASK, LOCK = "kit.mail.deliver", "mail"
log = logging.getLogger(__name__)


class Letter(TypedDict):
    """What a mail says, and to whom; `person_id` is empty where it goes to an address that is nobody's."""

    to: str
    subject: str
    body: str
    person_id: str
    headers: NotRequired[Mapping[str, str]]


def post(
    *, kind: str, to: str, subject: str, body: str, person_id: str = "", headers: Mapping[str, str] | None = None
) -> Mail:
    """Put a mail in the outbox. A line break in subject, address or header is refused, since it would add headers."""
    letter = Letter(to=to, subject=subject, body=body, person_id=person_id)
    mail = _row(kind, letter, headers or {})
    mail.save(force_insert=True)
    transaction.on_commit(hasten, robust=True)
    return mail


def post_all(kind: str, letters: Iterable[Letter]) -> None:
    """Put many mails of one kind in the outbox."""
    rows = [_row(kind, letter, letter.get("headers", {})) for letter in letters]
    Mail.objects.bulk_create(rows, batch_size=1000)
    transaction.on_commit(hasten, robust=True)


def post_once(name: str, kind: str, letters: Iterable[Letter]) -> None:
    """Put mails in the outbox of which each person gets one of this name, however often they are posted.

    As much is done where everybody has theirs as where nobody has.
    """
    rows = [
        _row(kind, letter, letter.get("headers", {}), name=f"{name}.{letter['person_id']}.{kind}") for letter in letters
    ]
    Mail.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    transaction.on_commit(hasten, robust=True)


def _row(kind: str, letter: Letter, headers: Mapping[str, str], *, name: str = "") -> Mail:
    for text in (letter["to"], letter["subject"], *headers.values()):
        if "\n" in text or "\r" in text:
            raise Invalid("A mail header holds a line break.", remedy="Put the text on one line.")
    host = urlsplit(settings.STOA.address).hostname
    return Mail(
        message_id=f"<{chance.opaque_id()}.{kind}@{host}>",
        name=name,
        kind=kind,
        to=letter["to"],
        person_id=letter["person_id"],
        subject=letter["subject"][:200],
        body=letter["body"],
        headers=dict(headers),
    )


def hasten() -> None:
    """Queue one task for the mails just committed, unless one waits already.

    Called after the commit, not within it: the lock of a task queued inside would be held until its act ends, make all
    acts that mail wait for each other, and form circles with their row locks. The mail itself is part of the act, and
    the ticker sends what no task sent.
    """
    if ProcrastinateJob.objects.filter(queueing_lock=LOCK, status="todo").exists():
        return
    try:
        with transaction.atomic():
            app.configure_task(TASK, queue="mail", queueing_lock=LOCK).defer()
    except AlreadyEnqueued:
        return


def deliver_due(limit: int = 50) -> int:
    """Send what is due, each in a transaction of its own so that a crash resends one at most; returns how many.

    While the mail server can't be reached, nothing counts as an attempt and everything rests for a minute.
    """
    if not _due().exists():
        return 0
    server = get_connection()
    try:
        server.open()
    except OSError as error:
        log.warning("the mail server can't be reached: %s", error)
        _due().update(due=clock.now() + timedelta(minutes=1), error=type(error).__name__)
        return 0
    sent = 0
    try:
        while sent < limit and _deliver_next(server):
            sent += 1
    finally:
        server.close()
    return sent


def _due() -> QuerySet[Mail]:
    return Mail.objects.filter(sent=None, due__lte=clock.now(), attempts__lt=MOST_ATTEMPTS)


def _deliver_next(server: BaseEmailBackend) -> bool:
    with transaction.atomic():
        mail = _due().select_for_update(skip_locked=True).order_by("due", "pk").first()
        if mail is None:
            return False
        if bounces.is_withheld(mail):
            _give_up(mail, bounces.WITHHELD)
        else:
            _send(mail, server)
        mail.save(update_fields=["sent", "attempts", "due", "error", "body"])
        return True


def _send(mail: Mail, server: BaseEmailBackend) -> None:
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated", **mail.headers}
    message = EmailMessage(
        mail.subject, mail.body, settings.DEFAULT_FROM_EMAIL, [mail.to], connection=server, headers=headers
    )
    mail.attempts += 1
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        status = bounces.refused(*error.recipients.get(mail.to, (0, b"")))
        if status:
            bounces.mark(mail.to, status)
            _give_up(mail, REFUSED)
        else:
            _try_later(mail, error)
    except (OSError, ValueError, MessageError) as error:
        server.close()  # the next mail begins a connection of its own
        _try_later(mail, error)
    else:
        mail.sent, mail.error = clock.now(), ""
        mail.body = ""  # it may hold a link or code that signs in


def _try_later(mail: Mail, error: Exception) -> None:
    mail.error = type(error).__name__
    mail.due = clock.now() + min(timedelta(minutes=2**mail.attempts), LONGEST_PAUSE)
    log.warning("mail %s was not sent: %s; next try %s", mail.message_id, mail.error, mail.due)


def _give_up(mail: Mail, why: str) -> None:
    mail.attempts = MOST_ATTEMPTS
    if mail.kind in bounces.LASTS and mail.person_id:
        mail.error = bounces.HELD
    else:
        mail.error, mail.body = why, ""

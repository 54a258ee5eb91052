"""The mail outbox: a mail is a row, written with the change that causes it and sent afterwards by the worker."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from stoa.kit import chance, clock
from stoa.kit.faults import Invalid
from stoa.kit.models import Mail

GIVE_UP_AFTER = 8
log = logging.getLogger(__name__)


def post(
    *, kind: str, to: str, subject: str, body: str, person_id: str = "", headers: Mapping[str, str] | None = None
) -> Mail:
    """Put a mail in the outbox. A line break in subject, address or header is refused, since it would add headers."""
    for text in (to, subject, *(headers or {}).values()):
        if "\n" in text or "\r" in text:
            raise Invalid("A mail header holds a line break.", remedy="Put the text on one line.")
    host = settings.STOA.address.split("//")[-1].split("/")[0].split(":")[0]
    return Mail.objects.create(
        message_id=f"<{chance.opaque_id()}.{kind}@{host}>",
        kind=kind,
        to=to,
        person_id=person_id,
        subject=subject[:200],
        body=body,
        headers=dict(headers or {}),
    )


def deliver_due(limit: int = 50) -> int:
    """Send what is due, each in a transaction of its own so that a crash resends one at most; returns how many."""
    sent = 0
    while sent < limit and _deliver_next():
        sent += 1
    return sent


def _deliver_next() -> bool:
    with transaction.atomic():
        waiting = Mail.objects.select_for_update(skip_locked=True).filter(sent=None, due__lte=clock.now())
        mail = waiting.filter(attempts__lt=GIVE_UP_AFTER).order_by("due", "pk").first()
        if mail is None:
            return False
        _send(mail)
        mail.save(update_fields=["sent", "attempts", "due", "error"])
        return True


def _send(mail: Mail) -> None:
    message = EmailMessage(
        mail.subject, mail.body, settings.DEFAULT_FROM_EMAIL, [mail.to], headers={"Message-ID": mail.message_id, **mail.headers}
    )
    mail.attempts += 1
    try:
        message.send()
    except OSError as error:
        mail.error = type(error).__name__
        mail.due = clock.now() + timedelta(minutes=2**mail.attempts)
        log.warning("mail %s was not sent: %s; next try %s", mail.message_id, mail.error, mail.due)
    else:
        mail.sent, mail.error = clock.now(), ""

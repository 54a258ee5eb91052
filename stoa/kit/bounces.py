"""Mail that comes back: reads reports of mail servers, marks the address, and lets nothing but codes go there any more.

Reports are those of RFC 3464, with the status codes of RFC 3463. Anybody can send one, so that it counts only where it
names a mail that went out from here by its Message-ID, which nobody can guess, and the address that this mail went to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, message_from_string
from email.message import Message
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Lower

from stoa.kit import clock
from stoa.kit.act import OPERATOR, Actor, act
from stoa.kit.models import Bounce, Mail
from stoa.kit.powers import may
from stoa.kit.ticker import every

MOST_BYTES = 1024 * 1024
"""Of a report; what comes after is not read."""
MOST_AT_ONCE = 100
"""Reports that the worker reads in one turn, parts of a report that are looked at, and recipients in it."""
REACHES = frozenset({"sign-in-code", "confirm-address", "call-enter"})
"""Kinds of mails that somebody asks for to show that they can read them: these go out to a marked address too."""

LASTS = frozenset(
    {
        "account-changed", "appeal-reversed", "appeal-upheld", "application-received", "application-withdrawn",
        "ballot-cast", "call-decision", "complaint-upheld", "enquiry-answered", "moderation-released",
        "moderation-removed", "moderation-restored", "report-decided", "suspended", "suspension-ended",
        "suspension-judged", "voter-left-out",
    }
)  # fmt: skip
"""Kinds of mails that tell what was done or decided, which stays so. They are held while the address is marked, and sent once
it is good again. Reminders, news and whatever leads to something that passes are not: home shows what waits."""
WITHHELD, HELD = "withheld", "held"
"""What is noted of a mail that is given up since mail to its address comes back, and of one that is held."""
HELD_FOR = timedelta(days=30)

_LASTING = re.compile(r"5\.(?!7\.)\d{1,3}\.\d{1,3}")
"""Status codes of failures that will last, but for those about who sends (5.7.x), which tell nothing of the address."""
_ADDRESS = re.compile(r"[!-~]{1,250}@[!-~]{1,250}")
_MESSAGE_ID = re.compile(r"<[!-~]{1,118}>")


@dataclass(frozen=True)
class Report:
    """What a report says: the Message-ID of the mail that came back, and the lasting failure of each address."""

    message_id: str
    failed: Mapping[str, str]


def read(body: bytes) -> Report | None:
    """The report in a mail; None where it is none, or one that names no mail or no lasting failure."""
    mail = message_from_bytes(body[:MOST_BYTES])
    if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
        return None
    parts = list(_parts(mail))
    failed = {address: status for part in parts for address, status in _failed(part)}
    named = next(filter(None, map(_message_id, parts)), "")
    return Report(named, failed) if named and failed else None


def _parts(mail: Message) -> Iterator[Message]:
    """The parts of a mail that are mails or sets of headers themselves."""
    payload: Any = mail.get_payload()
    yield from (part for part in payload[:MOST_AT_ONCE] if isinstance(part, Message))


def _failed(part: Message) -> Iterator[tuple[str, str]]:
    if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
        return
    for block in _parts(part):
        action, status = _text(block, "Action").lower(), _text(block, "Status")
        lasting = _LASTING.match(status)
        if action != "failed" or lasting is None:
            continue
        for name in ("Original-Recipient", "Final-Recipient"):
            _, _, address = _text(block, name).rpartition(";")
            if found := _ADDRESS.fullmatch(address.strip().strip("<>").lower()):
                yield found.group(), lasting.group()


def _message_id(part: Message) -> str:
    """The Message-ID of the mail that came back, whole or by its headers."""
    kind, payload = part.get_content_type(), part.get_payload(decode=True)
    if kind == "message/rfc822" and part.is_multipart():
        back = next(_parts(part), None)
    elif kind == "text/rfc822-headers" and isinstance(payload, bytes):
        back = message_from_string(payload.decode("ascii", "replace"))
    else:
        return ""
    found = _MESSAGE_ID.fullmatch(_text(back, "Message-ID")) if back is not None else None
    return found.group() if found else ""


def _text(part: Message, name: str) -> str:
    return str(part.get(name, "")).strip()[:600]


@act("mail.bounce.note", kind="private")
def note_bounce(actor: Actor, *, body: bytes) -> list[str]:  # noqa: ARG001 - every act takes its actor
    """Note what a mail server reports of a mail that never arrived: nothing but codes to sign in is sent there any more.

    Returns the addresses that are marked.
    """
    report = read(body)
    if report is None:
        return []
    mail = Mail.objects.filter(message_id=report.message_id).exclude(sent=None).exclude(person_id="").first()
    status = report.failed.get(mail.to.lower()) if mail else None
    if mail is None or status is None:
        return []
    mark(mail.to, status)
    return [mail.to.lower()]


def mark(address: str, status: str) -> None:
    """Note that mail to this address comes back: it counts as not confirmed until it is confirmed anew."""
    Bounce.objects.get_or_create(address=address.lower(), defaults={"status": status, "since": clock.now()})
    EmailAddress.objects.filter(email=address.lower()).update(verified=False)


def clear(*addresses: str) -> None:
    """Forget that mail to these addresses came back: somebody showed that they read it, or is erased. What was held is sent."""
    lower = [address.lower() for address in addresses]
    Bounce.objects.filter(address__in=lower).delete()
    held(lower).update(**_due())


def send_elsewhere(person_id: str, address: str) -> None:
    """Send what was held for somebody to another address of theirs, which they confirmed, since mail goes there now."""
    _held().filter(person_id=person_id).update(to=address, **_due())


def _due() -> dict[str, Any]:
    """Sent within the minute, with no task of its own: nobody waits for it."""
    return {"attempts": 0, "due": clock.now(), "error": ""}


def _held() -> QuerySet[Mail]:
    return Mail.objects.filter(sent=None, error=HELD, created__gt=clock.now() - HELD_FOR)


def held(addresses: Sequence[str]) -> QuerySet[Mail]:
    """The mails to these addresses, in small letters, that are held until these are good again."""
    return _held().alias(address=Lower("to")).filter(address__in=addresses)


def forget_held() -> None:
    """Drop what mails say that were held for too long."""
    old = Mail.objects.filter(sent=None, error=HELD, created__lte=clock.now() - HELD_FOR)
    old.update(error=WITHHELD, body="")


def is_withheld(mail: Mail) -> bool:
    """Whether this mail stays here, since mail to its address comes back."""
    return mail.kind not in REACHES and Bounce.objects.filter(address=mail.to.lower()).exists()


def refused(code: int, said: bytes) -> str:
    """The status of a recipient whom the mail server refuses for good; empty where a later try may go better."""
    if not 500 <= code < 600:
        return ""
    extended = re.search(r"\b5\.\d{1,3}\.\d{1,3}\b", said.decode("ascii", "replace"))
    status = extended.group() if extended else "5.0.0"
    return status if _LASTING.match(status) else ""


@every(60, slow=True)
def read_folder() -> int:
    """Note the reports that arrived in the operator's Maildir, and file each mail as read; returns how many were there."""
    folder: Path | None = settings.STOA.bounces
    if folder is None or not may(OPERATOR, "mail.bounce.note"):
        return 0
    come = sorted(path for path in (folder / "new").iterdir() if path.is_file())[:MOST_AT_ONCE]
    (folder / "cur").mkdir(exist_ok=True)
    for path in come:
        with path.open("rb") as file:
            note_bounce(OPERATOR, body=file.read(MOST_BYTES))
        path.rename(folder / "cur" / f"{path.name}:2,S")
    return len(come)

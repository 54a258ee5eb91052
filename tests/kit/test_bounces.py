"""Mail that comes back is noted by itself, only where a report names a mail of ours and the address it went to."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as configured
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from hypothesis import given
from hypothesis import strategies as st

from stoa.cli.checks.duties import outbox as no_mail_is_stuck
from stoa.kit import bounces, outbox
from stoa.kit.act import OPERATOR, VISITOR
from stoa.kit.bounces import note_bounce, read, read_folder, refused
from stoa.kit.faults import Refused
from stoa.kit.models import Bounce, Mail
from stoa.people import acts as people
from stoa.people.models import Person
from tests.kit.reports import report
from tests.stage import begin

ADA = "ada@example.org"


@pytest.fixture
def ada(db: None) -> Person:
    begin()
    return people.admit(OPERATOR, name="Ada", email=ADA)


def sent_to(person: Person, *, kind: str = "test") -> Mail:
    one = outbox.post(kind=kind, to=person.email or "", person_id=person.pk, subject="Hello", body="Text")
    outbox.deliver_due()
    one.refresh_from_db()
    return one


def marked() -> list[tuple[str, str]]:
    return list(Bounce.objects.values_list("address", "status"))


def test_a_report_of_a_mail_of_ours_marks_the_address_it_went_to_once(ada: Person) -> None:
    EmailAddress.objects.create(user=ada, email=ADA, primary=True, verified=True)
    came = report(sent_to(ada).message_id, ADA)
    assert (note_bounce(OPERATOR, body=came), note_bounce(OPERATOR, body=came)) == ([ADA], [ADA])
    assert marked() == [(ADA, "5.1.1")]
    assert not EmailAddress.objects.get().verified


def test_whoever_forwards_it_on_the_way_the_address_we_wrote_to_counts(ada: Person) -> None:
    came = report(sent_to(ada).message_id, "someone@elsewhere.example", original="ADA@example.org")
    assert note_bounce(OPERATOR, body=came) == [ADA]


@pytest.mark.parametrize(
    "forged",
    [
        {"message_id": "<made-up.test@stoa.test>"},
        {"address": "bob@example.org"},
        {"action": "delayed"},
        {"status": "4.4.7"},
        {"status": "5.7.1"},
        {"kind": "mixed"},
    ],
)
def test_what_is_forged_or_does_not_last_marks_nothing(ada: Person, forged: dict[str, str]) -> None:
    people.admit(OPERATOR, name="Bob", email="bob@example.org")
    true = {"message_id": sent_to(ada).message_id, "address": ADA}
    assert note_bounce(OPERATOR, body=report(**true | forged)) == []
    assert marked() == []


def test_a_mail_that_did_not_go_out_yet_cannot_come_back(ada: Person) -> None:
    waiting = outbox.post(kind="test", to=ADA, person_id=ada.pk, subject="Hello", body="Text")
    assert note_bounce(OPERATOR, body=report(waiting.message_id, ADA)) == []


def test_of_somebody_who_has_no_account_nothing_is_kept(ada: Person) -> None:
    invited = outbox.post(kind="call-invited", to="new@example.org", subject="Hello", body="Text")
    outbox.deliver_due()
    assert note_bounce(OPERATOR, body=report(invited.message_id, "new@example.org")) == []
    assert marked() == []


def test_message_ids_cannot_be_guessed_from_who_gets_what(ada: Person) -> None:
    letter = outbox.Letter(to=ADA, subject="News", body="Text", person_id=ada.pk)
    for _ in range(2):
        outbox.post_once("announcement-1", "news", [letter])
    assert ada.pk not in Mail.objects.get().message_id


def test_to_a_marked_address_nothing_goes_but_codes_that_are_asked_for(ada: Person) -> None:
    bounces.mark(ADA, "5.1.1")
    held, code = sent_to(ada), sent_to(ada, kind="sign-in-code")
    assert [m.extra_headers["Message-ID"] for m in mail.outbox] == [code.message_id]
    assert (held.sent, held.error, held.body) == (None, "withheld", "")
    assert list(no_mail_is_stuck()) == []
    bounces.clear(ADA)
    assert outbox.deliver_due() == 0
    assert sent_to(ada).sent


class Refusing(EmailBackend):
    """A mail server that refuses recipients with the answer that a test sets."""

    answer = (550, b"5.1.1 no such user")

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: self.answer})


def test_a_recipient_refused_for_good_is_marked_at_once(ada: Person, settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    lost = sent_to(ada)
    assert (lost.error, lost.attempts, marked()) == ("refused", outbox.MOST_ATTEMPTS, [(ADA, "5.1.1")])
    assert list(no_mail_is_stuck()) == []


@pytest.mark.parametrize(
    ("code", "said", "status"),
    [
        (550, b"5.1.1 unknown", "5.1.1"),
        (550, b"unknown", "5.0.0"),
        (554, b"5.7.1 your network is blocked", ""),
        (451, b"4.3.0 later", ""),
        (250, b"", ""),
    ],
)
def test_only_what_lasts_and_is_about_the_address_counts_as_refused(code: int, said: bytes, status: str) -> None:
    assert refused(code, said) == status


def test_the_worker_reads_a_maildir_and_files_each_mail_as_read(ada: Person, tmp_path: Path, settings: Any) -> None:
    (tmp_path / "new").mkdir()
    assert read_folder() == 0
    settings.STOA = configured.STOA.__class__(**vars(configured.STOA) | {"bounces": tmp_path})
    (tmp_path / "new" / "1.host").write_bytes(report(sent_to(ada).message_id, ADA))
    (tmp_path / "new" / "2.host").write_bytes(b"Subject: Hello\n\nA letter to the operators.")
    assert (read_folder(), read_folder()) == (2, 0)
    assert sorted(path.name for path in (tmp_path / "cur").iterdir()) == ["1.host:2,S", "2.host:2,S"]
    assert marked() == [(ADA, "5.1.1")]


def test_only_the_operator_hands_reports_in(ada: Person) -> None:
    with pytest.raises(Refused):
        note_bounce(VISITOR, body=report(sent_to(ada).message_id, ADA))


def test_erasing_somebody_forgets_that_their_mail_came_back(ada: Person) -> None:
    bounces.mark(ADA, "5.1.1")
    people.erase(OPERATOR, person=ada)
    assert marked() == []


@given(st.binary(max_size=300), st.integers(0, 900))
def test_no_bytes_make_reading_a_report_fail(noise: bytes, at: int) -> None:
    whole = report("<a.test@stoa.test>", ADA)
    read(noise)
    read(whole[:at] + noise + whole[at:])

"""`stoa mail`: a mail server pipes reports of lost mails in, and the operator sees which addresses are lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from stoa.kit import outbox
from stoa.kit.act import OPERATOR
from stoa.people import acts as people
from tests.cli.command import stoa, succeed
from tests.kit.reports import report
from tests.stage import begin

pytestmark = pytest.mark.slow
ADA = "ada@example.org"


def test_a_report_is_noted_from_a_pipe_and_from_a_file(cloned_db: str, tmp_path: Path) -> None:
    begin()
    ada = people.admit(OPERATOR, name="Ada", email=ADA)
    sent = outbox.post(kind="test", to=ADA, person_id=ada.pk, subject="Hello", body="Text")
    outbox.deliver_due()
    assert "Nothing to note" in succeed("mail", "bounced", "-", stdin="Subject: Hello\n\nHello", here=True).out
    file = tmp_path / "report.eml"
    file.write_bytes(report(sent.message_id, ADA))
    assert succeed("mail", "bounced", str(file), "--json", here=True).json == {"marked": [ADA]}
    assert succeed("mail", "bounced", "-", stdin=file.read_text(), here=True).out.startswith(
        f"Mail to {ADA} comes back"
    )
    rows = succeed("mail", "returns", "--json", here=True).json
    assert [(row["address"], row["status"], row["name"]) for row in rows] == [(ADA, "5.1.1", "Ada")]
    assert "can't be read" in stoa("mail", "bounced", str(tmp_path / "none"), here=True).fault

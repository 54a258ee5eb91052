"""Reports of mail servers in the form of RFC 3464, as Postfix sends them."""

from __future__ import annotations


def report(
    message_id: str,
    address: str,
    *,
    original: str = "",
    action: str = "failed",
    status: str = "5.1.1",
    kind: str = "report",
) -> bytes:
    """A mail that reports what became of a mail of this Message-ID to this address."""
    first = f"Original-Recipient: rfc822;{original}\n" if original else ""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: stoa@stoa.test
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/{kind}; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Mon, 30 Nov 2026 09:00:00 +0000

Final-Recipient: rfc822; {address}
{first}Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{address}>: no

--b1
Content-Type: message/rfc822

From: stoa@stoa.test
To: {original or address}
Subject: Hello
Message-ID: {message_id}

Text
--b1--
""".encode()

"""Background work that every part shares: sending mails, forgetting what was counted long ago."""

from __future__ import annotations

from procrastinate.contrib.django import app

from stoa.kit import counts, outbox
from stoa.kit.ticker import every


@app.task(name=outbox.TASK, queue="mail")
def deliver() -> None:
    """Send the mails that are due, as soon as the change that caused them is committed."""
    while outbox.deliver_due():
        pass


@every(5, slow=True)
def deliver_what_waits() -> None:
    """Send what no task sent: mails to be tried again, and those of a process that was killed after its commit."""
    outbox.deliver_due()


@every(600)
def forget_counts() -> None:
    """Delete counts that expired."""
    counts.forget_expired()

"""What the clock does for accounts: forgets links, sessions, keys and mails that serve no more."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session

from stoa.kit import bounces, clock
from stoa.kit.models import Mail, Once
from stoa.kit.ticker import every
from stoa.people.models import SignInLink

KEEP = timedelta(days=30)


@every(3600)
def forget_what_expired() -> None:
    """Delete expired links and sessions at once; used form keys, sent mails and what held mails say a month later."""
    now = clock.now()
    SignInLink.objects.filter(expires__lt=now).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    Once.objects.filter(at__lt=now - KEEP).delete()
    Mail.objects.filter(sent__lt=now - KEEP).delete()
    bounces.forget_held()

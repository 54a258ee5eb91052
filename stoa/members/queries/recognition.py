"""What an e-mail address tells of where somebody works, by the lists that the operator loaded."""

from __future__ import annotations

from stoa.members.models import KnownDomain
from stoa.methods.recognition import Listed, Recognised, domains_of, recognise


def recognised(address: str) -> Recognised:
    """What this address tells."""
    columns = ("domain", "name", "country", "academic", "stopped", "abused")
    rows = KnownDomain.objects.filter(pk__in=domains_of(address)).values_list(*columns)
    return recognise(address, {domain: Listed(*said) for domain, *said in rows})

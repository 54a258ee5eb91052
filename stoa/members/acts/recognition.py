"""Loading the lists by which organisations are suggested from addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from stoa.kit.act import Actor, act
from stoa.members.models import KnownDomain
from stoa.methods.recognition import Listed

CHUNK = 2_000


@act("members.domains.load", kind="private")
def load_domains(actor: Actor, *, listed: Mapping[str, Listed]) -> int:
    """Put these domains of universities in the place of those that organisations were suggested by."""
    KnownDomain.objects.all().delete()
    rows = (KnownDomain(domain=domain, **asdict(said)) for domain, said in sorted(listed.items()))
    return len(KnownDomain.objects.bulk_create(rows, batch_size=CHUNK))

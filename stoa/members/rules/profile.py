"""What applicants say of who they are: organisation with its ROR id, ORCID iD, publications; and what each must be."""

from __future__ import annotations

import re
from collections.abc import Mapping

from stoa.methods.identifiers import orcid

PROFILE = ("organisation", "ror", "orcid", "publications")
MOST = {"organisation": 200, "ror": 40, "orcid": 60, "publications": 60_000}
ROR = re.compile(r"(?:https://ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}[0-9]{2})")


def profile_faults(given: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with these texts, by name; empty where they can be kept. An empty text is right."""
    faults = dict.fromkeys(given.keys() - set(PROFILE), "There is no such field.")
    for name in given.keys() & set(PROFILE):
        if len(given[name]) > MOST[name]:
            faults[name] = f"This has {len(given[name]):,} characters. Use {MOST[name]:,} at most."
    if given.get("orcid", "").strip() and orcid(given["orcid"]) is None:
        faults["orcid"] = (
            "This is no ORCID iD: its last character checks the others. It reads like 0000-0002-1825-0097."
        )
    if given.get("ror", "").strip() and not ROR.fullmatch(given["ror"].strip()):
        faults["ror"] = "This is no ROR id. It reads like https://ror.org/02mhbdp94."
    return faults

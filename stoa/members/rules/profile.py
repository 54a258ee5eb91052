"""What applicants say of who they are, from organisation to advisers; and what each must be."""

from __future__ import annotations

from collections.abc import Mapping

from stoa.members.rules.answers import is_link
from stoa.members.rules.earlier import fault_of_people, fault_of_places
from stoa.methods.identifiers import orcid, ror

PROFILE = ("organisation", "ror", "post", "page", "earlier", "advisers", "advisees", "orcid", "publications")
MOST = {
    "organisation": 200,
    "ror": 40,
    "post": 120,
    "page": 500,
    "earlier": 5_000,
    "advisers": 3_000,
    "advisees": 3_000,
    "orcid": 60,
    "publications": 60_000,
}


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
    if given.get("ror", "").strip() and ror(given["ror"]) is None:
        faults["ror"] = (
            "This is no ROR id: its last two digits check the others. It reads like https://ror.org/02mhbdp94."
        )
    if given.get("page", "").strip() and not is_link(given["page"].strip()):
        faults["page"] = "This is no address on the web. Write it with https:// at its beginning."
    for name, fault_in in (("earlier", fault_of_places), ("advisers", fault_of_people), ("advisees", fault_of_people)):
        if name not in faults and (fault := fault_in(given.get(name, ""))):
            faults[name] = fault
    return faults

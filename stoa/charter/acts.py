"""Acts on the charter, the community's presentation, its policies and the sponsor's declarations."""

from __future__ import annotations

from typing import Any

from stoa.charter.events import CharterInForce, CommunityDescribed, PolicyPublished, SponsorDeclared
from stoa.charter.models import Charter, Community, Declaration, Policy
from stoa.charter.queries import charter_found, community_found, declaration_found, policy_found
from stoa.charter.text import BadCharter, read
from stoa.kit import search
from stoa.kit.act import Actor, act, tell
from stoa.kit.colour import contrast_fault
from stoa.kit.faults import Invalid, Refused
from stoa.record.entries import keep_octets

TEXTS = frozenset({"name", "summary", "sponsor", "operator", "contact", "security_contact", "conduct_contact"})


@act("charter.text.put_in_force", changes_charter=True)
def put_in_force(actor: Actor, *, text: str, provisional: bool = True) -> Charter:
    """Put a version of the charter in force, in the place of a provisional one; the ratified one only a ballot changes."""
    try:
        read(text)
    except BadCharter as fault:
        raise Invalid(str(fault), remedy="Mend the text.", field="text") from fault
    latest = Charter.objects.order_by("-version").first()
    if latest and not latest.provisional:
        raise Refused("The members ratified the charter in force.", remedy="Let them vote on another.")
    charter = Charter.objects.create(version=latest.version + 1 if latest else 1, text=text, provisional=provisional)
    search.drop(f"charter:{charter.version - 1}")
    search.put_all([charter_found(charter)])
    tell(CharterInForce(charter.version, keep_octets(text.encode()), provisional))
    return charter


@act("charter.community.describe")
def describe_community(actor: Actor, /, **changes: Any) -> Community:
    """Set the community's name, summary, sponsor, contacts, logo or colour."""
    unknown = set(changes) - {f.name for f in Community._meta.fields} | set(changes) & {"id", "is_sample"}
    if unknown:
        raise Invalid(f"A community has no {', '.join(sorted(unknown))}.", remedy="Leave it out.")
    if fault := contrast_fault(changes.get("accent", "")):
        raise Invalid(fault, remedy="Choose a darker or more saturated colour.", field="accent")
    community, _ = Community.objects.select_for_update().get_or_create(pk=1)
    for name, value in changes.items():
        setattr(community, name, value)
    community.save()
    search.put_all([community_found(community)])
    texts = {name: str(value) for name, value in changes.items() if name in TEXTS}
    tell(CommunityDescribed("1", sorted(changes)), texts)
    return community


@act("charter.policy.publish")
def publish_policy(actor: Actor, *, kind: str, text: str) -> Policy:
    """Publish the privacy notice or the code of conduct."""
    if kind not in Policy.Kind.values:
        raise Invalid(
            "There is no such policy.", remedy="Choose the privacy notice or the code of conduct.", field="kind"
        )
    if not text.strip():
        raise Invalid("The text is empty.", remedy="Write it, or start from the template.", field="text")
    policy = Policy.objects.create(kind=kind, text=text)
    search.put_all([policy_found(policy)])
    tell(PolicyPublished(kind), {"text": text})
    return policy


@act("charter.sponsor.declare")
def declare(actor: Actor, *, kind: str, none: bool, text: str = "", giver: str = "") -> Declaration:
    """Declare what money, compute, staff or hosting is given, or that none is."""
    if kind not in Declaration.Kind.values:
        raise Invalid("There is no such kind.", remedy="Choose money, compute, staff or hosting.", field="kind")
    if not none and not text.strip():
        raise Invalid("It isn't said what is given.", remedy="Say what, or tick “none”.", field="text")
    declaration = Declaration.objects.create(
        kind=kind, none=none, text="" if none else text.strip(), giver=giver.strip()
    )
    search.put_all([declaration_found(declaration)])
    tell(
        SponsorDeclared(str(declaration.pk), kind, none),
        {} if none else {"text": declaration.text, "giver": declaration.giver},
    )
    return declaration

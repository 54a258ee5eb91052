"""How the record's entries about the charter, the community's presentation, policies and the sponsor read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stoa.charter import events
from stoa.charter.models import Declaration, Policy
from stoa.kit.words import Leaf, Text, Words, register_words

DESCRIBED: dict[str, Text] = {
    "name": _("name"),
    "summary": _("summary"),
    "sponsor": _("sponsor"),
    "operator": _("operator"),
    "contact": _("contact"),
    "security_contact": _("security contact"),
    "conduct_contact": _("conduct contact"),
    "accent": _("colour"),
    "logo": _("logo"),
    "logo_type": _("logo"),
    "address_checked": _("check of the address"),
    "mail_checked": _("check of the mail"),
}


def _in_force(leaf: Leaf) -> Text:
    if leaf["facts"]["provisional"]:
        return _("{actor} put version {version} of the charter in force, provisionally.")
    return _("{actor} put version {version} of the charter in force, as ratified.")


def _declared(leaf: Leaf) -> Text:
    return _("{actor} declared: no {kind}.") if leaf["facts"]["none"] else _("{actor} declared what {kind} is given.")


def _described(names: list[str]) -> str:
    return ", ".join(dict.fromkeys(str(DESCRIBED.get(name, name)) for name in names))


def _policy(kind: str) -> str:
    return str(Policy.Kind(kind).label) if kind in Policy.Kind.values else kind


def _giving(kind: str) -> str:
    return str(Declaration.Kind(kind).label) if kind in Declaration.Kind.values else kind


register_words(events.CharterInForce, Words(_("Charter in force"), _in_force))
register_words(
    events.CommunityDescribed,
    Words(_("Community described"), _("{actor} set the community’s {changed}."), shown={"changed": _described}),
)
register_words(
    events.PolicyPublished,
    Words(_("Policy published"), _("{actor} published the {policy}."), shown={"policy": _policy}),
)
register_words(
    events.SponsorDeclared, Words(_("Sponsor declared"), _declared, {"declaration": "declaration"}, {"kind": _giving})
)

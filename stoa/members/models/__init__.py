"""Tables of calls, of applications to them and what is decided, of what applicants say apart, and of how members settle in."""

from stoa.members.models.applications import AboutYou, Application, Draft
from stoa.members.models.asking import Enquiry
from stoa.members.models.calls import Call
from stoa.members.models.decisions import Appeal, Bar, Decision, Part, Release
from stoa.members.models.inviting import Invitations, Invited
from stoa.members.models.onboarding import Acceptance, Onboarding
from stoa.members.models.recognition import KnownDomain
from stoa.members.models.vouching import Vouch

__all__ = [
    "AboutYou",
    "Acceptance",
    "Appeal",
    "Application",
    "Bar",
    "Call",
    "Decision",
    "Draft",
    "Enquiry",
    "Invitations",
    "Invited",
    "KnownDomain",
    "Onboarding",
    "Part",
    "Release",
    "Vouch",
]

"""Tables of calls, of applications to them, and of what applicants say of themselves apart from these."""

from stoa.members.models.applications import AboutYou, Application, Draft
from stoa.members.models.calls import Call

__all__ = ["AboutYou", "Application", "Call", "Draft"]

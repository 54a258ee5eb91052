"""Tables of calls, of applications to them and what is decided, and of what applicants say of themselves apart."""

from stoa.members.models.applications import AboutYou, Application, Draft
from stoa.members.models.calls import Call
from stoa.members.models.decisions import Appeal, Bar, Decision, Release

__all__ = ["AboutYou", "Appeal", "Application", "Bar", "Call", "Decision", "Draft", "Release"]

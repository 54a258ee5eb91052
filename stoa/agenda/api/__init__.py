"""The agenda over HTTP: rounds with their questions and results, and their discussions."""

from ninja import Router

from stoa.agenda.api import discussion, rounds

router = Router(tags=["Agenda"])
router.add_router("", rounds.router)
router.add_router("", discussion.router)

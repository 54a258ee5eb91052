"""Calls and applications over HTTP."""

from ninja import Router

from stoa.members.api import (
    applications,
    asking,
    calls,
    deciding,
    deciding_panel,
    inviting,
    membership,
    onboarding,
    pairs,
)

router = Router()
router.add_router("", calls.router)
router.add_router("", applications.router)
router.add_router("", inviting.router)
router.add_router("", asking.router)
router.add_router("", deciding_panel.router)
router.add_router("", deciding.router)
router.add_router("", onboarding.router)
router.add_router("", membership.router)
router.add_router("", pairs.router)

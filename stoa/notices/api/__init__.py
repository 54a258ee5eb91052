"""Announcements and events over HTTP."""

from ninja import Router

from stoa.notices.api import announcements, events

router = Router(tags=["Announcements"])
router.add_router("", announcements.router)
router.add_router("", events.router)

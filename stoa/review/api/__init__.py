"""Review over HTTP: panels, seats, pieces, conflicts, assignments, reviews, remarks and sheets."""

from ninja import Router

from stoa.review.api import panels, reading, seats

router = Router(tags=["Reviews"])
router.add_router("", seats.router)
router.add_router("", panels.router)
router.add_router("", reading.router)

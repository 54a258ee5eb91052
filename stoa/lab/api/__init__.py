"""The lab over HTTP: models, suites, studies, runs, results."""

from ninja import Router

from stoa.lab.api import comparing, drafts, incoming, open_models, results, runs, studies

router = Router()
for part in (open_models, studies, drafts, runs, results, incoming, comparing):
    router.add_router("", part.router)

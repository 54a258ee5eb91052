"""The lab over HTTP: models, suites, studies, runs, results."""

from ninja import Router

from stoa.lab.api import drafts, open_models, results, runs, studies

router = Router()
for part in (open_models, studies, drafts, runs, results):
    router.add_router("", part.router)

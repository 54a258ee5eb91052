"""What is secret of the lab: a study whose plan is not registered, and what a reproduction is committed to."""

from __future__ import annotations

from stoa.lab.models import AN_UNREGISTERED_PLAN, ModelVersion, Run, StudyModel, StudySuite
from stoa.lab.models.runs import AN_UNREVEALED_REPRODUCTION
from tests.lab.studying import committed, drafted
from tests.leaks.worlds import World, about


@about(AN_UNREGISTERED_PLAN)
def whether_a_study_is_drafted(world: World) -> None:
    """Whether somebody drafts a study, and of what."""
    if world.otherwise:
        study = drafted(world.some[0], "Cabbages")
        StudyModel.objects.create(study=study, version=ModelVersion.objects.get())
        StudySuite.objects.create(study=study, suite="stoa/refusal", suite_version="1", samples=50)


@about(AN_UNREVEALED_REPRODUCTION)
def whether_a_reproduction_is_committed(world: World) -> None:
    """Whether somebody committed to what their reproduction gave."""
    if world.otherwise:
        committed(Run.objects.get(kind="reproduction"), "cabbages")

"""What is secret of the lab: a plan that is not registered, what a reproduction is committed to, files that are looked at."""

from __future__ import annotations

from stoa.lab import acts as lab
from stoa.lab.models import A_FILE_OF_RESULTS, AN_UNREGISTERED_PLAN, ModelVersion, Run
from stoa.lab.models.runs import AN_UNREVEALED_REPRODUCTION
from tests.lab.studying import committed, drafted, looked_at, sent
from tests.leaks.worlds import World, about
from tests.stage import acting


@about(AN_UNREGISTERED_PLAN)
def whether_a_study_is_drafted(world: World) -> None:
    """Whether somebody drafts a study, of what and with whom."""
    if world.otherwise:
        study = drafted(world.some[0], ModelVersion.objects.get(), title="Cabbages")
        lab.ask_author(acting(world.some[0]), study=study, person=world.some[1])


@about(AN_UNREVEALED_REPRODUCTION)
def whether_a_reproduction_is_committed(world: World) -> None:
    """Whether somebody committed to what their reproduction gave."""
    if world.otherwise:
        run = Run.objects.get(kind="reproduction")
        committed(run, run.member, sent(run.member, b'{"cabbages": 1}'))


@about(A_FILE_OF_RESULTS)
def whether_a_file_of_results_is_looked_at(world: World) -> None:
    """Whether somebody looks at a file of results, and what stands in it."""
    if world.otherwise:
        looked_at(world.some[0], "cabbages")

"""Tables of the lab: open models and their versions, studies and their plans, runs, results."""

from stoa.lab.models.incoming import A_FILE_OF_RESULTS, ResultFile
from stoa.lab.models.open_models import Lineage, Model, ModelVersion
from stoa.lab.models.results import ImportedResult, Result
from stoa.lab.models.runs import Commitment, Run, RunKey, RunMarks, RunMeasure, packed
from stoa.lab.models.studies import AN_UNREGISTERED_PLAN, Author, PlanVersion, Study, StudyModel, StudySuite

__all__ = [
    "AN_UNREGISTERED_PLAN",
    "A_FILE_OF_RESULTS",
    "Author",
    "Commitment",
    "ImportedResult",
    "Lineage",
    "Model",
    "ModelVersion",
    "PlanVersion",
    "Result",
    "ResultFile",
    "Run",
    "RunKey",
    "RunMarks",
    "RunMeasure",
    "Study",
    "StudyModel",
    "StudySuite",
    "packed",
]

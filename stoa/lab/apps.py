"""Registers the lab with Django and with the registry of kinds."""

from django.apps import AppConfig


class LabConfig(AppConfig):
    """Models, suites, studies, runs and results."""

    name = "stoa.lab"
    label = "lab"

    def ready(self) -> None:
        """Let other parts name models, studies and runs by reference; load the acts."""
        from stoa.kit.beside import Discussed, register_beside, register_discussed
        from stoa.kit.files.sorts import register_sort
        from stoa.kit.files.uses import register_use
        from stoa.kit.registry import Kind, Works, register, register_erasure, register_works
        from stoa.kit.search import register_documents
        from stoa.lab import acts, queries, tasks, words  # noqa: F401 - loading them registers them
        from stoa.lab.acts.erasing import erase
        from stoa.lab.acts.finding import models_found, studies_found
        from stoa.lab.acts.recovering import bring_back
        from stoa.lab.beside import studies_of_question
        from stoa.lab.log_files import LOG, RESULT_FILE
        from stoa.lab.queries.runs import files_in_use, logs_in_use, reproductions_by
        from stoa.record.recovery import register_recovery

        register(Kind("model", "model", queries.MODELS))
        register(Kind("modelversion", "model version", queries.VERSIONS))
        register(Kind("study", "study", queries.STUDIES))
        register(Kind("run", "run", queries.RUNS))
        register_discussed(Discussed("model"))
        register_discussed(Discussed("study"))
        register_beside(studies_of_question)
        register_documents("model", models_found)
        register_documents("study", studies_found)
        register_works(Works("Studies", queries.works_of))
        register_works(Works("Reproductions", reproductions_by))
        register_sort(LOG)
        register_sort(RESULT_FILE)
        register_use(logs_in_use, lasting=True)
        register_use(files_in_use)
        register_erasure(erase)
        register_recovery(bring_back)

"""Registers the agenda with Django and with the registry of kinds."""

from django.apps import AppConfig


class AgendaConfig(AppConfig):
    """Rounds and questions."""

    name = "stoa.agenda"
    label = "agenda"

    def ready(self) -> None:
        """Let other parts name rounds and questions by reference; load the acts."""
        from stoa.agenda import acts, queries, tasks, words  # noqa: F401 - loading them registers them
        from stoa.agenda.acts.erasing import erase_texts
        from stoa.agenda.acts.finding import questions_found, rounds_found, statements_found
        from stoa.agenda.acts.recovering import bring_back
        from stoa.agenda.acts.statements import set_state
        from stoa.agenda.queries.dates import dates_of_rounds
        from stoa.agenda.queries.statements import STATEMENTS, hidden_statements, pieces
        from stoa.agenda.queries.works import signed_questions
        from stoa.kit.beside import Discussed, register_discussed
        from stoa.kit.dates import register_dates
        from stoa.kit.moderated import Moderated, register_moderated
        from stoa.kit.registry import Kind, Works, register, register_erasure, register_works
        from stoa.kit.search import register_documents
        from stoa.record.recovery import register_recovery

        register(Kind("round", "round", queries.ROUNDS))
        register(Kind("question", "question", queries.QUESTIONS))
        register_discussed(Discussed("round"))
        register_discussed(Discussed("question"))
        register(Kind("statement", "statement", STATEMENTS))
        register_moderated(Moderated("statement", pieces, set_state, signed=False))
        register_discussed(Discussed("statement", hidden_statements))
        register_documents("round", rounds_found)
        register_documents("question", questions_found)
        register_documents("statement", statements_found)
        register_works(Works("Questions", signed_questions))
        register_dates(dates_of_rounds)
        register_erasure(erase_texts)
        register_recovery(bring_back)

"""Registers calls with Django and with the registry of kinds."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """Calls and applications."""

    name = "stoa.members"
    label = "members"

    def ready(self) -> None:
        """Let other parts name calls by reference; load the acts."""
        from stoa.kit.beside import Discussed, register_beside, register_discussed
        from stoa.kit.dates import register_dates
        from stoa.kit.files.uses import register_use
        from stoa.kit.moderated import Moderated, register_moderated
        from stoa.kit.registry import Kind, register, register_erasure
        from stoa.kit.search import register_documents
        from stoa.members import acts, queries, tasks, words  # noqa: F401 - loading them registers them
        from stoa.members.acts.afterwards import leave_place
        from stoa.members.acts.applications import erase_applications, files_in_use
        from stoa.members.acts.asking import erase_enquiries, set_state
        from stoa.members.acts.finding import calls_found, enquiries_found
        from stoa.members.acts.recovering import bring_back
        from stoa.members.queries.asking import ENQUIRIES, pieces
        from stoa.members.queries.dates import dates_of_calls
        from stoa.members.queries.pairs import orcids
        from stoa.members.queries.terms import bound
        from stoa.members.views.files import files_beside
        from stoa.people.joining import bind_terms, register_leaving
        from stoa.people.likeness import register_marks
        from stoa.record.recovery import register_recovery

        register(Kind("call", "call", queries.CALLS))
        register_discussed(Discussed("call"))
        register(Kind("enquiry", "question about a call", ENQUIRIES))
        register_moderated(Moderated("enquiry", pieces, set_state, signed=False))
        register_erasure(erase_enquiries)
        register_beside(files_beside)
        register_documents("call", calls_found)
        register_documents("enquiry", enquiries_found)
        register_dates(dates_of_calls)
        register_erasure(erase_applications)
        bind_terms(bound)
        register_leaving(leave_place)
        register_marks(orcids)
        register_recovery(bring_back)
        register_use(files_in_use)

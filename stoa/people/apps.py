"""Registers people with Django and with the registry of kinds."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Accounts, names, ties and roles."""

    name = "stoa.people"
    label = "people"

    def ready(self) -> None:
        """Let other parts name people and organisations by reference; load the acts."""
        from stoa.kit.registry import Kind, register
        from stoa.kit.search import register_documents
        from stoa.people import acts, queries, words  # noqa: F401 - loading them registers them
        from stoa.people.recovering import bring_back
        from stoa.record.recovery import register_recovery

        register(Kind("person", "person", queries.PEOPLE))
        register(Kind("organisation", "organisation", queries.ORGANISATIONS))
        register_documents("person", queries.people_found)
        register_documents("organisation", queries.organisations_found)
        register_recovery(bring_back)

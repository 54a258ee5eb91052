"""Registers the charter with Django and binds its authority to acts."""

from django.apps import AppConfig


class CharterConfig(AppConfig):
    """Powers and thresholds."""

    name = "stoa.charter"
    label = "charter"

    def ready(self) -> None:
        """Bind the authority that every act asks; load the acts."""
        from stoa.charter import acts, queries, words  # noqa: F401 - loading them registers them
        from stoa.charter.rules import grant
        from stoa.kit.act import bind_authority
        from stoa.kit.search import register_documents

        bind_authority(grant)
        register_documents("charter", queries.charters_found)
        register_documents("policy", queries.policies_found)
        register_documents("declaration", queries.declarations_found)
        register_documents("community", queries.communities_found)

"""Registers the ledger with Django and names what governance pages show."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Governance pages."""

    name = "stoa.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Let the record point at the charter, declarations, policies and the community."""
        from stoa.kit.registry import Kind, register
        from stoa.ledger import queries

        register(Kind("charter", "charter", queries.show_charters))
        register(Kind("declaration", "declaration", queries.show_declarations))
        register(Kind("policy", "policy", queries.show_policies))
        register(Kind("community", "community", queries.show_community))

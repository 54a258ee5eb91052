"""Registers the ledger with Django."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Governance pages."""

    name = "stoa.ledger"
    label = "ledger"

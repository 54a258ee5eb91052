"""Registers ballots with Django."""

from django.apps import AppConfig


class BallotsConfig(AppConfig):
    """Secret approval ballots."""

    name = "stoa.ballots"
    label = "ballots"

    def ready(self) -> None:
        """Load the acts."""
        from stoa.ballots import acts  # noqa: F401 - importing the acts puts them into the registry

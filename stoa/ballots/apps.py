"""Registers ballots with Django."""

from django.apps import AppConfig


class BallotsConfig(AppConfig):
    """Secret approval ballots."""

    name = "stoa.ballots"
    label = "ballots"

    def ready(self) -> None:
        """Let other parts name a vote by reference; load the acts and the sentences of the record."""
        from stoa.ballots import acts  # noqa: F401 - loading them registers them
        from stoa.ballots.words import NAMED
        from stoa.kit.registry import Kind, register

        register(Kind("ballot", "vote", NAMED))

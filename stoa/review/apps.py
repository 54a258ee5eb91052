"""Registers review with Django and with the registry of kinds."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Panels, their reviewers, and what these say of pieces."""

    name = "stoa.review"
    label = "review"

    def ready(self) -> None:
        """Let other parts name a panel by reference; load the acts and the sentences of the record."""
        from stoa.kit.registry import Kind, register, register_erasure
        from stoa.review import acts, tasks  # noqa: F401 - loading them registers them
        from stoa.review.acts.erasing import erase_texts
        from stoa.review.words import NAMED

        register(Kind("panel", "panel", NAMED))
        register_erasure(erase_texts)

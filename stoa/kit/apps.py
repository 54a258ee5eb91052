"""Registers the kit with Django."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    """The tables that every part shares, and the acts on files and on mail that comes back."""

    name = "stoa.kit"
    label = "kit"

    def ready(self) -> None:
        """Load the acts, and let them know when somebody is erased."""
        from stoa.kit import bounces, errands  # noqa: F401 - loading them registers acts and what the worker does
        from stoa.kit.files import acts, tasks  # noqa: F401 - likewise
        from stoa.kit.registry import register_erasure

        register_erasure(acts.erase_files_of)

"""Registers the kit with Django."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    """The tables that every part shares, and the acts on files."""

    name = "stoa.kit"
    label = "kit"

    def ready(self) -> None:
        """Load the acts, and let them know when somebody is erased."""
        from stoa.kit.files import acts, tasks  # noqa: F401 - loading them registers them
        from stoa.kit.registry import register_erasure

        register_erasure(acts.erase_files_of)

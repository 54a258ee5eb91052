"""Registers the forum with Django and with the registry of kinds."""

from django.apps import AppConfig


class ForumConfig(AppConfig):
    """Threads and their posts."""

    name = "stoa.forum"
    label = "forum"

    def ready(self) -> None:
        """Let other parts name posts by reference and show the thread of an object; load the acts."""
        from stoa.forum import acts, events, queries, words  # noqa: F401 - loading them registers them

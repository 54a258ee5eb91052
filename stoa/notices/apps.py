"""Registers announcements and events with Django and with the registry of kinds."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Announcements and events."""

    name = "stoa.notices"
    label = "notices"

    def ready(self) -> None:
        """Let other parts name announcements and events by reference; load the acts."""
        from stoa.kit.beside import Discussed, register_discussed
        from stoa.kit.registry import Kind, register, register_erasure
        from stoa.kit.search import register_documents
        from stoa.notices import acts, queries, tasks, words  # noqa: F401 - loading them registers them
        from stoa.notices.acts.erasing import erase
        from stoa.notices.acts.finding import announcements_found, events_found
        from stoa.notices.acts.recovering import bring_back
        from stoa.record.recovery import register_recovery

        register(Kind("announcement", "announcement", queries.ANNOUNCEMENTS))
        register(Kind("event", "event", queries.EVENTS))
        register_discussed(Discussed("announcement"))
        register_discussed(Discussed("event"))
        register_documents("announcement", announcements_found)
        register_documents("event", events_found)
        register_erasure(erase)
        register_recovery(bring_back)

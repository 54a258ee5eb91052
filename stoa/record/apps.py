"""Registers the record with Django and binds it to acts."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordConfig(AppConfig):
    """The public log."""

    name = "stoa.record"
    label = "record"

    def ready(self) -> None:
        """Bind the recorder, and let each migration end with the grants that keep the log append-only."""
        from stoa.kit.act import bind_recorder
        from stoa.kit.beside import Discussed, register_discussed
        from stoa.kit.registry import Kind, register
        from stoa.record import acts, queries, words  # noqa: F401 - loading them registers them
        from stoa.record.entries import put_down
        from stoa.record.grants import grant_to_web

        bind_recorder(put_down)
        register(Kind("entry", "entry", queries.show_entries))
        register_discussed(Discussed("entry"))
        post_migrate.connect(grant_to_web, sender=self)

"""Tells Django about the site."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SiteConfig(AppConfig):
    """The site. Its label carries an underscore because Django's own `sites` framework is near in name."""

    name = "stoa.site"
    label = "site_"
    verbose_name = "Site"

    def ready(self) -> None:
        """Let each migration end with a search that knows every kind of object; declare what libraries' tables hold."""
        from stoa.kit.search import rebuild_missing
        from stoa.site import libraries

        libraries.declare()
        post_migrate.connect(rebuild_missing, sender=self)

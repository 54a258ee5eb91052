"""Tells Django about the site."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The site. Its label carries an underscore because Django's own `sites` framework is near in name."""

    name = "stoa.site"
    label = "site_"
    verbose_name = "Site"

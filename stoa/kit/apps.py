"""Registers the kit with Django."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    """The tables that every part shares."""

    name = "stoa.kit"
    label = "kit"

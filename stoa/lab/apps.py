"""Registers the lab with Django and with the registry of kinds."""

from django.apps import AppConfig


class LabConfig(AppConfig):
    """Models, suites, studies, runs and results."""

    name = "stoa.lab"
    label = "lab"

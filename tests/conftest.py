"""Sets tests up: Django with its fixtures, but for tests of what must work without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.skipping import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

HERE = Path(__file__).parent
PURE = (HERE / "methods", HERE / "verify", HERE / "evaluation")
"""Tests of pure methods and of the checker: alone, they run without Django and the database, as their subjects do."""


def pytest_configure(config: pytest.Config) -> None:
    """Load Django and the fixtures that need it, unless only pure tests are asked for."""
    asked = [config.invocation_params.dir / arg.split("::")[0] for arg in config.args]
    if all(any(path.is_relative_to(pure) for pure in PURE) for path in asked):
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    for plugin in ("tests.fixtures", "tests.browser"):
        config.pluginmanager.import_plugin(plugin)

"""Sets tests up: Django with its fixtures, but for tests of what must work without it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI nothing is skipped: what could not be tested there has failed."""
    report: Any = yield
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which CI does not allow: {report.longrepr}"
    return report

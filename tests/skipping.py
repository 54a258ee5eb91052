"""In CI nothing is skipped: what could not be tested there has failed, also a file of tests that wants what is not installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A test that was skipped."""
    return _allowed(item.nodeid, (yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """A file whose tests were skipped together, as by `importorskip`."""
    return _allowed(collector.nodeid, (yield))


def _allowed(what: str, report: Any) -> Any:
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{what} was skipped, which CI does not allow: {report.longrepr}"
    return report

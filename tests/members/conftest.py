"""Calls as fixtures of the tests of members."""

from __future__ import annotations

import pytest

from tests.members.reading import Applied


@pytest.fixture
def applied() -> Applied:
    return Applied()

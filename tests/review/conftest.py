"""Panels as fixtures of the tests of reviewing."""

from __future__ import annotations

import pytest

from tests.review.panels import Inviting, Reading, Shared


@pytest.fixture
def reading() -> Reading:
    return Reading()


@pytest.fixture
def shared() -> Shared:
    return Shared()


@pytest.fixture
def inviting() -> Inviting:
    return Inviting()

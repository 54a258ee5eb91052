"""Panels as fixtures of the tests of reviewing. Tables can be imported only once Django is set up, which is after this file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.review.panels import Inviting, Reading, Shared


@pytest.fixture
def reading() -> Reading:
    from tests.review import panels

    return panels.Reading()


@pytest.fixture
def shared() -> Shared:
    from tests.review import panels

    return panels.Shared()


@pytest.fixture
def inviting() -> Inviting:
    from tests.review import panels

    return panels.Inviting()

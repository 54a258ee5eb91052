"""Calls as fixtures of the tests of members. Tables can be imported only once Django is set up, which is after this file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.members.reading import Applied


@pytest.fixture
def applied() -> Applied:
    from tests.members import reading

    return reading.Applied()

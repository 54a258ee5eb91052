"""The log keeps the name under which it began."""

import dataclasses

import pytest
from django.conf import settings
from django.test import override_settings

from stoa.record.keys import origin, vkey
from tests.stage import begin

pytestmark = pytest.mark.django_db


def test_a_server_that_moves_to_another_address_goes_on_signing_under_the_first() -> None:
    begin()
    before = vkey()
    moved = dataclasses.replace(settings.STOA, address="https://elsewhere.example:9000")
    with override_settings(STOA=moved):
        assert (origin(), vkey()) == ("stoa.test", before)


def test_before_the_log_begins_its_name_is_that_of_the_address() -> None:
    assert origin() == "stoa.test"

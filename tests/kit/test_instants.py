"""Instants are said in full, with their zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.utils import timezone as django_timezone
from django.utils.html import strip_tags

from stoa.kit import instants

CLOSES = datetime(2026, 11, 29, 11, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "form", "words"),
    [
        ("", "full", "29 November 2026, 11:59 UTC"),
        ("AoE", "full", "28 November 2026, 23:59 anywhere on Earth"),
        ("AoE", "short", "28 Nov 2026, 23:59 AoE"),
        ("Europe/Zurich", "full", "29 November 2026, 12:59 CET"),
        ("Asia/Kathmandu", "short", "29 Nov 2026, 17:44 UTC+05:45"),
        ("America/Sao_Paulo", "short", "29 Nov 2026, 08:59 UTC-03:00"),
        ("AoE", "date", "28 November 2026"),
    ],
)
def test_the_same_instant_in_words(zone: str, form: instants.Form, words: str) -> None:
    assert instants.say(CLOSES, zone, form) == words


def test_the_readers_own_zone_is_used_where_none_is_declared() -> None:
    with django_timezone.override("Asia/Tokyo"):
        assert instants.say(CLOSES) == "29 November 2026, 20:59 JST"


def test_machines_get_utc_and_the_offset_that_is_shown() -> None:
    here = CLOSES.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert instants.in_html(here, "AoE", "short") == (
        '<time datetime="2026-11-29T11:59:00Z" data-offset="-720" data-form="short">28 Nov 2026, 23:59 AoE</time>'
    )


def test_the_same_element_is_made_for_each_zone_anew() -> None:
    in_utc = instants.in_html(CLOSES, form="short")
    with django_timezone.override("Asia/Tokyo"):
        assert instants.in_html(CLOSES, form="short") != in_utc
    assert instants.in_html(CLOSES, form="short") == in_utc


@pytest.mark.parametrize(
    ("hours", "zone", "words"),
    [
        (3, "Europe/Zurich", "29 Nov 2026, 12:59–15:59 CET"),
        (12, "Europe/Zurich", "29 Nov 2026, 12:59 CET – 30 Nov 2026, 00:59 CET"),
        (12, "", "29 Nov 2026, 11:59–23:59 UTC"),
    ],
)
def test_a_span_says_day_and_zone_once_where_they_are_the_same(hours: int, zone: str, words: str) -> None:
    said = instants.span_in_html(CLOSES, CLOSES + timedelta(hours=hours), zone)
    assert strip_tags(said) == words
    assert said.count("<time datetime=") == 2

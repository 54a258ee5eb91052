"""What applicants are asked about themselves, apart from their application; the answers are fixed beforehand."""

from __future__ import annotations

from collections.abc import Mapping

from stoa.members.models import Call
from stoa.people.countries import names

UNSAID = "unsaid"
"""The answer “rather not say”, which every question takes."""

STAGES = {
    "student": "in training: a student or doctoral researcher",
    "early": "up to eight years since the doctorate",
    "middle": "more than eight years since the doctorate",
    "senior": "a chair or a group of one's own",
    "other": "another way into research",
}
GENDERS = {"woman": "a woman", "man": "a man", "nonbinary": "non-binary", "other": "in another way"}
LANGUAGES = {
    "ar": "Arabic", "bn": "Bengali", "zh": "Chinese", "en": "English", "fr": "French", "de": "German", "hi": "Hindi",
    "id": "Indonesian", "ja": "Japanese", "ko": "Korean", "pt": "Portuguese", "ru": "Russian", "es": "Spanish",
    "sw": "Swahili", "tr": "Turkish", "other": "another language",
}  # fmt: skip
USUAL = {
    "country": "Country in which you work",
    "stage": "Career stage",
    "gender": "Gender",
    "language": "First language",
}
"""What every call asks, by key."""


def labels_of(call: Call) -> dict[str, str]:
    """Each question by its key: the usual ones, and what the call adds."""
    return USUAL | {f"x_{one.key}": one.label for one in call.asks.about}


def choices_of(call: Call) -> dict[str, Mapping[str, str]]:
    """The answers to each question, by key, as they are kept and as they are shown; “rather not say” is left to the form."""
    usual: dict[str, Mapping[str, str]] = {
        "country": names(), "stage": STAGES, "gender": GENDERS, "language": LANGUAGES,
    }  # fmt: skip
    return usual | {f"x_{one.key}": {str(n): text for n, text in enumerate(one.options)} for one in call.asks.about}

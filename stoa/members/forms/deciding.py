"""Forms by which a call is decided, and those of an applicant afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from stoa.kit.edge import ActForm
from stoa.members.acts.afterwards import MOST_WORDS
from stoa.members.acts.deciding import LETTERS, MOST_BODY, MOST_REASON, MOST_SUBJECT
from stoa.members.forms.judging import either, words
from stoa.members.models import Decision
from stoa.review.acts.seats import MOST_LOAD


def _score(label: str, help_text: str = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal(1), max_value=Decimal(5), decimal_places=2, max_digits=3, help_text=help_text
    )


class BarForm(ActForm):
    """The score from which one would admit."""

    value = _score("From which score on would you admit?", "1 to 5, with two places at most, such as 3.25.")


class BeginForm(ActForm):
    """Until when reviews are due."""

    due = forms.DateTimeField(
        label="Reviews are due (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="Everyone can see it. It can be moved to a later instant.",
    )


class InviteForm(ActForm):
    """Whom to ask to read, and how much."""

    person = forms.MultipleChoiceField(
        label="Whom to ask", error_messages={"required": "Nobody is chosen. Tick those whom you want to ask."}
    )
    load = forms.IntegerField(label="How many each of them reads at most", min_value=1, max_value=MOST_LOAD)

    def __init__(self, *args: Any, asked: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [(one, one) for one in asked]  # type: ignore[attr-defined]


class ScoresForm(ActForm):
    """A score for each application, one a line."""

    scores = forms.CharField(
        label="Scores",
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="One application a line: its number, a comma, its score from 1 to 5. Each application once.",
    )

    def clean_scores(self) -> dict[str, int]:
        """By number, in hundredths."""
        found: dict[str, int] = {}
        for place, line in enumerate(self.cleaned_data["scores"].splitlines(), start=1):
            number, _, score = (part.strip() for part in line.partition(","))
            if not number:
                continue
            if number in found:
                raise forms.ValidationError(f"Line {place}: {number} stands twice.")
            try:
                found[number] = round(100 * float(score))
            except (ValueError, OverflowError):
                raise forms.ValidationError(f"Line {place}: “{score}” is no score.") from None
        return found


class ReasonForm(ActForm):
    """What an applicant reads with the outcome."""

    reason = forms.CharField(
        label="Reason",
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="By the criteria of the call. The applicant reads it, and nobody else but who keeps the call.",
    )


OFFERED = {
    Decision.Outcome.ADMITTED: (
        "You are admitted: [[call]]",
        "Hello [[name]],\n\nyou are admitted: from now on you are a [[role]].\n\n[[reason]]\n",
    ),
    Decision.Outcome.WAITING: (
        "You are on the waiting list: [[call]]",
        (
            "Hello [[name]],\n\nyou reached the bar, and there is no place for you yet: you are on the waiting list. If a place "
            "comes free and you are the first who waits, it is yours at once, and a mail tells you.\n\n[[reason]]\n"
        ),
    ),
    Decision.Outcome.DECLINED: (
        "You are not admitted: [[call]]",
        (
            "Hello [[name]],\n\nyou are not admitted this time.\n\n[[reason]]\n\nIf something was overlooked or misread, you can "
            "appeal; your own page says until when.\n"
        ),
    ),
}
"""Subject and text that are offered for each outcome. Each says it, also where it is sent as it stands."""


class LettersForm(ActForm):
    """Subject and text for each outcome. [[name]], [[call]], [[reason]], [[role]] and [[page]] are filled in."""

    def __init__(self, *args: Any, letters: dict[str, dict[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for outcome in LETTERS:
            label, kept = Decision.Outcome(outcome).label, letters.get(outcome, {})
            subject, body = OFFERED[outcome]
            self.fields[f"{outcome}_subject"] = forms.CharField(
                label=f"Subject: {label}",
                max_length=MOST_SUBJECT,
                initial=kept.get("subject", subject),
            )
            self.fields[f"{outcome}_body"] = forms.CharField(
                label=f"Text: {label}",
                max_length=MOST_BODY,
                widget=forms.Textarea(attrs={"rows": 8}),
                initial=kept.get("body", body),
                help_text="[[name]], [[call]], [[reason]] and [[role]] are filled in.",
            )

    def letters(self) -> dict[str, dict[str, str]]:
        """Subject and body by outcome."""
        parts = ("subject", "body")
        return {outcome: {part: self.cleaned_data[f"{outcome}_{part}"] for part in parts} for outcome in LETTERS}


class ReleaseForm(ActForm):
    """Confirms the letters that were read."""

    drafted = forms.CharField(widget=forms.HiddenInput, required=False)


class AppealForm(ActForm):
    """What an applicant holds against a decision."""

    words = forms.CharField(
        label="What should be looked at again, and why",
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="What was overlooked or misread, by the criteria of the call.",
    )


class ReplyForm(ActForm):
    """The answer to an appeal."""

    granted = either("The decision", "It stands", "It is changed: they are admitted")
    reply = words("Your answer", most=MOST_WORDS, help_text="The applicant gets it by mail.")

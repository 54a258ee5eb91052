"""Forms of membership: suspending, appealing, leaving. The acts check again."""

from __future__ import annotations

from django import forms

from stoa.kit.edge import ActForm
from stoa.people.models import Suspension

MOST_WORDS = 5_000


class SuspendForm(ActForm):
    """Why, and for how long."""

    code = forms.ChoiceField(label="Reason, for everyone", choices=Suspension.Code.choices)
    words = forms.CharField(
        label="Reasons, for them",
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="What happened, when, and against which rule.",
    )
    days = forms.IntegerField(label="Days", min_value=1, max_value=366, initial=14)


class WordsForm(ActForm):
    """What somebody holds against a suspension."""

    words = forms.CharField(
        label="What should be looked at again, and why", max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 6})
    )


class JudgeForm(ActForm):
    """The answer to an appeal."""

    granted = forms.TypedChoiceField(
        label="The decision",
        choices=[("no", "It stands"), ("yes", "It ends now")],
        widget=forms.RadioSelect,
        coerce=lambda word: word == "yes",
    )
    reply = forms.CharField(
        label="Your answer",
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="They read it on their own page.",
    )


class LeaveForm(ActForm):
    """Whether it is meant."""

    sure = forms.BooleanField(
        label="I have read this. End my roles.", error_messages={"required": "Tick this if you mean it."}
    )


class SettleForm(ActForm):
    """Whether two accounts are one person's, and why one thinks so."""

    same = forms.TypedChoiceField(
        label="They are",
        choices=[("no", "two people"), ("yes", "one person")],
        widget=forms.RadioSelect,
        coerce=lambda word: word == "yes",
    )
    reason = forms.CharField(
        label="How you know",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For those who keep the process.",
    )

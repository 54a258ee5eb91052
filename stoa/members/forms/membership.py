"""Forms of membership: suspending, appealing, leaving. The acts check again."""

from __future__ import annotations

from django import forms

from stoa.kit.edge import ActForm
from stoa.members.forms.judging import either, words
from stoa.people.models import Suspension

MOST_WORDS = 5_000


class SuspendForm(ActForm):
    """Why, and for how long."""

    code = forms.ChoiceField(label="Reason, for everyone", choices=Suspension.Code.choices)
    words = words("Reasons, for them", most=MOST_WORDS, help_text="What happened, when, and against which rule.")
    days = forms.IntegerField(label="Days", min_value=1, max_value=366, initial=14)


class WordsForm(ActForm):
    """What somebody holds against a suspension."""

    words = words("What should be looked at again, and why", most=MOST_WORDS)


class JudgeForm(ActForm):
    """The answer to an appeal."""

    granted = either("The decision", "It stands", "It ends now")
    reply = words("Your answer", most=MOST_WORDS, help_text="They read it on their own page.")


class LeaveForm(ActForm):
    """Whether it is meant."""

    sure = forms.BooleanField(
        label="I have read this. End my roles.", error_messages={"required": "Tick this if you mean it."}
    )


class SettleForm(ActForm):
    """Whether two accounts are one person's, and why one thinks so."""

    same = either("They are", "two people", "one person")
    reason = words("How you know", most=2_000, rows=4, help_text="For those who keep the process.")

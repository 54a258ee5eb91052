"""Forms of questions about a call and their answers."""

from __future__ import annotations

from django import forms

from stoa.kit.edge import ActForm
from stoa.members.acts.asking import MOST_ANSWER
from stoa.members.models.asking import MOST_ASKED


class AskForm(ActForm):
    """A question, and whether it is asked by name."""

    body = forms.CharField(
        label="Your question",
        max_length=MOST_ASKED,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Everybody reads it. Write nothing by which you can be known, unless you ask by name.",
    )
    named = forms.BooleanField(
        label="Show my name with it",
        required=False,
        help_text="Then everybody sees that you apply. Otherwise it says “an applicant”.",
    )


class AnswerForm(ActForm):
    """The answer to a question; `version` counts the answers that it goes on from."""

    answer = forms.CharField(
        label="Answer",
        max_length=MOST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="In Markdown. Everybody reads it with your name.",
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

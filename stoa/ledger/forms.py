"""The form by which somebody declares what is given."""

from __future__ import annotations

from django import forms

from stoa.charter.models import Declaration
from stoa.kit.edge import ActForm


class DeclareForm(ActForm):
    """What is given of one kind, or that nothing is."""

    kind = forms.ChoiceField(label="What", choices=Declaration.Kind.choices)
    none = forms.BooleanField(label="None is given", required=False)
    text = forms.CharField(
        label="How much, for what, on which terms",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="With unit and dates, such as “two engineers, half of their time, until 30 June 2027”.",
    )
    giver = forms.CharField(label="Who gives it", required=False, max_length=120)

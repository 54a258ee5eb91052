"""Forms of somebody who settles in. The acts check again."""

from __future__ import annotations

from django import forms

from stoa.kit.edge import ActForm
from stoa.kit.zones import ZoneField
from stoa.members.rules.onboarding import MOST_INTRODUCTION
from stoa.people.topics import MOST_TOPICS, TOPICS


class ConductForm(ActForm):
    """Accepts the version that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    accept = forms.BooleanField(
        label="I have read it and will keep to it",
        error_messages={"required": "Tick this if you accept it. Without it the way in stays open."},
    )


class SeenForm(ActForm):
    """How others see one, and in which zone times are told."""

    name = forms.CharField(
        label="Name", max_length=120, error_messages={"required": "Give the name that others will see."}
    )
    pronouns = forms.CharField(label="Pronouns", max_length=40, required=False)
    zone = ZoneField(required=False, help_text="Such as Europe/Zurich. Without one, times are told in UTC.")


class TopicsForm(ActForm):
    """Topics from the list, and others in one's own words."""

    listed = forms.MultipleChoiceField(
        label="Topics", required=False, choices=[(t, t) for t in TOPICS], widget=forms.CheckboxSelectMultiple
    )
    others = forms.CharField(
        label="Others",
        required=False,
        max_length=1_000,
        help_text=f"Parted by commas. {MOST_TOPICS} in all at most.",
    )

    def topics(self) -> list[str]:
        """All of them, those of the list first."""
        return [*self.cleaned_data["listed"], *self.cleaned_data["others"].split(",")]


class IntroductionForm(ActForm):
    """What somebody says of themselves for everybody."""

    text = forms.CharField(
        label="Your introduction",
        required=False,
        max_length=MOST_INTRODUCTION,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="What you work on, what you hope for here, what you can help with. Markdown and mathematics.",
    )

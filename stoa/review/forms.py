"""Forms of review."""

from __future__ import annotations

from typing import Any

from django import forms

from stoa.kit.edge import ActForm, DraftedForm
from stoa.review.acts.panels import Criterion, Example
from stoa.review.acts.reading import Said
from stoa.review.models import Panel


class ReviewForm(DraftedForm):
    """A score for each criterion of the panel, and two texts. What is missing is told when the review is given."""

    for_panel = forms.CharField(
        label="For the other reviewers", required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    for_author = forms.CharField(label="For the author", max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}))
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, panel: Panel, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.panel = panel
        scale = [(str(score), str(score)) for score in range(panel.least, panel.most + 1)]
        for criterion in panel.criteria:
            self.fields[f"score_{criterion['code']}"] = forms.TypedChoiceField(
                label=criterion["title"],
                choices=[("", "no score yet"), *scale],
                coerce=int,
                empty_value=None,
                help_text=criterion["rubric"],
            )

    @property
    def scored(self) -> list[tuple[Any, dict[str, Any]]]:
        """Each field of a score with its criterion."""
        return [(self[f"score_{criterion['code']}"], criterion) for criterion in self.panel.criteria]

    @property
    def version_before(self) -> int:
        """Of the draft or review that was written on; 0 where there was none."""
        return self.cleaned_data["version"] or 0

    def said(self) -> Said:
        """What the form says."""
        given = {one["code"]: self.cleaned_data[f"score_{one['code']}"] for one in self.panel.criteria}
        scores = {code: score for code, score in given.items() if score is not None}
        return Said(scores, self.cleaned_data["for_panel"], self.cleaned_data["for_author"])


class AbstainForm(ActForm):
    """Why nothing is said."""

    reason = forms.CharField(label="Why you abstain", max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}))


class RemarkForm(ActForm):
    """Something to the others who read it."""

    body = forms.CharField(
        label="To the others who read this", max_length=20_000, widget=forms.Textarea(attrs={"rows": 3})
    )


class AcceptForm(ActForm):
    """How much one reads, and what one works on."""

    load = forms.IntegerField(label="How many you read at most", min_value=1, max_value=500)
    work = forms.CharField(
        label="What you work on",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Titles or abstracts, an empty line between them. You get what is close to them.",
    )
    ties = forms.CharField(
        label="People to whom you are tied",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Family, friends, advisers, who pays you: one a line, by name or ORCID iD. You get nothing of theirs.",
    )

    def clean_ties(self) -> list[str]:
        """One a line."""
        return [line.strip() for line in self.cleaned_data["ties"].splitlines() if line.strip()]


class InviteForm(ActForm):
    """Whom to invite, and with how much to read."""

    person = forms.CharField(label="Whom", max_length=32, error_messages={"required": "Choose somebody of the list."})
    load = forms.IntegerField(label="How many they read at most", min_value=1, max_value=500, initial=10)


class LoadForm(ActForm):
    """How much somebody reads at most."""

    load = forms.IntegerField(label="Reads at most", min_value=1, max_value=500)


class ExtendForm(ActForm):
    """Until when reviews are due."""

    deadline = forms.DateTimeField(
        label="Reviews are due (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class PieceForm(ActForm):
    """A text to be read."""

    title = forms.CharField(label="Title", max_length=160)
    text = forms.CharField(label="Text", max_length=200_000, widget=forms.Textarea(attrs={"rows": 12}))
    author = forms.CharField(label="Id of its author, if they have an account here", required=False, max_length=32)


class SheetForm(ActForm):
    """A sheet that was filled in without a line."""

    sheet = forms.FileField(
        label="The sheet that you filled in", help_text="The file that the form saved, reviews-….json."
    )


class PanelForm(ActForm):
    """A panel of its own, with one criterion; more can be set over the API."""

    title = forms.CharField(label="What is reviewed", max_length=160)
    deadline = forms.DateTimeField(
        label="Reviews are due (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reviews_each = forms.IntegerField(label="Reviews of each", min_value=1, max_value=9, initial=3)
    minutes_each = forms.IntegerField(label="Minutes that one takes", min_value=1, max_value=600, initial=30)
    criterion = forms.CharField(label="Criterion", max_length=80)
    rubric = forms.CharField(label="What its scores mean", max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))
    low = forms.CharField(label="What gets a 2", max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}))
    high = forms.CharField(label="What gets a 5", max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}))

    def criteria(self) -> list[Criterion]:
        """The criterion, with its two examples."""
        given = self.cleaned_data
        examples = [Example(2, given["low"]), Example(5, given["high"])]
        return [Criterion("overall", given["criterion"], given["rubric"], examples)]


class ConfirmForm(ActForm):
    """Only asks to confirm."""


class ReasonForm(ActForm):
    """Why a conflict is none."""

    reason = forms.CharField(label="Why it is none", max_length=500)

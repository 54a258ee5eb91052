"""Forms of moderation: reporting, deciding, removing, appealing. What they accept is checked again by the acts."""

from __future__ import annotations

from django import forms

from stoa.forum.acts.reports import MOST_WORDS
from stoa.forum.models import Case
from stoa.forum.queries.moderation import appeal_waits
from stoa.forum.words.reasons import choices
from stoa.kit import moderated
from stoa.kit.edge import ActForm


def _words(label: str, hint: str = "", *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=MOST_WORDS,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say why, for those who look again."},
    )


class ReportForm(ActForm):
    """Why moderators should look."""

    reason = forms.ChoiceField(
        label="What is wrong with it",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what fits best."},
    )
    words = _words("What those who look should know")

    def use(self, *, of_conduct: bool) -> None:
        """Offer the reasons that fit: a piece of writing, or somebody's conduct."""
        self.fields["reason"].choices = choices(of_conduct=of_conduct)  # type: ignore[attr-defined]  # a ChoiceField


class RemoveForm(ActForm):
    """Why a piece is removed."""

    reason = forms.ChoiceField(
        label="Reason",
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the reason; it stands on the record."},
    )
    words = _words(
        "To its author", "What exactly, and what would have been right. Only they and those who moderate read it."
    )


class DecisionForm(ActForm):
    """What becomes of a case: which choices there are depends on the case."""

    decision = forms.ChoiceField(
        label="What do you decide?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )
    reason = forms.ChoiceField(
        label="Reason, if you remove it", required=False, help_text="It stands on the public record."
    )
    words = _words("Your words", "If you remove it: to its author. If you leave it: to those who reported it.")

    def use(self, case: Case) -> None:
        """Offer what this case can end with."""
        decision, reason, words = (self.fields[name] for name in ("decision", "reason", "words"))
        decision.choices = _ends(case)  # type: ignore[attr-defined]  # a ChoiceField
        reason.choices = [("", "–"), *choices(of_conduct=case.is_complaint)]  # type: ignore[attr-defined]  # as above
        if appeal_waits(case):
            del self.fields["reason"]
            words.label, words.help_text = "To its author", "Why. Only they and those who moderate read it."
        elif case.is_complaint:
            reason.label, reason.help_text = "Reason, if you uphold it", "It is not published."
            words.help_text = "To those who complained and, if you uphold it, to whom it is about."
        elif case.held:
            words.label, words.help_text = (
                "To its author",
                "If you remove it. Only they and those who moderate read it.",
            )

    def clean(self) -> None:
        """A removal, or a complaint upheld, needs a reason."""
        given = self.cleaned_data
        if given.get("decision") in {"remove", "uphold"} and not given.get("reason"):
            self.add_error("reason", "Choose the reason.")


def _ends(case: Case) -> list[tuple[str, str]]:
    if appeal_waits(case):
        return [("reverse", "Put it back"), ("stays", "It stays removed")]
    if case.is_complaint:
        return [("dismiss", "Leave it: no rule was broken"), ("uphold", "Uphold the complaint")]
    if not moderated.pieces([case.subject]):
        return [("leave", "Close the case: what it is about is gone")]
    if case.held:
        return [("release", "Let it through"), ("remove", "Remove it")]
    return [("leave", "Leave it as it is"), ("remove", "Remove it")]


class AppealForm(ActForm):
    """Why a decision should be looked at again."""

    words = _words("Why it should be put back", required=True)

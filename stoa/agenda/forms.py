"""Forms of the agenda. What they accept is checked again by the acts."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from stoa.agenda.acts.effort import MOST_HOURS
from stoa.agenda.acts.mailing import MOST_BODY as MOST_MAIL
from stoa.agenda.acts.questions import MOST_BODY, MOST_TITLE
from stoa.agenda.models import MOST_STATEMENT, Question, Round
from stoa.kit.dated import DatedForm, Instant
from stoa.kit.edge import ActForm

MOST_SUMMARY = 5_000
MOST_WORDS = 200
MOST_CHOICES = 100
"""Questions to choose from; where there are more, one says its number."""


def _whole(label: str, least: int, most: int, **more: Any) -> forms.IntegerField:
    faults = {
        "invalid": "This is not a whole number. Write it in digits, such as 120.",
        "min_value": f"Give {least:,} or more.",
        "max_value": f"Give {most:,} at most.",
        "required": "Give a number of hours.",
    }
    return forms.IntegerField(label=label, min_value=least, max_value=most, error_messages=faults, **more)


class QuestionForm(ActForm):
    """A question's title and text."""

    title = forms.CharField(
        label="Your question",
        max_length=MOST_TITLE,
        help_text="In one sentence, ending with a question mark.",
        error_messages={"required": "Ask the question in one sentence."},
    )
    body = forms.CharField(
        label="What is behind it",
        required=False,
        max_length=MOST_BODY,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=(
            "What is known, what an answer would change, how one could begin. "
            "Markdown, and mathematics between dollar signs: $p < 0.05$."
        ),
    )


class ProposalForm(QuestionForm):
    """A new question, signed or not."""

    signed = forms.BooleanField(
        label="Show my name with it",
        required=False,
        initial=True,
        help_text="Without it the question is shown as proposed “by a member”. Whoever runs this server could still find out.",
    )


class EditForm(QuestionForm):
    """A question's text as changed by its author; `version` is the one that was edited."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class WithdrawForm(ActForm):
    """Only asks to confirm."""


class EstimateForm(ActForm):
    """How many hours a question would take."""

    low = _whole("At least, hours", 1, MOST_HOURS)
    high = _whole("At most, hours", 1, MOST_HOURS)


class OfferForm(ActForm):
    """Hours of one's own; 0 takes the offer back."""

    hours = _whole("Hours that I would give", 0, MOST_HOURS)


class StatementForm(ActForm):
    """A statement for others to agree or disagree with."""

    body = forms.CharField(
        label="Your statement",
        max_length=MOST_STATEMENT,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MOST_STATEMENT}),
        help_text=f"One claim that one can agree or disagree with, in {MOST_STATEMENT} characters at most.",
        error_messages={
            "required": "Claim one thing in one sentence.",
            "max_length": f"A statement has {MOST_STATEMENT} characters at most. Two claims are two statements.",
        },
    )
    question = forms.ModelChoiceField(
        label="The question it is about",
        queryset=Question.objects.none(),
        required=False,
        empty_label="the round as a whole",
        error_messages={"invalid_choice": "This question is not open in this round. Choose another, or none."},
    )
    anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        questions = cast("forms.ModelChoiceField[Question]", self.fields["question"])
        questions.queryset = round.questions.filter(state=Question.State.PROPOSED)
        shown = list(questions.queryset.values_list("pk", "title")[: MOST_CHOICES + 1])
        if len(shown) > MOST_CHOICES:
            questions.widget = forms.NumberInput(attrs={"min": 1})
            questions.help_text = "Its number, which stands beside it in the list of questions."
        else:
            questions.choices = [("", questions.empty_label or ""), *shown]


class RoundForm(DatedForm):
    """A new round with its dated phases."""

    title = forms.CharField(
        label="What the round asks", max_length=120, help_text="For example: What should we work on in 2027?"
    )
    slug = forms.CharField(
        label="Short name for its address",
        max_length=40,
        help_text="Lower-case letters, digits and hyphens, such as 2027. It never changes.",
    )
    summary = forms.CharField(
        label="What it is for",
        required=False,
        max_length=MOST_SUMMARY,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="A paragraph in Markdown.",
    )
    questions_open = Instant(label="Questions are taken from")
    discussion_opens = Instant(
        label="The discussion begins",
        required=False,
        help_text="From then until the vote opens, statements are proposed and answered. Empty: no discussion.",
    )
    open_data = forms.BooleanField(
        label="Answers to statements become open data",
        required=False,
        help_text=(
            "After the discussion the answers can be exported: without names, times or authors. Somebody who knows a few "
            "answers of a person may find that person's row all the same. Everybody reads this before they answer."
        ),
    )
    vote_opens = Instant(
        label="The vote opens",
        help_text="Questions, estimates and offers are taken until then. Allow two weeks at least.",
    )
    vote_closes = Instant(label="The vote closes", help_text="Allow a week at least.")
    anywhere_on_earth = forms.BooleanField(
        label="These times are anywhere on Earth (UTC−12)",
        required=False,
        help_text="A deadline has passed when it has passed everywhere.",
    )

    def clean(self) -> dict[str, Any]:
        """Read the instants in the zone that is declared."""
        for name in ("questions_open", "discussion_opens", "vote_opens", "vote_closes"):
            self.cleaned_data[name] = self.in_zone(name, self.cleaned_data.get("anywhere_on_earth", False))
        return self.cleaned_data


class ExtendForm(DatedForm):
    """Later instants for the phases that are left; a field left empty changes nothing."""

    discussion_opens = Instant(label="The discussion begins", required=False)
    vote_opens = Instant(label="The vote opens", required=False)
    vote_closes = Instant(label="The vote closes", required=False)
    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Everyone reads it in the history of the round. A holiday that was forgotten, an outage.",
    )

    def __init__(self, *args: Any, anywhere_on_earth: bool, can_move: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.anywhere_on_earth = anywhere_on_earth
        for name in {"discussion_opens", "vote_opens"} - can_move:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Read the instants in the round's zone."""
        for name in ("discussion_opens", "vote_opens", "vote_closes"):
            self.cleaned_data[name] = self.in_zone(name, self.anywhere_on_earth)
        return self.cleaned_data


class AnnouncementForm(ActForm):
    """A mail to everybody who may take part."""

    subject = forms.CharField(label="Subject", max_length=150)
    body = forms.CharField(
        label="Text",
        max_length=MOST_MAIL,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="Plain text. A link that signs the reader in and one that ends such mails are added.",
    )


class ConfirmForm(ActForm):
    """Only asks to confirm."""


class CastForm(ActForm):
    """The last step of voting."""

    words = forms.CharField(
        label="Check words",
        required=False,
        max_length=MOST_WORDS,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

"""Forms that a call makes by what it asks: the facts that decide who may apply, and the pages of an application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from stoa.kit.edge import ActForm
from stoa.members.models.questionnaire import Fact, Field
from stoa.members.rules.answers import fault_of, fault_of_fact, longest

PREFIX = "a_"
"""Before the key of what is asked, so that no key meets a field of the form's own."""

FAULTS = {"required": "Answer this.", "invalid_choice": "Choose one of the answers."}


class Asking(ActForm):
    """A form of what a call asks: each question a field named after its key."""

    use_required_attribute = False

    def full_clean(self) -> None:
        """Take what is left empty: what must be answered is marked so, and demanded when it is submitted."""
        marked = {name: control.required for name, control in self.fields.items()}
        for control in self.fields.values():
            control.required = False
        super().full_clean()
        for name, required in marked.items():
            self.fields[name].required = required

    def _ask(self, one: Fact | Field, control: forms.Field, initial: Any) -> None:
        control.label, control.help_text = one.label, one.help
        control.required = one.required if isinstance(one, Field) else True
        control.error_messages.update(FAULTS)
        if initial is not None:
            control.initial = initial
        self.fields[PREFIX + one.key] = control

    def given(self) -> dict[str, Any]:
        """What was answered, by key, as it is kept; what was left empty is None."""
        values = {name.removeprefix(PREFIX): v for name, v in self.cleaned_data.items() if name.startswith(PREFIX)}
        return {key: None if value in ("", []) else value for key, value in values.items()}


class FactsForm(Asking):
    """The facts that decide who may apply. All must be answered."""

    def __init__(
        self, *args: Any, facts: Sequence[Fact], answers: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.facts = facts
        for fact in facts:
            given = (answers or {}).get(fact.key)
            self._ask(
                fact, _fact_control(fact), {True: "yes", False: "no"}[given] if isinstance(given, bool) else given
            )

    def clean(self) -> dict[str, Any]:
        """Each must be an answer of its kind."""
        for fact in self.facts:
            name = PREFIX + fact.key
            if name not in self.errors and (fault := fault_of_fact(fact, self.cleaned_data.get(name))):
                self.add_error(name, fault)
        return self.cleaned_data


class AnswersForm(Asking):
    """One page of an application. What is left empty can be answered later; what is answered must be right."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, fields: Sequence[Field], answers: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = fields
        for field in fields:
            self._ask(field, _control(field), (answers or {}).get(field.key))

    def clean(self) -> dict[str, Any]:
        """Each that was answered must be an answer of its kind."""
        for field in self.asked:
            name = PREFIX + field.key
            value = self.cleaned_data.get(name)
            if name not in self.errors and value not in (None, "", []) and (fault := fault_of(field, value)):
                self.add_error(name, fault)
        return self.cleaned_data


def _fact_control(fact: Fact) -> forms.Field:
    if fact.kind == "yes":
        return forms.TypedChoiceField(
            choices=[("yes", "Yes"), ("no", "No")],
            widget=forms.RadioSelect,
            coerce=lambda word: word == "yes",
            empty_value="",
        )
    return _choice(fact.options) if fact.kind == "choice" else _short(fact.kind)


def _control(field: Field) -> forms.Field:
    if field.kind == "choice":
        return _choice(field.options)
    if field.kind == "several":
        many = [(str(n), text) for n, text in enumerate(field.options)]
        return forms.TypedMultipleChoiceField(
            choices=many, widget=forms.CheckboxSelectMultiple, coerce=int, empty_value=[]
        )
    if field.kind == "long":
        most = longest(field)
        return forms.CharField(
            max_length=most, widget=forms.Textarea(attrs={"rows": 8 if most > 500 else 3}), strip=False
        )
    return _short(field.kind, longest(field))


def _choice(options: Sequence[str]) -> forms.Field:
    choices = [(str(n), text) for n, text in enumerate(options)]
    widget = forms.RadioSelect if len(options) <= 8 else forms.Select
    return forms.TypedChoiceField(
        choices=choices if widget is forms.RadioSelect else [("", "Choose one"), *choices],
        widget=widget,
        coerce=int,
        empty_value="",
    )


def _short(kind: str, most: int = 100) -> forms.Field:
    modes = {"number": {"inputmode": "decimal"}, "date": {"type": "date"}, "link": {"type": "url"}}
    return forms.CharField(max_length=most, widget=forms.TextInput(attrs=modes.get(kind, {})))

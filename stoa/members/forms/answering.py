"""Forms that a call makes by what it asks: the facts that decide who may apply, and the pages of an application."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms

from stoa.kit.edge import DraftedForm
from stoa.kit.files.fields import UploadField, UploadInput
from stoa.kit.models import Upload
from stoa.members.models.questionnaire import Fact, Field
from stoa.members.rules.answers import fault_of, fault_of_fact, longest
from stoa.members.rules.files import KINDS, MEGABYTE, fault_of_file, kinds, limits, megabytes, number

PREFIX = "a_"
"""Before the key of what is asked, so that no key meets a field of the form's own."""

FAULTS = {"required": "Answer this.", "invalid_choice": "Choose one of the answers."}


class Asking(DraftedForm):
    """A form of what a call asks: each question a field named after its key."""

    def _ask(self, one: Fact | Field, control: forms.Field, initial: Any, name: str = "") -> None:
        control.label, control.help_text = one.label, one.help
        control.required = one.required if isinstance(one, Field) else True
        control.error_messages.update(FAULTS)
        if initial is not None:
            control.initial = initial
        self.fields[name or PREFIX + one.key] = control

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
        self,
        *args: Any,
        fields: Sequence[Field],
        answers: Mapping[str, Any] | None = None,
        find: Callable[[str], Upload | None] = lambda _: None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked, self.find = fields, find
        for field in fields:
            given = (answers or {}).get(field.key)
            if field.kind == "file":
                self._ask_for_files(field, given or [])
            else:
                self._ask(field, _control(field), given)

    @property
    def has_files(self) -> bool:
        """Whether it takes files, so that a page sends it in parts."""
        return any(field.kind == "file" for field in self.asked)

    def _ask_for_files(self, field: Field, given: Sequence[str]) -> None:
        """One control for each file that the field takes; the first alone bears its label and hint."""
        for place, name in enumerate(_names(field)):
            control = UploadField(widget=_upload_input(field, self.find))
            self._ask(field, control, given[place] if place < len(given) else None, name)
            control.label = (
                field.label if number(field) == 1 else f"{field.label}: file {place + 1} of {number(field)} at most"
            )
            control.help_text = f"{field.help} {limits(field)}".strip() if place == 0 else ""
            control.required = field.required and place == 0

    def given(self) -> dict[str, Any]:
        """What was answered, by key; the files of one field together."""
        values = super().given()
        for field in (one for one in self.asked if one.kind == "file"):
            files = [values.pop(name.removeprefix(PREFIX), None) for name in _names(field)]
            values[field.key] = [one for one in files if one] or None
        return values

    def clean(self) -> dict[str, Any]:
        """Each that was answered must be an answer of its kind."""
        for field in self.asked:
            if field.kind == "file":
                self._check_files(field)
                continue
            name = PREFIX + field.key
            value = self.cleaned_data.get(name)
            if name not in self.errors and value not in (None, "", []) and (fault := fault_of(field, value)):
                self.add_error(name, fault)
        return self.cleaned_data

    def _check_files(self, field: Field) -> None:
        for name in _names(field):
            given = self.cleaned_data.get(name)
            if given and (fault := fault_of_file(field, self.find(str(given)))):
                self.add_error(name, fault)


def _names(field: Field) -> list[str]:
    """The names of the controls of a field for files. A key has no hyphen, so that they meet no other's."""
    return [PREFIX + field.key, *(f"{PREFIX}{field.key}-{place}" for place in range(2, number(field) + 1))]


def _upload_input(field: Field, find: Callable[[str], Upload | None]) -> UploadInput:
    control = UploadInput()
    control.accepted = ",".join(KINDS[kind].suffix for kind in kinds(field))
    control.most, control.find = megabytes(field) * MEGABYTE, find
    return control


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

"""Forms of the lab."""

from __future__ import annotations

import json
from typing import Any

from django import forms

from stoa.agenda.models import Question
from stoa.evaluation.catalogue import SUITES
from stoa.evaluation.formats.imported import LARGEST
from stoa.evaluation.weights.cards import read
from stoa.evaluation.weights.filling import of_model, said
from stoa.kit.edge import ActForm
from stoa.kit.files.fields import UploadField, UploadInput
from stoa.lab.models import Lineage, Model, ModelVersion
from stoa.lab.queries import find_version, version_named, version_of_digest

NOT_CHOSEN = [("", "– choose –")]


def _text(label: str, most: int, rows: int, help_text: str = "", *, required: bool = False) -> forms.CharField:
    box = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, widget=box, help_text=help_text, required=required)


def _version_named(said: str) -> ModelVersion:
    """The version of this digest, or of the number at the end of this address."""
    end = said.rstrip("/").rpartition("/")[2]
    is_number = end.isascii() and end.isdecimal() and len(end) < 19
    known = version_of_digest(end) or (find_version(int(end)) if is_number else None)
    if known is None:
        raise forms.ValidationError("No such version is registered here. Copy the address of its page.")
    return known


class ModelForm(ActForm):
    """What is said of a model."""

    name = forms.CharField(label="Name", max_length=120, help_text="As its maker writes it, without the version.")
    maker = forms.CharField(label="Maker", max_length=120)
    licence = forms.CharField(
        label="Licence", max_length=80, required=False, help_text="By its SPDX name where it has one: Apache-2.0."
    )
    homepage = forms.URLField(
        label="Where it comes from",
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text="The server never opens it.",
    )
    summary = _text("What it is", 5_000, 5, "In a few sentences; Markdown.")

    def says(self) -> dict[str, Any]:
        """What is said of the model."""
        return {name: self.cleaned_data[name] for name in self.fields if name != "once"}


def _printed(said: str) -> dict[str, Any]:
    """What `stoa lab model FILE --json` printed."""
    try:
        found = json.loads(said or "{}")
    except (ValueError, RecursionError):
        raise forms.ValidationError("This is not JSON. Paste what “stoa lab model FILE --json” prints.") from None
    if not isinstance(found, dict):
        raise forms.ValidationError("This is not a JSON object. Paste what “stoa lab model FILE --json” prints.")
    return found


class VersionForm(ActForm):
    """What is said of a version, and what it was made from."""

    label = forms.CharField(label="Version", max_length=80, help_text="Such as Q4_1 or v0.3.")
    digest = forms.CharField(
        label="Digest of the weights",
        max_length=71,
        help_text="sha256: and 64 hexadecimal digits. “stoa lab model FILE” gives it, with what the header says; of several "
        "files name all.",
    )
    file = forms.CharField(label="File name", max_length=200, required=False)
    format = forms.ChoiceField(label="Format", choices=ModelVersion.Format.choices)
    bytes = forms.IntegerField(label="Size in bytes", required=False, min_value=1)
    parameters = forms.IntegerField(label="Parameters", required=False, min_value=1)
    context = forms.IntegerField(label="Context in tokens", required=False, min_value=1)
    licence = forms.CharField(
        label="Licence", max_length=80, required=False, help_text="Where it is another than the model’s."
    )
    base = forms.CharField(
        label="Made from",
        max_length=80,
        required=False,
        help_text="The digest of the version that it was made from, if that is registered here.",
    )
    relation = forms.ChoiceField(label="How", choices=Lineage.Relation.choices, required=False)
    made_from = forms.CharField(
        label="Made from another", max_length=200, required=False, help_text="If the base is not registered here."
    )
    card = _text("Model card", 200_000, 8, "As it came. It is shown as plain text, whatever stands in it.")
    header = _text("Facts of the header", 60_000, 4, "JSON, as “stoa lab model FILE --json” prints it.")

    def clean_header(self) -> dict[str, Any]:
        """The facts as an object."""
        return _printed(self.cleaned_data["header"])

    def says(self) -> dict[str, Any]:
        """What is said of the version, without digest and base."""
        left = {"once", "digest", "base", "relation"}
        return {name: self.cleaned_data[name] for name in self.fields if name not in left}


class FillForm(forms.Form):
    """What the form of a version is filled from, for whoever registers it to look through."""

    pasted_card = _text("The model card", 200_000, 6, "In Markdown, as its maker wrote it.")
    pasted_header = _text(
        "What “stoa lab model FILE --json” prints", 60_000, 4, "It reads the weights on your machine."
    )

    def clean_pasted_header(self) -> dict[str, Any]:
        """The facts as an object."""
        return _printed(self.cleaned_data["pasted_header"])

    def clean(self) -> dict[str, Any]:
        """One of both at least."""
        if not self.errors and not any(self.cleaned_data.values()):
            raise forms.ValidationError("There is nothing to fill in from. Paste the card, or what the command prints.")
        return self.cleaned_data

    def filled(self, model: Model) -> dict[str, Any]:
        """The fields of a version of this model, as far as card and header say them; with its base, if that is registered."""
        card, head = self.cleaned_data["pasted_card"], self.cleaned_data["pasted_header"]
        printed = json.dumps(head, indent=1, ensure_ascii=False) if head else ""
        found = said(read(card), head, f"{model.name} {head.get('file') or ''}")
        if base := version_named(str(found.get("made_from", ""))):
            found |= {"base": base.digest, "made_from": ""}
        return {**found, "card": card, "header": printed}

    def unsaid(self) -> list[str]:
        """What the card does not say."""
        return _unsaid(self.cleaned_data["pasted_card"])


class ModelFillForm(forms.Form):
    """What the form of a model is filled from, for whoever registers it to look through."""

    pasted_card = _text("The model card", 200_000, 6, "In Markdown, as its maker wrote it.", required=True)

    def filled(self) -> dict[str, Any]:
        """The fields of a model, as far as the card says them."""
        return dict(of_model(read(self.cleaned_data["pasted_card"])))

    def unsaid(self) -> list[str]:
        """What the card does not say."""
        return [one for one in _unsaid(self.cleaned_data["pasted_card"]) if one in ("name", "maker", "licence")]


def _unsaid(card: str) -> list[str]:
    return list(read(card).missing) if card else []


class ResultFileInput(UploadInput):
    """A file of results, which may be larger than a document."""

    accepted, most, sort = ".eval,.json,.jsonl", LARGEST, "results"


class ResultFileForm(ActForm):
    """A file of results, and the version that it is of, where that is registered here."""

    upload = UploadField(
        label="The file",
        widget=ResultFileInput,
        help_text=f"“.eval” or “.json” of Inspect, “.report.jsonl” of garak, “results_….json” of lm-eval, or Every Eval Ever. "
        f"{LARGEST >> 20} MB at most.",
    )
    version = forms.CharField(
        label="Version of a registered model",
        max_length=200,
        required=False,
        help_text="The address of its page here, or the digest of its weights. Leave it empty if it is not registered.",
    )

    def clean_version(self) -> ModelVersion | None:
        """The version that is named, if one is."""
        said = str(self.cleaned_data["version"]).strip()
        return _version_named(said) if said else None

    def says(self) -> dict[str, Any]:
        """What the act takes."""
        return {"upload": self.cleaned_data["upload"], "version": self.cleaned_data["version"]}


class ReasonForm(ActForm):
    """Why something is removed."""

    reason = _text("Why", 500, 2, "Everybody reads it.", required=True)


class KeyForm(ActForm):
    """A run key."""

    key = forms.CharField(
        label="Public key", max_length=64, help_text="64 hexadecimal digits. “stoa lab” registers it for you."
    )
    name = forms.CharField(label="What you call it", max_length=80, required=False)


class VersionedForm(ActForm):
    """A form that says which version of a draft or plan was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class DraftForm(VersionedForm):
    """A step of a draft, which can be saved before it is whole: `later` names what its plan is not registered without."""

    later: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.later:
            self.fields[name].needed_later = True  # type: ignore[attr-defined]  # read by the template of a field


class QuestionForm(DraftForm):
    """What a study is to find out, and why."""

    later: tuple[str, ...] = ("why",)

    title = forms.CharField(label="What is to be found out", max_length=200, help_text="In one line, as a question.")
    question = forms.IntegerField(
        label="Question of the agenda",
        required=False,
        min_value=1,
        help_text="The number in its address, if the study takes one up.",
    )
    why = _text("Why this is worth knowing", 10_000, 8, "Markdown.")

    def says(self) -> dict[str, Any]:
        """What is said."""
        return {name: self.cleaned_data[name] for name in ("title", "question", "why")}

    def clean_question(self) -> int | None:
        """The number of a question that there is."""
        number: int | None = self.cleaned_data["question"]
        if number is not None and (number > 2**63 - 1 or not Question.objects.filter(pk=number).exists()):
            raise forms.ValidationError("There is no such question. Look it up on the agenda.")
        return number


class ModelsForm(DraftForm):
    """Which versions are run."""

    later: tuple[str, ...] = ("models",)

    models = forms.TypedMultipleChoiceField(
        label="Versions", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, offered: list[ModelVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["models"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(one.pk), str(one)) for one in offered]

    def says(self) -> dict[str, Any]:
        """What is said."""
        return {"models": self.cleaned_data["models"]}


class SuitesForm(VersionedForm):
    """Which suites are run, with how many samples; what is left empty is not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for suite in SUITES.values():
            self.fields[suite.name] = forms.IntegerField(
                label=suite.title,
                required=False,
                min_value=1,
                max_value=suite.most,
                help_text=f"{suite.area}: {', '.join(m.title for m in suite.measures)}. 1 to {suite.most:,} samples.",
            )

    def says(self) -> dict[str, Any]:
        """What is said."""
        given = ((name, self.cleaned_data[name]) for name in SUITES)
        return {"suites": [(name, samples) for name, samples in given if samples]}


class PlanForm(DraftForm):
    """What decides, how sure it is to be, and when no more is run."""

    later: tuple[str, ...] = ("primary", "stopping")

    primary = forms.ChoiceField(label="Primary measure", required=False)
    margin = forms.FloatField(
        label="Margin", min_value=0.0001, max_value=1, help_text="The difference that does not matter, such as 0.1."
    )
    spread = forms.FloatField(
        label="Expected variance",
        required=False,
        min_value=0.000001,
        max_value=1_000,
        help_text="Of the difference between two models on one question. 0.25 is a cautious guess for yes and no.",
    )
    power = forms.FloatField(
        label="Power",
        min_value=0.01,
        max_value=0.999,
        help_text="The chance to find a difference of the margin’s size.",
    )
    stopping = forms.CharField(
        label="When no more is run", max_length=500, required=False, help_text="Such as: fixed, 50 samples a suite."
    )
    method = _text(
        "What else is planned", 20_000, 8, "How the results will be read, what would count against you; Markdown."
    )

    def __init__(self, *args: Any, suites: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["primary"]
        assert isinstance(field, forms.ChoiceField)
        chosen = [SUITES[name] for name in suites if name in SUITES]
        rows = [(f"{s.name} {m.name}", f"{s.title}: {m.title}") for s in chosen for m in s.measures]
        field.choices = [*NOT_CHOSEN, *rows]

    def says(self) -> dict[str, Any]:
        """What is said."""
        suite, _, measure = self.cleaned_data["primary"].partition(" ")
        plain = {name: self.cleaned_data[name] for name in ("margin", "spread", "power", "stopping", "method")}
        return {"primary_suite": suite, "primary_measure": measure, **plain}


class ConfirmForm(VersionedForm):
    """Registers or drops what was read."""


class AskForm(ActForm):
    """Asks somebody to be an author."""

    person = forms.CharField(
        label="Who", max_length=200, help_text="The address of their page here, or the code at its end."
    )

    def clean_person(self) -> str:
        """The code at the end of an address."""
        return str(self.cleaned_data["person"]).rstrip("/").rpartition("/")[2]


class ChangeForm(ModelsForm, SuitesForm, PlanForm):
    """A plan as it is to be, and why it is changed."""

    later: tuple[str, ...] = ("models", "primary", "stopping")

    added = forms.CharField(
        label="Further versions",
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One a line: the address of its page here, or the digest of its weights.",
    )
    reason = _text("Why the plan changes", 1_000, 3, "Everybody reads it beside the change.", required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, suites=list(SUITES), **kwargs)
        self.order_fields(["once", "version", "models", "added", *SUITES, *PlanForm.base_fields])

    def clean_added(self) -> list[int]:
        """The numbers of the versions that are named."""
        lines = (line.strip() for line in self.cleaned_data["added"].splitlines())
        return [_version_named(line).pk for line in lines if line]

    def says(self) -> dict[str, Any]:
        """What is said of the whole plan."""
        models = dict.fromkeys([*self.cleaned_data["models"], *self.cleaned_data["added"]])
        return {**PlanForm.says(self), **SuitesForm.says(self), "models": list(models)}


class EndForm(ActForm):
    """How a study ends."""

    how = forms.ChoiceField(
        label="How it ends",
        choices=[("close", "It is done: this is what it concludes"), ("withdraw", "It is withdrawn")],
        widget=forms.RadioSelect,
    )
    ending = _text(
        "What it concludes, or why it is withdrawn", 2_000, 6, "Everybody reads it; Markdown.", required=True
    )

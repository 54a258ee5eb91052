"""Forms of the setup: each takes one step."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from stoa.charter.models import Declaration
from stoa.kit import clock
from stoa.kit.colour import contrast_fault
from stoa.kit.edge import ActForm
from stoa.kit.faults import Invalid
from stoa.kit.files import pictures
from stoa.site import newcomers

MOST_TEXT = 60_000
MOST_LOGO_BYTES, MOST_LOGO_SIDE = 200_000, 4_000


class Yourself(ActForm):
    """One's own name and address."""

    name = forms.CharField(label="Your name", max_length=120, help_text="As others here will see it.")
    email = forms.EmailField(
        label="Your e-mail address",
        max_length=254,
        help_text="A mail with a link goes to it; the address counts once you follow the link. No page shows it.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class NamePurpose(ActForm):
    """How the community presents itself."""

    name = forms.CharField(label="Name of the community", max_length=80)
    summary = forms.CharField(
        label="What it is, in one paragraph",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="The first thing that visitors read.",
    )
    operator = forms.CharField(
        label="Who runs this server",
        max_length=120,
        help_text="A person or an organisation. They can read everything on it.",
    )
    sponsor = forms.CharField(
        label="Sponsor",
        max_length=120,
        required=False,
        help_text="Who convenes or hosts the community, if anybody does.",
    )


class Look(ActForm):
    """Logo and colour."""

    logo = forms.FileField(
        label="Logo",
        required=False,
        help_text="PNG, JPEG or WebP, at most 200,000 bytes. It stands 32 pixels high beside the name.",
    )
    remove_logo = forms.BooleanField(label="Show no logo", required=False)
    accent = forms.CharField(
        label="Colour of what can be clicked",
        max_length=7,
        required=False,
        help_text="# and six hexadecimal digits, such as #1f4e8c. Left empty, the program's own blue.",
        widget=forms.TextInput(attrs={"placeholder": "#1f4e8c", "spellcheck": "false"}),
    )

    def clean_accent(self) -> str:
        """A colour that can be read on the page's paper."""
        accent: str = self.cleaned_data["accent"].strip().lower()
        if fault := contrast_fault(accent):
            raise forms.ValidationError(f"{fault} Choose a darker or more saturated one.")
        return accent

    def clean_logo(self) -> tuple[bytes, str] | None:
        """The picture's bytes and type."""
        upload: UploadedFile[bytes] | None = self.cleaned_data["logo"]
        if upload is None:
            return None
        body = upload.read(MOST_LOGO_BYTES + 1)
        if len(body) > MOST_LOGO_BYTES:
            raise forms.ValidationError(
                f"The picture has more than {MOST_LOGO_BYTES:,} bytes, which are the most. Choose another file."
            )
        try:
            return body, pictures.type_of(body, most_side=MOST_LOGO_SIDE)
        except pictures.NotAPicture as why:
            raise forms.ValidationError(f"{why} Choose another file.") from None

    def changes(self) -> dict[str, Any]:
        """What the community's description takes from here."""
        changed: dict[str, Any] = {"accent": self.cleaned_data["accent"]}
        if self.cleaned_data["remove_logo"]:
            changed |= {"logo": None, "logo_type": ""}
        elif self.cleaned_data["logo"]:
            changed["logo"], changed["logo_type"] = self.cleaned_data["logo"]
        return changed


class PolicyText(ActForm):
    """A privacy notice or a code of conduct."""

    text = forms.CharField(
        label="Text", max_length=MOST_TEXT, widget=forms.Textarea(attrs={"rows": 30}), help_text="Markdown."
    )


class Contacts(ActForm):
    """Where to write to."""

    contact = forms.EmailField(label="Questions of any kind")
    security_contact = forms.EmailField(
        label="Weaknesses of the server", help_text="Two people should read it, within three days."
    )
    conduct_contact = forms.EmailField(
        label="Reports of misconduct", help_text="Two people should read it. Say who, in the code of conduct."
    )


class Founder(ActForm):
    """A founder to name."""

    name = forms.CharField(label="Name", max_length=120)
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="A mail with a sign-in link goes to it at once. No page shows it.",
    )
    until = forms.DateField(
        label="Last day of their powers",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="At its end, midnight UTC, the powers are gone.",
    )

    def clean_until(self) -> datetime:
        """The end of that day in UTC."""
        day = self.cleaned_data["until"]
        try:
            end = datetime.combine(day, time(23, 59, 59), UTC)
        except (OverflowError, ValueError):
            raise forms.ValidationError("This is not a date. Give one such as 2027-06-30.") from None
        if end <= clock.now():
            raise forms.ValidationError("That day has passed. Choose one that lies ahead.")
        return end


class Given(ActForm):
    """What somebody gives to the community, or that nobody does."""

    kind = forms.ChoiceField(label="Kind", choices=Declaration.Kind.choices)
    text = forms.CharField(
        label="What is given, how much, until when",
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    giver = forms.CharField(label="By whom", max_length=120, required=False)
    none = forms.BooleanField(label="Nothing of this kind is given", required=False)


class Newcomers(ActForm):
    """A list of people, as a file or pasted, read into `reading`."""

    file = forms.FileField(
        label="CSV file", required=False, help_text="Columns name, email and, if you like, organisation."
    )
    text = forms.CharField(
        label="Or paste the lines here",
        required=False,
        max_length=newcomers.MOST_BYTES,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "placeholder": "name,email,organisation"}),
    )

    reading: newcomers.Reading

    def clean(self) -> dict[str, Any]:
        """Read what was given; a file goes before pasted lines."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        upload: UploadedFile[bytes] | None = values.get("file")
        try:
            if upload is not None:
                self.reading = newcomers.read(upload.read(newcomers.MOST_BYTES + 1))
            else:
                self.reading = newcomers.read_text(values.get("text", ""))
        except Invalid as fault:
            raise forms.ValidationError({"file" if upload else "text": f"{fault.message} {fault.remedy}"}) from None
        return values

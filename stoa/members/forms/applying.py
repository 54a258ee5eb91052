"""Forms of somebody who applies: their address, their name, who they are, and what they say of themselves apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from stoa.kit.edge import ActForm
from stoa.members.models import Call
from stoa.members.rules.about import UNSAID, choices_of, labels_of
from stoa.members.rules.profile import MOST, profile_faults

WHO, ABOUT = "Who you are", "About you, apart"
"""What the pages of these forms are called."""


class AddressForm(ActForm):
    """Where the link goes."""

    address = forms.EmailField(
        label="Your e-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="You get a link by mail and need no password.",
    )


class NameForm(ActForm):
    """The name of somebody who has none here yet."""

    name = forms.CharField(
        label="Your name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="As reviewers will see it.",
    )


class ProfileForm(ActForm):
    """Who somebody is: all as they like."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    organisation = forms.CharField(
        label="Organisation",
        required=False,
        max_length=MOST["organisation"],
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        help_text="Where you work. Whoever this server knows to work there too does not read your application.",
    )
    ror = forms.CharField(
        label="Its ROR id",
        required=False,
        max_length=MOST["ror"],
        help_text="If you know it, such as https://ror.org/02mhbdp94.",
    )
    post = forms.CharField(
        label="Your post",
        required=False,
        max_length=MOST["post"],
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
        help_text="As you would say it, such as “professor of computer science”.",
    )
    page = forms.CharField(
        label="A page of your organisation that shows it",
        required=False,
        max_length=MOST["page"],
        widget=forms.TextInput(attrs={"type": "url"}),
        help_text="A post is shown by such a page, by your employment in ORCID, or by a member who vouches, all alike.",
    )
    earlier = forms.CharField(
        label="Where you were in the last three years",
        required=False,
        max_length=MOST["earlier"],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="As you like, one a line: “Example University, 2022-09 – 2025-02”. Whoever this server knows to have been"
        " there too does not read your application.",
    )
    advisers = forms.CharField(
        label="Who advised you",
        required=False,
        max_length=MOST["advisers"],
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="As you like, one a line, by name or ORCID iD, such as who supervised your thesis. They don't read it either.",
    )
    advisees = forms.CharField(
        label="Whom you advised",
        required=False,
        max_length=MOST["advisees"],
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="In the same way.",
    )
    orcid = forms.CharField(
        label="Your ORCID iD", required=False, max_length=MOST["orcid"], help_text="Such as 0000-0002-1825-0097."
    )
    publications = forms.CharField(
        label="Publications",
        required=False,
        max_length=MOST["publications"],
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="BibTeX, or DOIs one a line. They are read from what you paste here; nothing is fetched.",
    )

    def clean(self) -> dict[str, Any]:
        """Each that was given must be what it says."""
        for name, fault in profile_faults(self.given()).items():
            self.add_error(name, fault)
        return self.cleaned_data

    def given(self) -> dict[str, str]:
        """What was typed."""
        return {name: self.cleaned_data[name] for name in MOST if name in self.cleaned_data}


class AboutForm(ActForm):
    """What somebody says of themselves apart. “Rather not say” stands beside each answer."""

    def __init__(self, *args: Any, call: Call, said: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = labels_of(call)
        for key, choices in choices_of(call).items():
            shown = [("", "no answer"), *choices.items(), (UNSAID, "rather not say")]
            self.fields[key] = forms.ChoiceField(
                label=labels[key], choices=shown, required=False, initial=said.get(key, "")
            )

    def said(self) -> dict[str, str]:
        """What was chosen, by key."""
        return {name: value for name, value in self.cleaned_data.items() if name != "once"}

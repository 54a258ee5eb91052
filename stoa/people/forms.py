"""Forms about people: one's own profile, ties, mails and keys; admitting, roles, organisations. The acts check again."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms

from stoa.kit import clock
from stoa.kit.clock import ANYWHERE_ON_EARTH
from stoa.kit.edge import ActForm
from stoa.kit.zones import ZoneField
from stoa.people import countries
from stoa.people.models import ROLES, Organisation, Tie


class ProfileForm(ActForm):
    """How one is shown, and in which zone times are told."""

    name = forms.CharField(
        label="Name", max_length=120, error_messages={"required": "Give the name that others will see."}
    )
    pronouns = forms.CharField(label="Pronouns", max_length=40, required=False)
    zone = ZoneField(required=False, help_text="Such as Europe/Zurich. Without one, times are told in UTC.")


class MailForm(ActForm):
    """Which mails one gets."""

    wants = forms.BooleanField(label="Send me announcements and one reminder of each vote", required=False)
    digest = forms.BooleanField(label="Send me a digest each Monday, if the week brought something new", required=False)


class FollowingForm(ActForm):
    """What one follows by itself."""

    own = forms.BooleanField(label="Follow what I propose or write in", required=False)


class AbsenceForm(ActForm):
    """Until which day one is away."""

    until = forms.DateField(
        label="Away until", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class TieForm(ActForm):
    """A tie to an organisation that is on the list."""

    kind = forms.ChoiceField(label="What ties you", choices=Tie.Kind.choices)
    organisation = forms.CharField(
        label="Organisation",
        max_length=200,
        widget=forms.TextInput(attrs={"list": "organisations", "autocomplete": "off"}),
        error_messages={"required": "Name the organisation."},
    )
    start = forms.DateField(label="Since", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    end = forms.DateField(
        label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_organisation(self) -> Organisation:
        """The organisation of this name, whatever its case."""
        name = str(self.cleaned_data["organisation"]).strip()
        found = Organisation.objects.filter(name__iexact=name).first()
        if found is None:
            raise forms.ValidationError(f"“{name}” is not on the list yet. Add it first, or check how it is written.")
        return found


class EndForm(ActForm):
    """The day on which a tie ended."""

    end = forms.DateField(label="Ended on", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class KeyForm(ActForm):
    """A name for a key, so that one knows it again."""

    name = forms.CharField(
        label="What is it for?", max_length=80, error_messages={"required": "Name it, so that you know it again."}
    )


class EraseForm(ActForm):
    """Whether it is meant."""

    sure = forms.BooleanField(
        label="I have read this. Erase my account.", error_messages={"required": "Tick this if you mean it."}
    )


class AdmitForm(ActForm):
    """A person to take in."""

    name = forms.CharField(label="Name", max_length=120, error_messages={"required": "Give their name."})
    email = forms.EmailField(
        label="E-mail address",
        help_text="They sign in with it. Nobody else sees it.",
        error_messages={"required": "Give the address with which they will sign in."},
    )
    role = forms.ChoiceField(
        label="Role", choices=[(code, ROLES[code]) for code in ("member", "associate", "facilitator")], initial="member"
    )


class RoleForm(ActForm):
    """A role for a term, or for one task."""

    role = forms.ChoiceField(label="Role", choices=[(code, word) for code, word in ROLES.items() if code != "founder"])
    until = forms.DateField(
        label="Until",
        required=False,
        help_text="The last day of the term, anywhere on Earth.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    scope = forms.RegexField(
        r"^[a-z]+:[0-9]+$",
        label="Only for",
        required=False,
        max_length=60,
        help_text="For an organiser: the task, such as round:3. Empty: for everything.",
        error_messages={"invalid": "Write the kind and number of one thing, such as round:3."},
    )

    def clean_until(self) -> datetime | None:
        """The end of that day, anywhere on Earth."""
        day: date | None = self.cleaned_data["until"]
        if day is None:
            return None
        if not 2000 <= day.year < 2200:
            raise forms.ValidationError("Check the year.")
        ends = datetime.combine(day + timedelta(days=1), time.min, ANYWHERE_ON_EARTH)
        if ends <= clock.now():
            raise forms.ValidationError("That day is over. Choose one that lies ahead.")
        return ends


class EndRoleForm(ActForm):
    """Which role ends."""

    role = forms.ChoiceField(choices=list(ROLES.items()), widget=forms.HiddenInput)
    scope = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)


class OrganisationForm(ActForm):
    """An organisation to which people can be tied."""

    name = forms.CharField(label="Name", max_length=200, error_messages={"required": "Give its name."})
    country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label="Country",
        required=False,
        help_text="Two letters, such as CH.",
        widget=forms.TextInput(attrs={"size": 4}),
        error_messages={"invalid": "Write the country as two letters, such as CH."},
    )
    ror = forms.RegexField(
        r"^(https://ror\.org/)?0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}$",
        label="ROR id",
        required=False,
        help_text="From ror.org, such as 05a28rw58.",
        error_messages={"invalid": "This is not a ROR id: nine characters that begin with 0, such as 05a28rw58."},
    )
    sponsor = forms.BooleanField(label="It is the sponsor of this community, or tied to it", required=False)

    def clean_country(self) -> str:
        """In capitals, of a country that there is."""
        letters = str(self.cleaned_data["country"]).upper()
        if letters and letters not in countries.names():
            raise forms.ValidationError(f"No country has the letters {letters}. Norway has NO, Switzerland CH.")
        return letters

    def clean_ror(self) -> str:
        """Without the address before it."""
        return str(self.cleaned_data["ror"]).removeprefix("https://ror.org/")


def date_fields_in_range(form: forms.Form, *names: str) -> None:
    """Say so where a date lies in no year that can be meant."""
    for name in names:
        day: Any = form.cleaned_data.get(name)
        if day is not None and not 1900 <= day.year < 2200:
            form.add_error(name, "Check the year.")

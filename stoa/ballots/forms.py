"""Forms of votes."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from stoa.kit.edge import ActForm
from stoa.methods.commitment import BadReceipt, Receipt

COMMITMENT = re.compile(r"[0-9a-f]{64}")
RECEIPT = re.compile(r"stoa receipt v1\n(?:[^\n]*\n){6}")


class LookUpForm(forms.Form):
    """A commitment to look for: alone, or within the receipt that promised it."""

    commitment = forms.CharField(
        label="Your commitment, or your whole receipt",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        help_text="64 digits and letters. It stands in your receipt on the line that begins with “commitment”.",
    )

    def clean_commitment(self) -> str:
        """The commitment's 64 hexadecimal digits."""
        text: str = self.cleaned_data["commitment"].replace("\r\n", "\n").strip()
        if found := RECEIPT.search(f"{text}\n"):
            return _of_receipt(found[0])
        if COMMITMENT.fullmatch(text.lower()):
            return text.lower()
        raise forms.ValidationError(
            "This is neither a commitment nor a receipt. Paste the 64 digits and letters after “commitment”."
        )


class AttestForm(ActForm):
    """What a scrutineer says of the outcome."""

    bundle = forms.CharField(widget=forms.HiddenInput, max_length=64)
    agrees = forms.TypedChoiceField(
        label="Does the outcome that was published follow from the ballots in the bundle?",
        choices=[("yes", "Yes, it does"), ("no", "No, it does not")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the two."},
    )


class FetchForm(ActForm):
    """Only asks to confirm."""


def _of_receipt(text: str) -> str:
    try:
        return Receipt.parse(text).commitment.hex()
    except BadReceipt as fault:
        raise forms.ValidationError(f"{fault} Paste it whole, from “stoa receipt v1” on.") from fault


def asked(data: Any) -> LookUpForm:
    """The form as the address fills it; empty where nothing is asked."""
    return LookUpForm(data) if data.get("commitment") else LookUpForm()

"""Whom a file invites to apply, and what is wrong with its rows."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac

from stoa.members.models import Call
from stoa.members.rules.incoming import KNOWN_AS, BadRow
from stoa.methods.sheets import NoSheet, Sheet

MOST_INVITED = 1_000
"""In one file."""


@dataclass(frozen=True)
class Invitee:
    """Somebody to invite."""

    name: str
    email: str


def read_invitees(sheet: Sheet) -> tuple[list[Invitee], list[BadRow]]:
    """Everybody in a table with columns for name and address, and the rows that can't be used. Raises `NoSheet` without these."""
    columns = {" ".join(column.lower().split()): column for column in sheet.columns}
    name, email = (next((columns[word] for word in columns if word in KNOWN_AS[key]), "") for key in ("name", "email"))
    if not name or not email:
        raise NoSheet("The file has no column for name, or none for email.")
    good, bad, seen = list[Invitee](), list[BadRow](), dict[str, int]()
    for number, row in enumerate(sheet.rows, start=1):
        one = Invitee(" ".join(row[name].split()), row[email].strip().lower())
        fault = fault_of_invitee(one) or (f"Its address stands in row {seen[one.email]}." if one.email in seen else "")
        if fault:
            bad.append(BadRow(number, fault))
        else:
            seen[one.email] = number
            good.append(one)
    return good, bad


def fault_of_invitee(one: Invitee) -> str:
    """What is wrong with one; nothing where they can be invited."""
    if not one.name or len(one.name) > 120:
        return "It has no name, or too long a one."
    try:
        validate_email(one.email)
    except ValidationError:
        return f"“{one.email[:80]}” is no e-mail address."
    return "" if len(one.email) <= 254 else "Its address is too long."


def digest_of(call: Call, address: str) -> str:
    """What is kept of an address, by which it is known when it comes again."""
    return salted_hmac("members.invited", f"{call.pk} {address}", algorithm="sha256").hexdigest()

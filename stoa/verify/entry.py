"""One entry of the record: reads its bytes and holds them to the documented form."""

import re
from datetime import datetime
from typing import Any, NamedTuple

from stoa.verify import strict
from stoa.verify.faults import Broken
from stoa.verify.shown import shown

LARGEST = 65_535
KEYS = {"v", "at", "type", "act", "actor", "role", "charter", "subject", "facts", "commitments"}

_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")
_DOTTED = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_ACTOR = re.compile(r"person:[A-Za-z0-9_-]{1,100}|clock|operator")
_ROLE = re.compile(r"[a-z][a-z0-9_-]*")
_SUBJECT = re.compile(r"[a-z][a-z0-9_.-]*:[!-~]{1,200}")
_HASH = re.compile(r"[0-9a-f]{64}")
_OWN_ROLES = ("clock", "operator")

_CODE = rb"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+"
_COMMITMENT = rb'"[a-z_]+":"[0-9a-f]{64}"'
_USUAL = re.compile(
    rb'\{"act":"(' + _CODE + rb')"'
    rb',"actor":(?:null|"(person:[A-Za-z0-9_-]{1,100}|clock|operator)")'
    rb',"at":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)"'
    rb',"charter":(0|[1-9][0-9]{0,14})'
    rb',"commitments":(\{(?:' + _COMMITMENT + rb"(?:," + _COMMITMENT + rb")*)?\})"
    rb',"facts":(\{.*\})'
    rb',"role":(?:null|"([a-z][a-z0-9_-]*)")'
    rb',"subject":"([a-z][a-z0-9_.-]*:[!#-\[\]-~]{1,200})"'
    rb',"type":"(' + _CODE + rb')","v":1\}',
    re.DOTALL,
)
"""An entry spelled in the usual way: its ten keys in their order, each in its form but for what stands in the facts."""


class Entry(NamedTuple):
    """An entry in the documented form, with its place in the record."""

    position: int
    at: datetime
    type: str
    act: str
    actor: str | None
    role: str | None
    charter: int
    subject: str
    facts: dict[str, Any]

    def __str__(self) -> str:
        return f"entry {self.position} ({self.type})"


def read_entry(position: int, raw: bytes) -> Entry:
    """The entry that `raw` spells; Broken where it departs from the documented form."""
    return _read_usual(position, raw) or read_with_care(position, raw)


def _read_usual(position: int, raw: bytes) -> Entry | None:
    """What `read_with_care` reads, in a third of the time; None leaves it to that one to say whether all is well.

    Where `_USUAL` fits, the whole is canonical if facts and commitments are: of an object in an object nothing else
    is free. So these alone are parsed.
    """
    found = _USUAL.fullmatch(raw)
    if found is None:
        return None
    act, actor, at, charter, commitments, facts, role, subject, kind = found.groups()
    who, as_what, when = _text(actor), _text(role), moment(at.decode())
    if when is None or not _role_fits(as_what, who) or facts.count(b"{") + facts.count(b"[") >= strict.DEEPEST:
        return None
    try:
        if b"," in commitments:
            strict.parse(commitments)
        told = strict.parse(facts)
    except ValueError:
        return None
    return Entry(position, when, kind.decode(), act.decode(), who, as_what, int(charter), subject.decode(), told)


def _text(octets: bytes | None) -> str | None:
    return None if octets is None else octets.decode()


def read_with_care(position: int, raw: bytes) -> Entry:
    """The same for any bytes, whose first fault it names."""
    try:
        value = strict.parse(raw)
    except ValueError as fault:
        raise Broken(f"entry {position} {fault}.") from None
    if not isinstance(value, dict) or value.keys() != KEYS:
        raise Broken(f"entry {position} does not have exactly the ten keys of an entry.")
    fault_in = _wrong_key(value)
    if fault_in:
        raise Broken(
            f"entry {position}: “{fault_in}” is {shown(value[fault_in])}, which is not in the documented form."
        )
    at = moment(value["at"])
    if at is None:
        raise Broken(f"entry {position}: “at” is {shown(value['at'])}, which is no instant.")
    value.pop("v"), value.pop("at"), value.pop("commitments")
    return Entry(position=position, at=at, **value)


def _wrong_key(value: dict[str, Any]) -> str:
    """The first key whose value has the wrong type or form; empty where all are right."""
    right = {
        "v": value["v"] == 1 and value["v"] is not True,
        "at": _matches(_AT, value["at"]),
        "type": _matches(_DOTTED, value["type"]),
        "act": _matches(_DOTTED, value["act"]),
        "actor": value["actor"] is None or _matches(_ACTOR, value["actor"]),
        "role": _role_fits(value["role"], value["actor"]),
        "charter": type(value["charter"]) is int and value["charter"] >= 0,
        "subject": _matches(_SUBJECT, value["subject"]),
        "facts": isinstance(value["facts"], dict),
        "commitments": _are_commitments(value["commitments"]),
    }
    return next((key for key, fits in right.items() if not fits), "")


def _role_fits(role: object, actor: object) -> bool:
    """The clock and the operator act as what they are and nobody else does; a role is withheld only with its actor."""
    if role is None:
        return actor is None
    if not _matches(_ROLE, role):
        return False
    return role == actor if actor in _OWN_ROLES else role not in _OWN_ROLES


def _matches(form: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def is_hash(value: object) -> bool:
    """Whether a value is 64 lower-case hexadecimal digits."""
    return _matches(_HASH, value)


def _are_commitments(value: object) -> bool:
    return isinstance(value, dict) and all(map(is_hash, value.values()))


def moment(text: str) -> datetime | None:
    """The instant that an RFC 3339 text in UTC names; None where there is no such day or hour."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


class Facts:
    """The facts of one entry, read with their types; Broken names the entry and the fact that is not as documented."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self._facts = entry.facts

    def broken(self, name: str, what: str) -> Broken:
        """The fault to raise for one fact."""
        return Broken(f"{self.entry}: “{name}” {what}.")

    def has(self, name: str) -> bool:
        """Whether the fact is there and not null."""
        return self._facts.get(name) is not None

    def raw(self, name: str) -> Any:
        """A fact of any type."""
        if name not in self._facts:
            raise self.broken(name, "is missing")
        return self._facts[name]

    def text(self, name: str) -> str:
        """A text that is not empty."""
        value = self.raw(name)
        if not isinstance(value, str) or not value:
            raise self.broken(name, f"is {shown(value)}, not a text")
        return value

    def one_of(self, name: str, words: tuple[str, ...]) -> str:
        """One of some words."""
        value = self.raw(name)
        if value not in words or not isinstance(value, str):
            raise self.broken(name, f"is {shown(value)}, not one of {', '.join(words)}")
        return value

    def number(self, name: str, least: int = 0) -> int:
        """A whole number, not below `least`."""
        value = self.raw(name)
        if type(value) is not int or value < least:
            raise self.broken(name, f"is {shown(value)}, not a whole number from {least}")
        return value

    def hash(self, name: str) -> bytes:
        """A hash of 32 bytes, written in hexadecimal."""
        value = self.raw(name)
        if not is_hash(value):
            raise self.broken(name, f"is {shown(value)}, not 64 hexadecimal digits")
        return bytes.fromhex(value)

    def instant(self, name: str) -> datetime:
        """An instant in UTC."""
        value = self.raw(name)
        at = moment(value) if _matches(_INSTANT, value) else None
        if at is None:
            raise self.broken(name, f"is {shown(value)}, not an instant in UTC")
        return at

    def flag(self, name: str) -> bool:
        """A truth value that may be absent, for false."""
        value = self._facts.get(name, False)
        if not isinstance(value, bool):
            raise self.broken(name, f"is {shown(value)}, not true or false")
        return value

    def rows(self, name: str) -> list[Any]:
        """A list."""
        value = self.raw(name)
        if not isinstance(value, list):
            raise self.broken(name, "is not a list")
        return value

    def inner(self, name: str) -> "Facts":
        """The facts inside a fact that is an object."""
        value = self.raw(name)
        if not isinstance(value, dict):
            raise self.broken(name, "is not an object")
        inside = Facts(self.entry)
        inside._facts = value
        return inside

"""Holds every entry to the charter in force: was the act granted to the role under which it was done?"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stoa.verify.entry import Entry, Facts
from stoa.verify.faults import Broken, Unknowable
from stoa.verify.shown import counted, shown

BEFORE_THE_FIRST = ("record.", "charter.", "setup.", "people.", "site.")
"""Beginnings of the acts that may be done while there is no charter."""

SMALLEST_OPENED = 20
"""Under this many ballots a vote is kept closed, where the charter names no other number."""

SPONSOR_PERCENT = 100
"""Of a hundred members so many may be tied to the sponsor, where the charter names no other number."""

LARGEST_CHARTER = 1_000_000


@dataclass(frozen=True)
class Powers:
    """One version of the charter, as far as it grants: act → roles, and the acts whose actor is withheld."""

    version: int
    granted: dict[str, set[str]]
    withheld: set[str]
    provisional: bool
    smallest_opened: int = SMALLEST_OPENED
    sponsor_percent: int = SPONSOR_PERCENT

    def refusal(self, entry: Entry) -> str:
        """Why this charter doesn't allow the entry; empty where it does."""
        roles = self.granted.get(entry.act)
        if entry.actor is None and entry.act not in self.withheld:
            return f"withholds who did {shown(entry.act)}, which charter {self.version} does not provide for"
        if entry.role is None:
            return "" if roles is not None else self._nobody(entry)
        if roles is None:
            return self._nobody(entry)
        if entry.role not in roles:
            return f"was done as {shown(entry.role)}, to whom charter {self.version} does not grant {shown(entry.act)}"
        return ""

    def _nobody(self, entry: Entry) -> str:
        return f"was done although charter {self.version} grants {shown(entry.act)} to nobody"


@dataclass
class Watch:
    """Follows the record entry by entry, in order, and notes what the charter in force did not allow."""

    blob: Callable[[str, int], bytes]
    in_force: Powers | None = None
    smallest_opened: dict[int, int] = field(default_factory=dict)
    sponsor_percent: dict[int, int] = field(default_factory=dict)
    versions: int = 0
    entries: int = 0
    first_refused: str = ""
    refused: int = 0
    unreadable: str = ""

    def see(self, entry: Entry) -> None:
        """Check one entry; then, where it puts a charter in force, go by that one from the next entry on."""
        self.entries += 1
        reason = self._refusal(entry)
        if reason:
            self._refuse(f"{entry} {reason}")
        if entry.type == "charter.in_force":
            self._enact(entry)

    def _refuse(self, sentence: str) -> None:
        self.first_refused = self.first_refused or sentence
        self.refused += 1

    def _refusal(self, entry: Entry) -> str:
        version = self.in_force.version if self.in_force else 0
        if entry.charter != version:
            return f"names charter {entry.charter}, but charter {version} was in force"
        if self.in_force:
            return self.in_force.refusal(entry)
        if not entry.act.startswith(BEFORE_THE_FIRST):
            return f"was done before there was a charter, when {shown(entry.act)} was granted to nobody"
        return ""

    def _enact(self, entry: Entry) -> None:
        try:
            version = Facts(entry).number("version", 1)
            if self.in_force and version <= self.in_force.version:
                self._refuse(f"{entry} puts charter {version} in force after charter {self.in_force.version}")
            self.in_force = self._read(entry, version)
        except Broken as fault:
            self.unreadable = self.unreadable or str(fault)
            return
        self.versions += 1
        self.smallest_opened[version] = self.in_force.smallest_opened
        self.sponsor_percent[version] = self.in_force.sponsor_percent

    def _read(self, entry: Entry, version: int) -> Powers:
        facts = Facts(entry)
        text = self.blob(facts.hash("text").hex(), LARGEST_CHARTER)
        try:
            table = tomllib.loads(text.decode())
        except (ValueError, RecursionError) as fault:
            raise Broken(f"{entry}: the charter's text is not TOML ({shown(str(fault))}).") from None
        granted = {act: _roles(entry, act, roles) for act, roles in _flat(table.get("powers"), "")}
        withheld = _roles(entry, "withheld.acts", _inside(table, "withheld", "acts", []))
        smallest = _number(entry, table, "secrecy", "smallest_opened", SMALLEST_OPENED)
        percent = _number(entry, table, "limits", "sponsor_members_percent", SPONSOR_PERCENT)
        return Powers(version, granted, withheld, facts.flag("provisional"), smallest, percent)

    def verdict(self) -> str:
        """One sentence for all entries seen; Broken at the first that was not allowed."""
        if self.unreadable:
            raise Broken(self.unreadable)
        if self.refused:
            more = f" {self.refused - 1:,} more were not allowed either." if self.refused > 1 else ""
            raise Broken(f"{self.first_refused}.{more}")
        if not self.in_force:
            raise Unknowable("No charter is in force yet; the record holds nothing but what a set-up may do.")
        still = ", still provisional" if self.in_force.provisional else ""
        return (
            f"{counted(self.entries, 'entry', 'entries')}, each under a power that the charter of its time granted; "
            f"{counted(self.versions, 'charter')} so far, now version {self.in_force.version}{still}."
        )


def _flat(table: Any, before: str) -> list[tuple[str, Any]]:
    """TOML reads `a.b = …` as a table in a table: name and value of each leaf, the name dotted again."""
    if not isinstance(table, dict):
        return []
    rows: list[tuple[str, Any]] = []
    for name, value in table.items():
        full = f"{before}{name}"
        rows += _flat(value, f"{full}.") if isinstance(value, dict) else [(full, value)]
    return rows


def _number(entry: Entry, table: dict[str, Any], section: str, name: str, default: int) -> int:
    value = _inside(table, section, name, default)
    if type(value) is not int:
        raise Broken(f"{entry}: the charter's {name} is not a whole number.")
    return value


def _inside(table: dict[str, Any], section: str, name: str, default: Any) -> Any:
    inner = table.get(section)
    return inner.get(name, default) if isinstance(inner, dict) else default


def _roles(entry: Entry, act: str, roles: Any) -> set[str]:
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise Broken(f"{entry}: the charter's line for {shown(act)} is not a list of words.")
    return set(roles)

"""A community on a data folder, made by a process of its own: members with keys, under a charter whose windows are short."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.cli.server import plain_environment
from tests.crashes.clock import ROOT, Clock

CHANGES = {
    "check_hours = 24": "check_hours = 1",
    "smallest_opened = 20": "smallest_opened = 10",
    "posts_per_hour_of_new_accounts = 10": "posts_per_hour_of_new_accounts = 1000000",
    "posts_per_hour = 40": "posts_per_hour = 1000000",
    '"agenda.round.announce" = ["steward", ': '"agenda.round.announce" = ["member", "steward", ',
}
"""So that a whole round takes some hours of the driver's clock, few ballots are opened, and whoever has a key can announce one."""


@dataclass(frozen=True)
class Known:
    """A member as the driver knows them: the opaque id, and a key for the API."""

    person: str
    key: str


def make_community(data: Path, address: str, members: int, clock: Clock) -> list[Known]:
    """Prepare the folder, put the charter in force and admit so many members. The server must not run."""
    variables = {"STOA_DATA": str(data), "STOA_ADDRESS": address} | clock.variables
    _run(["-m", "stoa.cli", "init"], variables)
    return [Known(*pair) for pair in json.loads(_run(["-m", "tests.crashes.community", str(members)], variables))]


def _run(arguments: list[str], variables: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=plain_environment() | variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _admit_all(members: int) -> list[tuple[str, str]]:
    from stoa.charter.acts import put_in_force
    from stoa.charter.text import DEFAULT
    from stoa.kit.act import OPERATOR, Actor
    from stoa.people.acts import admit, create_token

    text = DEFAULT.read_text(encoding="utf-8")
    for before, after in CHANGES.items():
        assert before in text, before
        text = text.replace(before, after)
    put_in_force(OPERATOR, text=text)
    people = [admit(OPERATOR, name=f"member-{n}", email=f"member-{n}@example.org") for n in range(members)]
    return [(p.pk, create_token(Actor("person", p.pk), person=p, name="driver")[1]) for p in people]


def main() -> None:
    """Do it on the folder that the variables name, and print ids and keys as JSON."""
    from stoa.cli.opened import opened
    from stoa.kit.environment import environment

    with opened(environment()):
        sys.stdout.write(json.dumps(_admit_all(int(sys.argv[1]))))


if __name__ == "__main__":
    main()

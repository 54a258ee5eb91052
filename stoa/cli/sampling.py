"""`stoa sample`: fills an empty server with the sample community."""

from __future__ import annotations

import psycopg

from stoa.cli.init import database, prepared
from stoa.cli.options import AsJson, Data, out, print_json, settings
from stoa.kit.environment import Environment
from stoa.kit.faults import Fault
from stoa.kit.postgres import url


def sample(data: Data = None, *, as_json: AsJson = False) -> None:
    """Fill an empty server with synthetic people and rounds, for a first look. One that has people is left alone."""
    found = settings(data=data, sample=True)
    with database(found):
        if _people(found):
            raise Fault(
                "This server has people; the sample is for an empty one.", remedy="Name another folder with --data."
            )
        link = prepared()
        people = _people(found)
    if as_json:
        print_json({"data": str(found.data), "people": people, "link": link})
        return
    out.print(f"The sample is loaded into {found.data}: {people:,} people. See it with `stoa up`.")
    if link:
        out.print(f"Sign in as the first steward, once, within 24 hours: {link}")


def _people(found: Environment) -> int:
    """How many people the tables have; none where there are no tables yet."""
    with psycopg.connect(url(found, "owner")) as session:
        try:
            row = session.execute("SELECT count(*) FROM people_person").fetchone()
        except psycopg.errors.UndefinedTable:
            return 0
    return int(row[0]) if row else 0

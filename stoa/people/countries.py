"""Names of countries by their two letters (ISO 3166), from the time zone database that comes with Python's `tzdata`."""

from functools import cache
from importlib.resources import files


@cache
def names() -> dict[str, str]:
    """Every country's name by its letters."""
    lines = files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))

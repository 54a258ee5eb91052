"""The sample community: synthetic people who take the real acts, at instants in the past."""

from stoa.cli.sample.story import load

__all__ = ["load"]

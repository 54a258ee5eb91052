"""The sample community: synthetic people who take the real acts, at instants in the past, so that a first look meets a living place."""

from stoa.cli.sample.story import load

__all__ = ["load"]

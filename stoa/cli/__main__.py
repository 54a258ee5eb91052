"""Lets `python -m stoa.cli` be the `stoa` command, for processes that `stoa up` starts."""

from stoa.cli import main

main()

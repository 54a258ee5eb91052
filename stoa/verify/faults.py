"""How a check ends when it doesn't pass: each fault carries one sentence for the reader, already safe to print."""


class Broken(Exception):
    """What was checked does not hold. The run exits with 1."""


class Unknowable(Exception):
    """This can't be checked from what is published. The run may still pass; the reason is told."""


class Unreachable(Exception):
    """The server did not answer, or not in time. The run exits with 2."""


class Misused(Exception):
    """The command was given something it can't work with. The run exits with 2."""

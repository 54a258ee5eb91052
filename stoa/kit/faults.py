"""What an act raises when it can't be done: each fault says what was wrong and what would be right."""


class Fault(Exception):
    """Something a person can mend. `remedy` is a sentence telling how; `field` names the input, if one is at fault."""

    status = 400

    def __init__(self, message: str, *, remedy: str = "", field: str = "", code: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message, self.remedy, self.field, self.code = message, remedy, field, code


class Invalid(Fault):
    """The input is not acceptable."""

    status = 422


class Refused(Fault):
    """The charter in force does not grant this actor this act on this object."""

    status = 403


class NeedsSecondFactor(Refused):
    """The role demands a second factor, and this session was not signed in with one."""


class Closed(Fault):
    """The time for this has passed or has not come."""

    status = 409


class TooFast(Fault):
    """Too many in too short a time; the remedy says when it goes on."""

    status = 429


class Conflict(Fault):
    """Somebody else changed the same thing meanwhile."""

    status = 409


class AlreadyDone(Fault):
    """The same request was carried out before. `outcome` is the address it led to, `count` the number its act gave."""

    status = 409

    def __init__(self, outcome: str, count: int | None = None) -> None:
        super().__init__("This was already done.", remedy="Nothing was done twice.")
        self.outcome, self.count = outcome, count

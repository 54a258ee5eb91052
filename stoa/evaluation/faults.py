"""What goes wrong on a member's machine and can be mended there."""


class Unusable(Exception):
    """Something that was given or found can't be used. `remedy` is a sentence telling what would be right."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message, self.remedy = message, remedy

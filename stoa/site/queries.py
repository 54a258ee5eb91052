"""What every page says of the community that the server belongs to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Community:
    """The community as the frame of a page shows it; `style_url` is the address of the sheet with its own accent."""

    name: str = "Stoa"
    summary: str = ""
    logo_url: str = ""
    accent: str = ""
    style_url: str = ""
    apply_url: str = ""
    is_sample: bool = False


def community() -> Community:
    """The community of this server; before it is set up, one with the program's own name."""
    return Community()

"""How large a log and its parts may be. What is larger is refused before it is inflated or parsed."""

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes.

    `member`: a part of a zip file, or a sample of a JSON text. `whole`: a log that is one JSON text. `ratio`: inflated over
    stored, asked of what is over a megabyte. `window`: zstd's memory.
    """

    file: int = 1024 * MEGABYTE
    inflated: int = 4096 * MEGABYTE
    member: int = 32 * MEGABYTE
    directory: int = 64 * MEGABYTE
    members: int = 250_000
    ratio: int = 400
    window: int = 128 * MEGABYTE
    whole: int = 256 * MEGABYTE


USUAL = Limits()

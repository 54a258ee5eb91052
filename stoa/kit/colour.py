"""Colour contrast, as WCAG 2.2 defines it, for the one colour that a community may choose."""

import re

LIGHT_PAPER, DARK_PAPER, LEAST = "#fcfaf6", "#12151c", 4.5


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two `#rrggbb` colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def contrast_fault(accent: str) -> str:
    """Why the accent can't be read on light paper, or an empty string; on dark paper a lightened form is used."""
    if not accent:
        return ""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent):
        return "A colour is written as # and six hexadecimal digits, such as #1f4e8c."
    ratio = contrast(accent, LIGHT_PAPER)
    return (
        "" if ratio >= LEAST else f"On the page's paper this colour has a contrast of {ratio:.1f}; {LEAST} is needed."
    )


def lightened(accent: str) -> str:
    """The accent mixed with white until it can be read on dark paper."""
    channels = [int(accent[i : i + 2], 16) for i in (1, 3, 5)]
    for step in range(21):
        mixed = "#" + "".join(f"{round(c + (255 - c) * step / 20):02x}" for c in channels)
        if contrast(mixed, DARK_PAPER) >= LEAST:
            return mixed
    return "#ffffff"


def _luminance(colour: str) -> float:
    linear = []
    for i in (1, 3, 5):
        share = int(colour[i : i + 2], 16) / 255
        linear.append(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

"""Numbers as pages write them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format


def numeral(value: float | Decimal, decimals: int | None = None) -> str:
    """A number with its thousands parted, rounded to so many decimals; Django's own function would cut it off there."""
    rounded = value if decimals is None else Decimal(f"{value:.{decimals}f}")
    return number_format(rounded + 0, decimal_pos=decimals, force_grouping=True)  # plus 0: no minus before a zero

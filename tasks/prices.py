"""Amounts of money, as they are written for people."""

from __future__ import annotations

from decimal import Decimal

_MOST_PLACES = 4


def price(value: Decimal | None) -> str:
    """``¥3.60``, ``¥0.004``: two decimals, up to four when the amount has them; None is *unknown*, never 0."""
    if value is None:
        return "unknown"
    amount = value.normalize()
    places = max(2, -int(amount.as_tuple().exponent)) if amount.is_finite() else 2
    return f"¥{amount:,.{min(places, _MOST_PLACES)}f}"

"""Amounts as people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tasks.prices import price


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (None, "unknown"),
        (Decimal(0), "¥0.00"),
        (Decimal("0.004"), "¥0.004"),
        (Decimal("3.6"), "¥3.60"),
        (Decimal("3600.000"), "¥3,600.00"),
        (Decimal("0.7339245"), "¥0.7339"),
    ],
)
def test_an_amount_is_never_rounded_to_nothing(amount: Decimal | None, said: str) -> None:
    """Unknown is called unknown; a check of 0.004 CNY does not read as free; long fractions end after four places."""
    assert price(amount) == said

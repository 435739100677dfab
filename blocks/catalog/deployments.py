"""Dedicated deployments: computing units that are rented; what is made on them is not billed.

The four names stand for what is deployed and cannot be called: a deployment gets an id of its own. So they have prices
and no rows. Facts: models.yaml animate-anyone-detect, animate-anyone, emo-detect, emo.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

DEPLOYED = ("animate-anyone-detect", "animate-anyone", "emo-detect", "emo")
"""What can be deployed."""

RENTS: Mapping[str, Decimal] = MappingProxyType({"months": Decimal(10000), "hours": Decimal(20)})
"""CNY for one computing unit, by what its time is counted in."""

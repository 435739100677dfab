"""What a request will cost and what it did cost, in CNY by the documented unit price. Unknown is never 0."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from blocks.catalog.answers import Status
from blocks.catalog.deployments import DEPLOYED, RENTS
from blocks.catalog.model import Deployment, Model
from blocks.catalog.requests import Request
from blocks.catalog.rows import find
from blocks.catalog.wan import TIERS

_DEPLOYMENTS: Mapping[str, tuple[Deployment, ...]] = {
    "beijing": ("beijing",),
    "singapore": ("singapore",),
    "virginia": ("us", "global"),
    "us": ("us",),
    "global": ("global",),
}


@dataclass(frozen=True)
class Bill:
    """A price, expected or real.

    Attributes:
        quantity: how much is billed, in ``unit``; None: not known.
        unit: ``second``, ``image`` or ``token``; ``unit-month`` or ``unit-hour`` of a dedicated deployment.
        unit_price: of one unit; None: not known, or not one price.
        amount: quantity times unit price; None: not known.
        currency: always CNY.
        note: where the price comes from, or why something is not known.
        at_most: the most it can come to when the amount is not known but bounded.
    """

    quantity: Decimal | None
    unit: str
    unit_price: Decimal | None
    amount: Decimal | None
    currency: str = "CNY"
    note: str = ""
    at_most: Decimal | None = None

    @property
    def most(self) -> Decimal | None:
        """The most it can come to; None: not bounded."""
        return self.at_most if self.amount is None else self.amount


def quote(
    request: Request, *, region: str = "beijing", input_seconds: float | Mapping[str, float] | None = None
) -> Bill:
    """What a request will cost.

    Args:
        request: the request.
        region: the region (or deployment) it goes to; an unknown one is quoted at the Beijing list price.
        input_seconds: length of its input, for models whose result is as long as the input or that bill it too; of
            several files by dotted field, e.g. ``{"input.video_url": 8.0, "input.audio_url": 6.5}``.
    """
    row = request.row
    prices, note = _prices(row, region)
    if row.billing.unit == "token":
        return _tokens_at_most(request, prices)
    key = _key(row, prices, request, {})
    price = _price(prices, key)
    lengths = _lengths(request, input_seconds)
    quantity = _asked(request, lengths)
    if quantity is None:
        most = _asked(request, _lengths(request, math.inf) | lengths, unknown=math.inf)
        note = "how long the input is, or the result, is not known beforehand"
        return Bill(None, row.billing.unit, price, None, note=note, at_most=_times(most, price))
    if price is None:
        note = _no_price(row, region, key)
    return Bill(quantity, row.billing.unit, price, _times(quantity, price), note=note)


def cost(
    model: str,
    usage: Mapping[str, Any] | None,
    *,
    request: Request | None = None,
    status: Status | None = None,
    region: str = "beijing",
) -> Bill:
    """What a generation did cost.

    Args:
        model: the model's id.
        usage: the ``usage`` of its answer.
        request: what was asked, for what the usage does not say (resolution, sound).
        status: of the task; failed and cancelled ones cost nothing.
        region: the region (or deployment) it ran in.

    Returns:
        The bill; for the name of a dedicated deployment its rent, with ``deployment_units`` and ``months`` or
        ``hours`` for usage.

    Raises:
        UnknownModel: no such model.
    """
    if model in DEPLOYED:
        return _rent(usage or {})
    row = find(model)
    unit = row.billing.unit
    if status in (Status.FAILED, Status.CANCELED):
        return Bill(Decimal(0), unit, None, Decimal(0), note="failed and cancelled tasks are free")
    if status is not None and status is not Status.SUCCEEDED:
        return Bill(None, unit, None, None, note=f"the task is {status}")
    if not usage:
        return Bill(None, unit, None, None, note="the answer carries no usage")
    prices, note = _prices(row, region)
    if unit == "token":
        return _tokens(usage, prices, note)
    quantity = _quantity(row, usage)
    key = _key(row, prices, request, usage)
    price = _price(prices, key)
    if quantity is None:
        note = f"the usage has none of {', '.join(row.billing.quantity)}"
    elif price is None:
        note = _no_price(row, region, key)
    return Bill(quantity, unit, price, _times(quantity, price), note=note)


def _rent(usage: Mapping[str, Any]) -> Bill:
    units = _number(usage.get("deployment_units"))
    for span, price in RENTS.items():
        time = _number(usage.get(span))
        if units is not None and time is not None:
            unit = f"unit-{span.removesuffix('s')}"
            return Bill(units * time, unit, price, units * time * price, note="rent of a dedicated deployment")
    return Bill(None, "unit-month", None, None, note="names no deployment_units with months or hours")


def _prices(row: Model, region: str) -> tuple[Mapping[str, Decimal], str]:
    prices = row.billing.prices
    for deployment in _DEPLOYMENTS.get(region, ()):
        if deployment in prices:
            return prices[deployment], f"list price, {deployment}"
    if region in _DEPLOYMENTS or not prices:
        return {}, ""
    deployment = "beijing" if "beijing" in prices else next(iter(prices))
    return prices[deployment], f"list price of {deployment}; {region} may charge otherwise"


def _price(prices: Mapping[str, Decimal], key: str | None) -> Decimal | None:
    if len(set(prices.values())) == 1:
        return next(iter(prices.values()))
    return prices.get(key) if key is not None else None


def _key(row: Model, prices: Mapping[str, Decimal], request: Request | None, usage: Mapping[str, Any]) -> str | None:
    """What the price depends on: as the usage says it, else as it was asked for."""
    if row.billing.by == "flat":
        return ""
    if row.billing.by in ("mode", "ratio"):
        word = str(usage.get("video_ratio"))
        said = row.billing.words.get(word, word)
        asked = None if request is None else request.mode if row.billing.by == "mode" else request.ratio
        return said if said in prices else asked
    named = [tier for tier in (_tier(usage), request.tier if request else None) if tier]
    if row.billing.by == "tier":
        # A tier that is not sold was made free of charge out of the one asked for (003 L12503, use_SR).
        return next((tier for tier in named if tier in prices), named[0] if named else None)
    tier = named[0] if named else None
    audio = usage.get("audio")
    sound = audio if isinstance(audio, bool) else request.sound if request else None
    return None if tier is None or sound is None else f"{tier} {'with sound' if sound else 'silent'}"


def _no_price(row: Model, region: str, key: str | None) -> str:
    what = f"at {key} " if key else ""
    return f"no price of {row.id} {what}in {region} is known"


def _lengths(request: Request, given: float | Mapping[str, float] | None) -> dict[str, float]:
    if given is None or isinstance(given, Mapping):
        return dict(given or {})
    return {field.name: given for field in request.media() if field.spec.kinds != ("image",)}


def _asked(request: Request, lengths: Mapping[str, float], *, unknown: float | None = None) -> Decimal | None:
    """How many units a request asks for; None: not known from these lengths, and not bounded either."""
    billing = request.row.billing
    if billing.unit == "image":
        return Decimal(request.pictures)
    seconds, taken = request.seconds_from(lengths), request.input_seconds_from(lengths)
    seconds = unknown if seconds is None else seconds
    if seconds is not None and billing.max_seconds is not None:
        seconds = min(seconds, billing.max_seconds)
    if seconds is None or taken is None or math.isinf(seconds):
        return None
    return _exact(seconds) + taken


def _quantity(row: Model, usage: Mapping[str, Any]) -> Decimal | None:
    for name in row.billing.quantity:
        amount = _number(usage.get(name))
        if amount:  # a finished job of 0 seconds is an answer that does not say
            return amount
    return None


def _tier(usage: Mapping[str, Any]) -> str | None:
    """The tier the usage names: ``SR`` as a number or a text, or a size in ``size`` or ``video_ratio``."""
    lines = _number(usage.get("SR"))
    if lines:
        return f"{int(lines)}P"
    for name in ("size", "video_ratio"):
        tier = TIERS.get(str(usage.get(name)))
        if tier:
            return tier
    return None


def _tokens(usage: Mapping[str, Any], prices: Mapping[str, Decimal], note: str) -> Bill:
    asked, answered = _number(usage.get("prompt_tokens")), _number(usage.get("completion_tokens"))
    if asked is None or answered is None:
        return Bill(None, "token", None, None, note="the usage names no tokens")
    if not prices:
        return Bill(asked + answered, "token", None, None, note="no price of this region is known")
    return Bill(asked + answered, "token", None, asked * prices["input"] + answered * prices["output"], note=note)


def _tokens_at_most(request: Request, prices: Mapping[str, Decimal]) -> Bill:
    """A bound: a token holds at least one byte of the text, and the answer stops at ``max_tokens``."""
    longest = getattr(request.parameters, "max_tokens", None)
    bound = None
    if longest is not None and prices:
        bound = (
            len(json.dumps(request.body(), ensure_ascii=False).encode()) * prices["input"] + longest * prices["output"]
        )
    return Bill(None, "token", None, None, note="the number of tokens is known afterwards", at_most=bound)


def _times(quantity: Decimal | None, price: Decimal | None) -> Decimal | None:
    return None if quantity is None or price is None else quantity * price


def _exact(number: float) -> Decimal:
    return Decimal(str(number)).normalize() if number % 1 else Decimal(int(number))


_NO_AMOUNT = Decimal(10) ** 12
"""No usage counts so much: what says so is no number, and would not multiply."""


def _number(value: Any) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number < _NO_AMOUNT else None

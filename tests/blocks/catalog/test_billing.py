"""Prices before, costs after; unknown is never 0."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from blocks import catalog
from blocks.catalog import Status


def _t2v(**parameters: Any) -> catalog.Request:
    return catalog.request({"model": "wan2.6-t2v", "input": {"prompt": "rain"}, "parameters": parameters})


def test_a_quote_is_seconds_times_the_tiers_price() -> None:
    """The default size and length are priced when nothing was set."""
    assert catalog.quote(_t2v()).amount == Decimal("5.0")
    bill = catalog.quote(_t2v(duration=15, size="1280*720"))
    assert (bill.quantity, bill.unit, bill.unit_price, bill.amount, bill.currency) == (
        Decimal(15),
        "second",
        Decimal("0.6"),
        Decimal("9.0"),
        "CNY",
    )


@pytest.mark.parametrize(
    ("region", "price"),
    [("beijing", "0.6"), ("singapore", "0.733924"), ("virginia", "0.6"), ("emulator", "0.6"), ("gateway", "0.6")],
)
def test_each_region_has_its_price(region: str, price: str) -> None:
    """Regions differ; an unknown place is quoted at the Beijing list price and says so."""
    bill = catalog.quote(_t2v(size="1280*720"), region=region)
    assert bill.unit_price == Decimal(price)
    assert ("may charge otherwise" in bill.note) is (region in ("emulator", "gateway"))


def test_a_region_without_a_price_is_unknown() -> None:
    """video-style-transform has no Singapore price, the US model no Beijing one."""
    style = catalog.request({"model": "video-style-transform", "input": {"video_url": "a.mp4"}})
    assert catalog.quote(style, region="singapore", input_seconds=3).amount is None
    us = catalog.request({"model": "wan2.6-t2v-us", "input": {"prompt": "rain"}})
    assert catalog.quote(us, region="beijing").amount is None
    assert catalog.quote(us, region="virginia").amount == Decimal("5.50443")


def test_silence_is_cheaper() -> None:
    """wan2.6-i2v-flash has a price with sound and one without."""
    body = {"model": "wan2.6-i2v-flash", "input": {"img_url": "a.png"}, "parameters": {"resolution": "720P"}}
    assert catalog.quote(catalog.request(body)).unit_price == Decimal("0.3")
    silent = catalog.request({**body, "parameters": {"resolution": "720P", "audio": False}})
    assert catalog.quote(silent).unit_price == Decimal("0.15")


def test_a_restyling_is_as_long_as_its_source() -> None:
    """Without the length the price is unknown but bounded; with it it is known."""
    request = catalog.request(
        {"model": "video-style-transform", "input": {"video_url": "a.mp4"}, "parameters": {"min_len": 540}}
    )
    unknown = catalog.quote(request)
    assert (unknown.quantity, unknown.amount, unknown.at_most) == (None, None, Decimal("6.0"))
    assert catalog.quote(request, input_seconds=12.5).amount == Decimal("2.50")


def test_a_free_enlargement_is_billed_as_what_was_asked_for() -> None:
    """A tier nobody sells costs what the request's own tier costs; without the request it is unknown."""
    request = catalog.request(
        {
            "model": "video-style-transform",
            "input": {"video_url": "a.mp4"},
            "parameters": {"min_len": 540, "use_SR": True},
        }
    )
    for lines, amount in ((540, "1.2"), (1080, "1.2"), (720, "3.0")):
        bill = catalog.cost(request.model, {"duration": 6, "SR": lines}, request=request)
        assert bill.amount == Decimal(amount)
    assert catalog.cost(request.model, {"duration": 6, "SR": 1080}).amount is None


def test_a_repaint_uses_five_seconds_of_its_source() -> None:
    """Of a longer source only the first 5 seconds are made and billed."""
    request = catalog.request(
        {
            "model": "wanx2.1-vace-plus",
            "input": {"function": "video_repainting", "prompt": "felt", "video_url": "a.mp4"},
            "parameters": {"control_condition": "depth"},
        }
    )
    assert catalog.quote(request).at_most == Decimal("3.5")
    assert catalog.quote(request, input_seconds=3).amount == Decimal("2.1")
    assert catalog.quote(request, input_seconds=15).amount == Decimal("3.5")


@pytest.mark.parametrize(
    ("model", "usage", "quantity", "amount"),
    [
        ("wan2.6-t2v", {"duration": 7, "SR": 1080, "video_count": 1}, "7", "7.0"),
        ("wan2.6-t2v", {"duration": 7.0, "SR": "720", "video_duration": 0}, "7.0", "4.20"),
        ("wan2.6-t2v", {"duration": 7, "size": "1088*832"}, "7", "4.2"),
        ("wan2.5-t2v-preview", {"video_duration": 10, "video_ratio": "832*480"}, "10", "3.0"),
        ("wanx2.1-t2v-turbo", {"video_duration": 5, "video_ratio": "standard"}, "5", "1.20"),
        ("wan2.6-i2v-flash", {"duration": 4, "SR": 720, "audio": False}, "4", "0.60"),
        ("wan2.6-i2v-flash", {"duration": 4, "SR": 1080, "audio": True}, "4", "2.0"),
        ("wan2.5-i2v-preview", {"duration": 5, "SR": 480}, "5", "1.5"),
        ("wanx2.1-i2v-plus", {"video_duration": 5, "video_ratio": "standard"}, "5", "3.5"),
        ("wan2.2-kf2v-flash", {"video_duration": 5, "SR": 1080}, "5", "2.40"),
        ("wanx2.1-vace-plus", {"video_duration": 5, "video_ratio": "standard"}, "5", "3.5"),
        ("video-style-transform", {"duration": 8.5, "SR": 540}, "8.5", "1.70"),
        ("qwen-plus", {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}, "1500", "0.0018"),
    ],
)
def test_each_family_bills_its_own_fields(model: str, usage: dict[str, Any], quantity: str, amount: str) -> None:
    """The billed seconds and the tier sit in different fields; each is found."""
    bill = catalog.cost(model, usage, status=Status.SUCCEEDED)
    assert (bill.quantity, bill.amount) == (Decimal(quantity), Decimal(amount))


def test_what_the_usage_leaves_out_the_request_says() -> None:
    """The tier and the sound come from the request where the usage is silent."""
    frames = {"first_frame_url": "a.png"}
    keyframes = catalog.request({"model": "wan2.2-kf2v-flash", "input": frames, "parameters": {"resolution": "480P"}})
    usage = {"video_duration": 5, "video_ratio": "standard"}
    assert catalog.cost("wan2.2-kf2v-flash", usage, request=keyframes).amount == Decimal("0.5")
    assert catalog.cost("wan2.2-kf2v-flash", usage).amount is None

    silent = catalog.request(
        {"model": "wan2.6-i2v-flash", "input": {"img_url": "a.png"}, "parameters": {"audio": False}}
    )
    seconds = {"duration": 10, "SR": 1080}
    assert catalog.cost("wan2.6-i2v-flash", seconds, request=silent).amount == Decimal("2.50")
    unknown = catalog.cost("wan2.6-i2v-flash", seconds)
    assert (unknown.quantity, unknown.unit_price, unknown.amount) == (Decimal(10), None, None)
    assert unknown.note


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELED])
def test_what_failed_is_free(status: Status) -> None:
    """A failed or cancelled task costs nothing, whatever its usage says."""
    for usage in (None, {"duration": 5, "SR": 720}):
        bill = catalog.cost("wan2.6-t2v", usage, status=status)
        assert (bill.quantity, bill.amount) == (0, 0)


@pytest.mark.parametrize(
    ("usage", "status"),
    [
        (None, Status.SUCCEEDED),
        ({}, Status.SUCCEEDED),
        ({"duration": 0, "SR": 720}, Status.SUCCEEDED),
        ({"duration": "soon", "SR": 720}, Status.SUCCEEDED),
        ({"duration": True, "SR": 720}, None),
        ({"duration": float("nan"), "SR": 720}, Status.SUCCEEDED),
        ({"duration": "Infinity", "SR": 720}, Status.SUCCEEDED),
        ({"duration": -5, "SR": 720}, Status.SUCCEEDED),
        ({"duration": "1e999999999", "SR": 720}, Status.SUCCEEDED),
        ({"duration": 5, "SR": float("nan")}, Status.SUCCEEDED),
        ({"duration": 5, "SR": "1e999999999"}, Status.SUCCEEDED),
        ({"duration": 5, "SR": 720}, Status.RUNNING),
        ({"duration": 5, "SR": 720}, Status.UNKNOWN),
        ({"duration": 5, "SR": 360}, Status.SUCCEEDED),
        ({"duration": 5}, Status.SUCCEEDED),
    ],
)
def test_unknown_is_not_free(usage: dict[str, Any] | None, status: Status | None) -> None:
    """What cannot be told is None and says why, never 0."""
    bill = catalog.cost("wan2.6-t2v", usage, status=status)
    assert bill.amount is None
    assert bill.note


def test_a_chat_is_bounded_when_its_answer_is() -> None:
    """Tokens are known afterwards; max_tokens gives a bound."""
    body = {"model": "qwen-plus", "input": {"messages": [{"role": "user", "content": "雨" * 100}]}}
    assert catalog.quote(catalog.request(body)).at_most is None
    bounded = catalog.quote(catalog.request({**body, "parameters": {"max_tokens": 1000}}))
    assert bounded.amount is None
    assert bounded.at_most is not None and Decimal("0.002") < bounded.at_most < Decimal("0.003")
    assert catalog.cost("qwen-plus", {"prompt_tokens": 5, "completion_tokens": 5}, region="singapore").amount is None

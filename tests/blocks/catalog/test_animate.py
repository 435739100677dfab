"""A person of a picture and the motion of a video."""

from __future__ import annotations

from decimal import Decimal

import pytest

from blocks import catalog

MODELS = ("wan2.2-animate-move", "wan2.2-animate-mix")


@pytest.mark.parametrize("model", MODELS)
def test_a_request_goes_over_the_wire_as_said(bodies, model: str) -> None:
    """The body equals what the user said; the result is found in an object of results."""
    request = catalog.request(bodies(model))
    assert request.body() == bodies(model)
    answer = {"output": {"task_status": "SUCCEEDED", "results": {"video_url": "http://r.example.org/1.mp4"}}}
    assert catalog.read(model, answer).urls == ("http://r.example.org/1.mp4",)


@pytest.mark.parametrize("model", MODELS)
def test_the_mark_is_an_input(bodies, model: str) -> None:
    """watermark belongs to input here, and a misplaced one is shown where it belongs."""
    body = bodies(model, input={"watermark": True})
    assert catalog.request(body).body()["input"]["watermark"] is True
    with pytest.raises(catalog.InvalidRequest, match=r"parameters\.watermark: .*belongs to input\.watermark"):
        catalog.request(bodies(model, parameters={"watermark": True}))


@pytest.mark.parametrize("model", MODELS)
def test_the_mode_must_be_chosen(bodies, model: str) -> None:
    """There is no default: it decides smoothness and price."""
    body = bodies(model)
    del body["parameters"]["mode"]
    with pytest.raises(catalog.InvalidRequest, match=r"parameters\.mode: is missing; allowed: wan-std, wan-pro"):
        catalog.request(body)
    with pytest.raises(catalog.InvalidRequest, match=r"parameters: is missing"):
        catalog.request({"model": model, "input": body["input"]})
    with pytest.raises(catalog.InvalidRequest, match=r"parameters\.mode: 'pro' is not taken"):
        catalog.request(bodies(model, parameters={"mode": "pro"}))


@pytest.mark.parametrize("model", MODELS)
def test_addresses_are_encoded(bodies, model: str) -> None:
    """As the service sees it, an address holds no unencoded characters; it may be a temporary upload."""
    for name in ("image_url", "video_url"):
        with pytest.raises(catalog.InvalidRequest, match=rf"input\.{name}: holds unencoded"):
            catalog.request(bodies(model, input={name: "https://example.org/舞.mp4"}), wire=True)
        catalog.request(bodies(model, input={name: "oss://tmp/dance.mp4"}), wire=True)


@pytest.mark.parametrize(
    ("model", "mode", "word", "price"),
    [
        ("wan2.2-animate-move", "wan-std", "standard", "0.4"),
        ("wan2.2-animate-move", "wan-pro", "pro", "0.6"),
        ("wan2.2-animate-mix", "wan-std", "standard", "0.6"),
        ("wan2.2-animate-mix", "wan-pro", "pro", "0.9"),
    ],
)
def test_the_mode_decides_the_price(bodies, model: str, mode: str, word: str, price: str) -> None:
    """Seconds follow the video; the usage calls the mode a ratio, and by another word."""
    request = catalog.request(bodies(model, parameters={"mode": mode}))
    assert catalog.quote(request, input_seconds={"input.video_url": 7.5}).amount == Decimal("7.5") * Decimal(price)
    assert catalog.quote(request).at_most == 30 * Decimal(price)
    usage = {"video_duration": 5.2, "video_ratio": word}
    assert catalog.cost(model, usage).amount == Decimal("5.2") * Decimal(price)
    assert catalog.cost(model, {"video_duration": 5.2}, request=request).unit_price == Decimal(price)
    assert catalog.cost(model, {"video_duration": 5.2}).amount is None


def test_singapore_has_prices_of_its_own(bodies) -> None:
    """The same ids, dearer."""
    request = catalog.request(bodies("wan2.2-animate-mix"))
    assert catalog.quote(request, region="singapore", input_seconds=2).amount == Decimal("2.642126")

"""A model goes only where it is served."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from blocks import catalog
from blocks.client import Client, ModelNotFound
from blocks.client.addresses import REGIONS

PICTURE = {"image_url": "https://example.org/singer.jpg"}


@pytest.fixture
def sent() -> list[httpx.Request]:
    return []


def _client(region: str, sent: list[httpx.Request]) -> Client:
    def accept(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        body: dict[str, Any] = {"output": {"task_id": "t", "task_status": "PENDING", "check_pass": True}}
        return httpx.Response(200, json=body)

    return Client(REGIONS[region], transport=httpx.MockTransport(accept))


async def test_a_model_the_region_lacks_is_not_sent(sent: list[httpx.Request]) -> None:
    """Neither a submit nor a check leaves the machine; the error names the regions that serve the model."""
    film = catalog.request({"model": "wanx2.1-t2v-turbo", "input": {"prompt": "rain"}})
    check = catalog.request({"model": "wan2.2-s2v-detect", "input": PICTURE})
    async with _client("singapore", sent) as client:
        for call, request in ((client.submit, film), (client.call, check)):
            with pytest.raises(ModelNotFound, match="is served in beijing, not in singapore") as caught:
                await call(request)
            assert (caught.value.accepted, caught.value.may_resend) == ("no", False)
    assert sent == []


async def test_a_model_the_region_has_is_sent(sent: list[httpx.Request]) -> None:
    """The name that Singapore has for it, and what the pages leave open, go out."""
    frames = {"first_frame_url": "https://example.org/a.png"}
    async with _client("singapore", sent) as client:
        await client.submit(catalog.request({"model": "wan2.1-t2v-turbo", "input": {"prompt": "rain"}}))
        await client.submit(catalog.request({"model": "wan2.2-kf2v-flash", "input": frames}))
    assert len(sent) == 2


@pytest.mark.parametrize(("says", "is_one"), [({"calls": {}, "tasks": {}, "render": "none"}, True), ({}, False)])
async def test_a_gateway_of_this_machine_is_no_emulator(
    client: Client, wire: Any, words: Any, says: Any, is_one: bool
) -> None:
    """What answers on a loopback address is asked whether it is our emulator, without the key, beside the base URL."""
    wire.answers(words.Says(says, 200 if says else 404))
    assert await client.is_emulator() is is_one
    [asked] = wire.asked
    assert (asked.method, asked.path) == ("GET", "/emulator") and "authorization" not in asked.headers

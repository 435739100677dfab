from __future__ import annotations

from typing import Any

import pytest

from blocks.storage import MediaStorage
from tasks.downloading import Backoff, DownloadFailed, addresses, fetch

AT_ONCE = Backoff(attempts=4, first_seconds=0, longest_seconds=0)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x/", "data:video/mp4,AAAA"])
async def test_only_http_is_fetched(origin: Any, local: MediaStorage, target: str) -> None:
    """Neither a result URL nor a redirect leads to anything but http and https."""
    with pytest.raises(DownloadFailed):
        await fetch(target, local, "a/video", base_url=origin.base_url, backoff=AT_ONCE)
    origin.last = origin.redirect(target)
    with pytest.raises(DownloadFailed):
        await origin.fetched(local)
    assert len(origin.requests) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "192.168.1.1", "169.254.169.254"])
async def test_a_public_service_cannot_make_us_read_private_hosts(local: MediaStorage, host: str) -> None:
    """A result URL on a loopback or private address is refused unless the service is on one."""
    with pytest.raises(DownloadFailed, match="private or loopback"):
        await fetch(f"http://{host}:9/x.mp4", local, "a", base_url="https://93.184.215.14/api/v1", backoff=AT_ONCE)


async def test_a_name_of_a_private_address_is_refused(
    local: MediaStorage, origin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the address that counts, not the name."""

    async def lookup(host: str) -> list[str]:
        return ["127.0.0.1"]

    monkeypatch.setattr(addresses, "lookup", lookup)
    url = f"http://results.example:{origin.port}/clip.mp4"
    with pytest.raises(DownloadFailed, match=r"results\.example is a private"):
        await fetch(url, local, "a", base_url="https://93.184.215.14/api/v1", backoff=AT_ONCE)
    assert origin.requests == []


async def test_a_redirect_from_public_to_private_is_refused(
    local: MediaStorage, origin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every hop is checked, and the connection goes to the very address that was."""

    async def lookup(host: str) -> list[str]:
        return ["127.0.0.1"]

    monkeypatch.setattr(addresses, "lookup", lookup)
    monkeypatch.setattr(addresses, "is_public", lambda address: True)
    url = f"http://results.example:{origin.port}/clip.mp4"
    asset = await fetch(url, local, "a", base_url="https://93.184.215.14/api/v1", backoff=AT_ONCE)
    assert asset.bytes == len(origin.content)
    assert origin.requests[0]["host"] == f"results.example:{origin.port}"

    monkeypatch.setattr(addresses, "is_public", lambda address: address != "127.0.0.2")
    origin.script = [origin.redirect(f"http://127.0.0.2:{origin.port}/clip.mp4")]
    with pytest.raises(DownloadFailed, match="private or loopback"):
        await fetch(url, local, "b", base_url="https://93.184.215.14/api/v1", backoff=AT_ONCE)
    assert len(origin.requests) == 2


ODD = ["::ffff:127.0.0.1", "::1", "fe80::1%eth0", "100.64.0.1", "0.0.0.0", "224.0.0.1"]
WITHIN = [
    "::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]


@pytest.mark.parametrize("address", [*ODD, *WITHIN])
def test_odd_addresses_are_not_public(address: str) -> None:
    """Mapped, translated, link-local, shared and multicast addresses do not pass as public."""
    assert not addresses.is_public(address)
    assert addresses.is_public("93.184.215.14") and addresses.is_public("64:ff9b::93.184.215.14")

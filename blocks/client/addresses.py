"""Where the provider answers: regions, gateways and the two forms of its address."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import httpx

Region = Literal["beijing", "singapore", "virginia", "gateway", "emulator", "custom"]

REGIONS: Mapping[str, str] = MappingProxyType(
    {
        "beijing": "https://dashscope.aliyuncs.com/api/v1",
        "singapore": "https://dashscope-intl.aliyuncs.com/api/v1",
        "virginia": "https://dashscope-us.aliyuncs.com/api/v1",
    }
)
"""Base URLs of the regions (provider-api.md, models.yaml ``base_urls``)."""

_HOSTS: Mapping[str, Region] = {
    "dashscope.aliyuncs.com": "beijing",
    "dashscope-intl.aliyuncs.com": "singapore",
    "dashscope-us.aliyuncs.com": "virginia",
}
# {WorkspaceId}.{region}.maas.aliyuncs.com, also trial.{region}: models-extra.yaml async_tasks.addresses
_WORKSPACE = re.compile(r"\.(?P<place>[a-z]+-[a-z]+(?:-\d+)?)\.maas\.aliyuncs\.com$")
_PLACES: Mapping[str, Region] = {"cn-beijing": "beijing", "ap-southeast-1": "singapore", "us-east-1": "virginia"}
_PREFIX = "/api/v1"


def normal_base_url(base_url: str) -> str:
    """Return a base URL in the one form used everywhere: no slash at the end, no query.

    A host of the vendor without a path gets its ``/api/v1``; every other path stays as it is.

    Raises:
        ValueError: it is not an http(s) address.
    """
    text = base_url.strip().rstrip("/")
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError, TypeError):
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(
            "The base URL must be an http(s) address such as https://dashscope.aliyuncs.com/api/v1; "
            "check DASHSCOPE_BASE_URL or the DashScope block."
        )
    if url.userinfo:
        raise ValueError("The base URL must hold no user name or password; the API key travels in a header.")
    path = url.path.rstrip("/")
    if url.host.endswith(".aliyuncs.com") and path in ("", "/compatible-mode/v1"):
        path = _PREFIX
    return str(url.copy_with(path=path or "/", query=None, fragment=None)).rstrip("/")


def region_of(base_url: str) -> Region:
    """Tell the region a base URL belongs to; ``custom`` when only its owner knows."""
    url = httpx.URL(base_url)
    if is_loopback(base_url):
        return "emulator"
    if url.host in _HOSTS:
        return _HOSTS[url.host]
    if match := _WORKSPACE.search(url.host):
        return _PLACES.get(match["place"], "custom")
    if url.path.rstrip("/").endswith("/qwen" + _PREFIX):
        return "gateway"
    return "custom"


def is_loopback(base_url: str) -> bool:
    """Tell whether the address is this machine: the emulator, or a test's server."""
    host = httpx.URL(base_url).host
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def chat_url(base_url: str, endpoint: str = "/compatible-mode/v1/chat/completions") -> str:
    """Return the address of the OpenAI-compatible call that belongs to a base URL.

    Args:
        base_url: e.g. ``https://gateway.example/qwen/api/v1``.
        endpoint: as the catalog row has it, from the host's root.

    Returns:
        For a base URL that ends with ``/api/v1``: that ending replaced, so a gateway's prefix stays. Else the endpoint
        at the host's root.
    """
    url = httpx.URL(base_url)
    path = url.path.rstrip("/")
    prefix = path.removesuffix(_PREFIX) if path.endswith(_PREFIX) else ""
    return str(url.copy_with(path=prefix + "/" + endpoint.lstrip("/")))

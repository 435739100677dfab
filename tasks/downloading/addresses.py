"""Which hosts a result may be fetched from: public ones, and private ones only when the service itself is private."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import urllib.request

import httpx

_WITH_IPV4_LAST = tuple(map(ipaddress.IPv6Network, ("::/96", "64:ff9b::/96", "64:ff9b:1::/48")))


class AddressRefused(Exception):
    """A URL leads to a place that results are never fetched from."""


def checked(url: str) -> httpx.URL:
    """Parse the URL of a result.

    Raises:
        AddressRefused: when it is not an http(s) URL with a host.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise AddressRefused("it is not a URL") from None
    if parsed.scheme not in ("http", "https"):
        raise AddressRefused(f"only http and https are fetched, not {parsed.scheme or 'a plain path'}")
    if not parsed.host:
        raise AddressRefused("it names no host")
    return parsed


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and (within := _ipv4_of(ip)) is not None:
        ip = within
    return ip.is_global and not ip.is_multicast


def _ipv4_of(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for: mapped, compatible, 6to4, or by NAT64 (RFC 6052, RFC 8215)."""
    if any(ip in network for network in _WITH_IPV4_LAST):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


async def lookup(host: str) -> list[str]:
    """The IP addresses of a host, IPv4 first.

    Raises:
        OSError: when the name cannot be resolved.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(item[4][0]) for item in found)
    return sorted(addresses, key=lambda address: ":" in address)


def is_proxied(url: httpx.URL) -> bool:
    """Whether the environment sends this URL through a proxy, which then resolves its name."""
    proxies = urllib.request.getproxies()
    has_proxy = url.scheme in proxies or "all" in proxies
    return has_proxy and not urllib.request.proxy_bypass(url.host)


async def reachable(url: httpx.URL, *, base_url: str) -> list[str]:
    """The addresses to connect to for a URL; empty means: by its name.

    Connecting to the very address that was checked leaves no gap in which a name can change its meaning.

    Args:
        url: of a result, or where it redirects to.
        base_url: of the service that gave it; a private service may hand out private addresses. Empty: of none.

    Raises:
        AddressRefused: when the host is a loopback or private one and the service's own is not.
        OSError: when the name cannot be resolved.
    """
    try:
        addresses = [str(ipaddress.ip_address(url.host))]
    except ValueError:
        local = url.host == "localhost" or url.host.endswith(".localhost")
        if not local and is_proxied(url):
            return []
        addresses = ["127.0.0.1"] if local else await lookup(url.host)
    if all(is_public(address) for address in addresses):
        return addresses
    if await _is_private_service(base_url):
        return []
    raise AddressRefused(f"{url.host} is a private or loopback address")


async def _is_private_service(base_url: str) -> bool:
    host = httpx.URL(base_url).host
    if not host:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        addresses = [str(ipaddress.ip_address(host))]
    except ValueError:
        try:
            addresses = await lookup(host)
        except OSError:
            return False
    return not all(is_public(address) for address in addresses)

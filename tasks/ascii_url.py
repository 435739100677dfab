"""Web addresses as the service reads them: ASCII only, as the pages ask."""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit

import httpx

_ASCII = "".join(chr(code) for code in range(33, 127))


def ascii_url(url: str) -> str:
    """The URL with its non-ASCII characters and blanks encoded, and nothing else changed."""
    if url.isascii() and " " not in url:
        return url
    parts = urlsplit(url)
    host = parts.netloc if parts.netloc.isascii() else httpx.URL(f"http://{parts.netloc}").netloc.decode("ascii")
    return urlunsplit((parts.scheme, host, *(quote(part, safe=_ASCII) for part in parts[2:])))

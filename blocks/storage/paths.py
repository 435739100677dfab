"""Storage URLs and the paths inside a storage root."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

LOCAL_PROTOCOLS = frozenset({"file", "local"})


class StorageUnusable(Exception):
    """The storage cannot be used as configured: wrong URL, missing library, no permission, nobody answers."""

    code = "StorageUnusable"


def protocol_of(url: str) -> str:
    """The fsspec protocol of a URL; a plain path is ``file``."""
    head, separator, _ = url.partition("://")
    return head.lower() if separator else "file"


def without_query(url: str) -> str:
    """The URL as it may be shown: no query, no user, no password."""
    if protocol_of(url) in LOCAL_PROTOCOLS:
        return url
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def absolute_url(url: str) -> str:
    """Make a storage URL absolute, so that it means the same from every working directory.

    Raises:
        ValueError: when it is empty, or carries a password.
    """
    url = url.strip()
    if not url:
        raise ValueError("the storage URL is empty; give a folder such as ./media or a URL such as s3://bucket/media")
    protocol = protocol_of(url)
    if protocol in LOCAL_PROTOCOLS:
        plain = url.partition("://")[2] if "://" in url else url
        return str(Path(plain).expanduser().absolute().resolve())
    if urlsplit(url).password:
        raise ValueError("the storage URL carries a password; put credentials into the options, which are kept secret")
    while url.endswith("/") and not url.endswith("://"):
        url = url[:-1]
    return url


def inside(path: str) -> str:
    """Check and normalise a path relative to the storage root.

    Returns:
        The path with single forward slashes; the empty text is the root itself.

    Raises:
        ValueError: when it would leave the root or cannot be a file name.
    """
    if path.startswith(("/", "~")) or "\\" in path or "://" in path or (len(path) > 1 and path[1] == ":"):
        raise ValueError(f"storage paths are relative to the storage root, with forward slashes: {path!r}")
    if any(ord(character) < 32 or ord(character) == 127 for character in path):
        raise ValueError(f"storage paths hold no control characters: {path!r}")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise ValueError(f"storage paths never leave the storage root: {path!r}")
    return "/".join(parts)

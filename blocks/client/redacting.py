"""Keeps secrets out of logs and error texts."""

from __future__ import annotations

import base64
import logging
import re

_URL = re.compile(r"\b([a-z][a-z0-9+.-]*://)([^\s'\"<>，。！、（）]+)", re.IGNORECASE)
_KEY = re.compile(r"\bsk-[A-Za-z0-9._-]{6,}")
_BEARER = re.compile(r"(\bBearer\s+)[^\s'\",]+", re.IGNORECASE)

_SHORTEST_ENCODED = 8
"""The base64 of less may be a part of any text."""

_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy")


def redact(text: str, *secrets: str) -> str:
    """Mask what nobody should read in a URL, or in a text that quotes URLs.

    The query string, the fragment and the user part of every URL go, and anything that looks like an API key.

    Args:
        text: a URL or any text.
        *secrets: further strings to mask wherever they stand, in base64 as well.

    Returns:
        The text as it may be logged, shown and stored.
    """
    for secret in secrets:
        for form in _forms(secret):
            text = text.replace(form, "***")
    text = _URL.sub(lambda match: match[1] + _plain_url(match[2]), text)
    return _BEARER.sub(r"\1***", _KEY.sub("sk-***", text))


def _forms(secret: str) -> list[str]:
    """A secret as it may stand in a text: itself, and what base64 makes of it behind none, one or two other bytes."""
    if len(secret) < _SHORTEST_ENCODED:
        return [secret] if secret else []
    data = secret.encode()
    encoded = (base64.b64encode(bytes(before) + data).decode() for before in range(3))
    return [secret, *(text[-(-before * 4 // 3) : (before + len(data)) * 4 // 3] for before, text in enumerate(encoded))]


def _plain_url(rest: str) -> str:
    host_and_path, mark, _ = re.match(r"([^?#]*)([?#]?)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]
    authority, slash, path = host_and_path.partition("/")
    return authority.rpartition("@")[2] + slash + path + ("?…" if mark else "")


class _Redacting(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), None
        return True


_FILTER = _Redacting()


def guard_logs() -> None:
    """Mask the query strings in the lines httpx writes for every call; calling it again changes nothing."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)

"""Result links that look presigned and end.

A link carries when it ends and a signature over that and its path, not over its host: it stays good when the service
starts again on another port.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import parse_qs, quote, urlsplit

RESULTS = "/results/"
_KEY_ID = "LTAI5tEmulatorResults"


class Signer:
    """Signs and checks.

    Args:
        secret: The secret of the service's state.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sign(self, text: str) -> str:
        """A signature over any text, in base64."""
        return base64.b64encode(hmac.new(self._secret, text.encode(), hashlib.sha1).digest()).decode()

    def matches(self, text: str, signature: str) -> bool:
        """Whether the signature is ours and over that text."""
        return hmac.compare_digest(self.sign(text).encode(), signature.encode())

    def link(self, origin: str, name: str, expires: float) -> str:
        """A link to a result file.

        Args:
            origin: Scheme and host the caller knows this service by.
            name: Path of the file inside the results folder.
            expires: When the link ends, in seconds since the epoch.
        """
        path = RESULTS + quote(name)
        end = int(expires)
        signature = quote(self.sign(f"{end}\n{path}"), safe="")
        return f"{origin}{path}?Expires={end}&OSSAccessKeyId={_KEY_ID}&Signature={signature}"

    def allows(self, path: str, query: str, now: float) -> str | None:
        """Why a link must not be served, or None when it is good.

        Args:
            path: The path as in the link, percent-encoded.
            query: The query string.
            now: The time.
        """
        values = parse_qs(query)
        end, signature = values.get("Expires", [""])[0], values.get("Signature", [""])[0]
        if not end.isdigit() or not self.matches(f"{end}\n{path}", signature):
            return "The request signature we calculated does not match the signature you provided."
        return "Request has expired." if now > int(end) else None

    def own_file(self, url: str, now: float) -> str | None:
        """The name of the result file a link of ours leads to, whatever its host; None for every other link."""
        parts = urlsplit(url)
        if not parts.path.startswith(RESULTS) or self.allows(parts.path, parts.query, now) is not None:
            return None
        return parts.path.removeprefix(RESULTS)

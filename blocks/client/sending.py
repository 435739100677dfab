"""One HTTP call: what can go wrong on the way, named; a client for every event loop."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import weakref
from collections.abc import AsyncIterable, Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import httpx

from blocks.client.errors import AnswerLost, DashScopeError, NotSent, error_from

# The connection was never made, so nothing can have been accepted.
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
# What a Date header in whole seconds and its way here may differ by.
_SAME_TIME = timedelta(seconds=5)
_LIMITS = httpx.Limits(max_connections=64, max_keepalive_connections=32, keepalive_expiry=4.0)


class Connections:
    """The httpx client of the running event loop, made when first needed and kept until closed.

    Args:
        transport: takes the place of the network, for tests.
        trust_env: whether proxies of the environment are used.
        headers: sent with every call; never the key, because uploads go to another host.

    Attributes:
        ahead: how far the clock of whoever answered last is ahead of this machine's.
    """

    def __init__(
        self, *, transport: httpx.AsyncBaseTransport | None, trust_env: bool, headers: Mapping[str, str]
    ) -> None:
        self._transport = transport
        self._trust_env = trust_env
        self._headers = dict(headers)
        self._clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = (
            weakref.WeakKeyDictionary()
        )
        self._lock = threading.Lock()
        self.ahead = timedelta(0)

    def _client(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        with self._lock:
            client = self._clients.get(loop)
            if client is None:
                client = httpx.AsyncClient(
                    transport=self._transport,
                    trust_env=self._trust_env,
                    headers=self._headers,
                    limits=_LIMITS,
                    follow_redirects=False,
                    verify=_tls(self._trust_env) if self._transport is None else True,
                )
                self._clients[loop] = client
        return client

    async def send(
        self,
        method: str,
        url: str,
        *,
        timeout: httpx.Timeout,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        content: AsyncIterable[bytes] | None = None,
        before: Callable[[], None] | None = None,
    ) -> httpx.Response:
        """Make one call and read its whole answer, whatever its status.

        Args:
            before: called once the connection stands, right before head and body leave. What it raises ends the call:
                the other side never has the whole of it.

        Raises:
            NotSent: no connection was made.
            AnswerLost: it was sent, and no whole answer came.
        """
        sent = dict(headers or {})
        data: bytes | AsyncIterable[bytes] | None = content
        if body is not None:
            sent["Content-Type"] = "application/json"
            data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            response = await self._client().request(
                method,
                url,
                headers=sent,
                params=params or None,
                content=data,
                timeout=timeout,
                extensions={"trace": _tracing(before)} if before else None,
            )
            self.ahead = _ahead(response.headers, self.ahead)
            return response
        except _NEVER_SENT as error:
            raise NotSent(f"No connection to {url}: {_said(error)}") from None
        except httpx.TimeoutException as error:
            raise AnswerLost(f"{url} did not answer in time ({type(error).__name__})") from None
        except httpx.HTTPError as error:
            raise AnswerLost(f"The connection to {url} broke: {_said(error)}") from None

    async def aclose(self) -> None:
        """Close the connections of the running loop; those of loops that ended go with them."""
        with self._lock:
            client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()


def machine_time() -> datetime:
    """What this machine's clock says, UTC."""
    return datetime.now(UTC)


def _ahead(headers: Mapping[str, str], before: timedelta) -> timedelta:
    try:
        said = parsedate_to_datetime(headers["date"])
    except (KeyError, TypeError, ValueError):
        return before
    ahead = (said if said.tzinfo else said.replace(tzinfo=UTC)) - machine_time()
    return ahead if abs(ahead) > _SAME_TIME else timedelta(0)


def answer_of(response: httpx.Response) -> dict[str, Any] | None:
    """The JSON object an answer holds; None when it holds none."""
    try:
        body = response.json()
    except (ValueError, UnicodeDecodeError):
        return None
    return body if isinstance(body, dict) else None


def refusal(response: httpx.Response, *, model: str | None = None) -> DashScopeError:
    """The error of an answer that is no success."""
    body: Any = answer_of(response)
    if body is None:
        kind = response.headers.get("content-type", "")
        body = f"{response.reason_phrase or 'an answer'} without JSON ({kind})" if "html" in kind else _text(response)
    return error_from(response.status_code, body, model=model, retry_after=retry_after(response.headers))


def retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds an answer asks to wait: its ``Retry-After`` in seconds or as an HTTP date; None when it says nothing."""
    said = headers.get("retry-after", "").strip()
    if not said:
        return None
    try:
        seconds = float(said)
    except ValueError:
        try:
            when = parsedate_to_datetime(said)
        except (TypeError, ValueError):
            return None
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        seconds = (when - (now or datetime.now(UTC))).total_seconds()
    return max(0.0, seconds) if seconds == seconds and seconds != float("inf") else None


def _tracing(before: Callable[[], None]) -> Callable[[str, Any], Coroutine[Any, Any, None]]:
    async def trace(event: str, _: Any) -> None:
        if event.endswith(("send_request_headers.started", "send_request_body.started")):
            before()

    return trace


@lru_cache(maxsize=2)
def _tls(trust_env: bool) -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=trust_env)


def _text(response: httpx.Response) -> str:
    return response.content[:2000].decode("utf-8", "replace")


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__

"""Answers that go wrong on the wire: resets, late and broken answers, downloads that stop or crawl."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .refusal import Refusal
from .scenario import CallAction, Corrupt, Fail, Garbage, LoseAnswer, Refuse, Reset, Slow, Throttle, Trickle, Truncate

TRANSPORT = "wanflow.transport"
"""Key of the connection in `scope["extensions"]`, put there by `blocks.emulator.server`."""


async def answer(action: CallAction | None, work: Callable[[], Awaitable[Response]]) -> Response:
    """Does the work of a call and answers it, as well as the scenario lets it.

    Args:
        action: What goes wrong, or None.
        work: Does what the call asks for; not called when the call is to be refused before it takes effect.
    """
    match action:
        case Throttle():
            return Refusal(429, action.code, action.message, action.retry_after).response()
        case Refuse():
            return Refusal(action.http_status, action.code, action.message).response()
        case Fail():
            if action.accept:
                await work()
            return Refusal(action.http_status, action.code, action.message).response()
        case Reset():
            return ConnectionReset()
        case LoseAnswer():
            await work()
            return ConnectionReset()
        case Garbage():
            await work()
            return PlainTextResponse(action.text, media_type="application/json")
        case Slow():
            response = await work()
            await asyncio.sleep(action.seconds)
            return response
        case Truncate() | Trickle() | Corrupt():
            return Broken(await work(), action)
    return await work()


class ConnectionReset(Response):
    """Sends nothing and resets the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Resets."""
        await reset(scope)


async def reset(scope: Scope) -> None:
    """Resets the connection of a request, so that the caller sees a reset and not a polite end.

    Raises:
        RuntimeError: The app is served by something other than `Emulator` and `serve`, which hand on the connection.
    """
    transport: asyncio.Transport | None = (scope.get("extensions") or {}).get(TRANSPORT)
    if transport is None:
        raise RuntimeError("Connections can only be reset when blocks.emulator.Emulator serves the app.")
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await asyncio.sleep(0)


class Broken(Response):
    """A download that stops early, crawls, or holds spoilt bytes. Its headers are those of the whole one."""

    def __init__(self, whole: ASGIApp, action: Truncate | Trickle | Corrupt) -> None:
        self._whole = whole
        self._action = action
        super().__init__()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the whole one, meddling with its bytes."""
        action, left, spoilt = self._action, 0, False

        async def meddle(message: Message) -> None:
            nonlocal left, spoilt
            if message["type"] == "http.response.start":
                length = dict(message["headers"]).get(b"content-length", b"0")
                left = int(int(length) * action.fraction) if isinstance(action, Truncate) else int(length)
                await send(message)
                return
            body: bytes = message.get("body", b"")
            if isinstance(action, Truncate):
                await send({**message, "body": body[:left], "more_body": True})
                left -= len(body)
                if left <= 0:
                    await asyncio.sleep(0.05)  # lets what was written leave before the connection goes
                    await reset(scope)
                    raise ClientDisconnect
            elif isinstance(action, Trickle):
                step = max(1, action.bytes_per_second // 10)
                for start in range(0, len(body), step):
                    await send({**message, "body": body[start : start + step], "more_body": True})
                    await asyncio.sleep(step / action.bytes_per_second)
                await send({**message, "body": b""})
            else:
                await send({**message, "body": bytes(value ^ 0x5A for value in body)})

        try:
            await self._whole(scope, receive, meddle)
        except ClientDisconnect:
            return

"""The emulated service as a Starlette app."""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from . import inspection, refusal
from .chat import complete
from .refusal import Refusal, on_refusal
from .results import get_result
from .runner import Runner
from .scenario import Scenario
from .service import Service
from .submission import submit
from .tasks import cancel, listing, query
from .uploads import get_file, get_policy, post_file

log = logging.getLogger("wanflow.emulator")

Render = Literal["full", "none"]

_PREFIX = re.compile(r"^.*?(?=/(?:api|compatible-mode)/v1/)")


def create_app(
    *,
    state: Path | None = None,
    scenario: Scenario | None = None,
    render: Render = "full",
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """Makes the app.

    Args:
        state: Folder that keeps tasks, uploads and results over restarts; several processes may share it. None keeps
            nothing.
        scenario: What goes wrong; nothing by default.
        render: "full" makes pictures and sound; "none" hands out a small fixed clip or picture at once and reads no
            inputs.
        clock: Seconds since the epoch; tests move it.
    """

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        folder = Path(tempfile.mkdtemp(prefix="emulator-")) if state is None else Path(state)
        try:
            service = Service(
                folder, keep=state is not None, scenario=scenario or Scenario(), render=render, clock=clock
            )
        except Exception as error:
            app.state.failure = error
            raise
        service.runner = Runner(service)
        app.state.service = service
        try:
            await service.runner.start()
            yield
        finally:
            await service.runner.stop()
            service.store.close()
            if state is None:
                shutil.rmtree(folder, ignore_errors=True)

    routes = [
        Route("/api/v1/services/{endpoint:path}", submit, methods=["POST"]),
        Route("/api/v1/tasks", listing, methods=["GET"]),
        Route("/api/v1/tasks/{task_id}", query, methods=["GET"]),
        Route("/api/v1/tasks/{task_id}/cancel", cancel, methods=["POST"]),
        Route("/api/v1/uploads", get_policy, methods=["GET"]),
        Route("/compatible-mode/v1/chat/completions", complete, methods=["POST"]),
        Route("/upload", post_file, methods=["POST"]),
        Route("/results/{name:path}", get_result, methods=["GET", "HEAD"]),
        Route("/emulator", inspection.overview, methods=["GET"]),
        Route("/emulator/tasks", inspection.tasks, methods=["GET"]),
        Route("/emulator/submits", inspection.submits, methods=["GET"]),
        Route("/emulator/uploads/{key:path}", get_file, methods=["GET"]),
        Route("/emulator/events", inspection.events, methods=["GET"]),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(AnyPrefix)],
        exception_handlers={Refusal: on_refusal, 404: _not_found, Exception: _failed},
        lifespan=life,
    )


class AnyPrefix:
    """Serves every path under any prefix, as behind a gateway, and with or without a slash at its end."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Cuts off what stands before the API's own path."""
        if scope["type"] == "http":
            path = _PREFIX.sub("", scope["path"])
            scope = {**scope, "path": path.rstrip("/") or "/"}
        await self.app(scope, receive, send)


async def _failed(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return Refusal(500, "InternalError", "An internal error has occured, please try again later.").response()


async def _not_found(request: Request, error: Exception) -> Response:
    return refusal.not_found(request.url.path).response()

"""What the service knows about itself, for tests and audits: `GET /emulator/…`; no API key is asked for.

Counts of calls are those of this process; tasks, submits and events are those of the whole state.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .service import Service
from .task import Task


async def overview(request: Request) -> Response:
    """`GET /emulator`: calls by kind, tasks by status."""
    service = Service.of(request)
    statuses: dict[str, int] = {}
    for task in service.store.tasks():
        statuses[task.status] = statuses.get(task.status, 0) + 1
    return JSONResponse({"calls": dict(service.counts), "tasks": statuses, "render": service.render})


async def tasks(request: Request) -> Response:
    """`GET /emulator/tasks`: every task of every account, newest first."""
    return JSONResponse([as_dict(task) for task in Service.of(request).store.tasks()])


async def submits(request: Request) -> Response:
    """`GET /emulator/submits`: accepted submits by the hash of their body."""
    return JSONResponse(Service.of(request).store.submits())


async def events(request: Request) -> Response:
    """`GET /emulator/events?after=N&kind=K`: what happened, oldest first."""
    after = request.query_params.get("after", "0")
    kind = request.query_params.get("kind")
    return JSONResponse(Service.of(request).store.events(int(after) if after.isdigit() else 0, kind))


def as_dict(task: Task) -> dict[str, Any]:
    """A task as plain data."""
    return asdict(task)

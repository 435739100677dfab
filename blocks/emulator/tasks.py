"""Tasks over HTTP: query one, list many, cancel one that waits (provider-api.md)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from blocks import catalog

from . import answers, refusal
from .misbehaviour import answer
from .service import Service
from .task import Task, from_china_time

LARGEST_PAGE = 100
_DAY = 86_400


async def query(request: Request) -> Response:
    """`GET /tasks/{task_id}`."""
    service = Service.of(request)
    account = service.account(request)
    service.counts["query"] += 1
    service.limit_rate("query", account, service.scenario.limits.queries_per_second)
    task_id = request.path_params["task_id"]
    task = _visible(service, account, task_id)

    async def work() -> Response:
        if task is None or task.status == "UNKNOWN":
            return JSONResponse(answers.unknown(task_id))
        return JSONResponse(answers.about(task, _links(service, request, task)))

    action = service.trouble("query", model=task.model if task else None, prompt=task.prompt if task else None)
    return await answer(action, work)


async def listing(request: Request) -> Response:
    """`GET /tasks/?…`: every task of the account within 24 hours, without results, newest first."""
    service = Service.of(request)
    account = service.account(request)
    service.counts["list"] += 1
    service.limit_rate("list", account, service.scenario.limits.queries_per_second)

    async def work() -> Response:
        asked = request.query_params
        now = service.clock()
        since, until = _span(asked.get("start_time"), asked.get("end_time"), now)
        page, size = _whole(asked.get("page_no"), 1), min(_whole(asked.get("page_size"), 10), LARGEST_PAGE)
        total, found = service.store.page(
            since,
            until,
            (page - 1) * size,
            size,
            ended_since=now - service.scenario.task_seconds,
            account=account,
            model=asked.get("model_name") or None,
            status=asked.get("status") or None,
            task_id=asked.get("task_id") or None,
        )
        body = {
            "request_id": refusal.new_id(),
            "data": [_row(task) for task in found],
            "page_no": page,
            "page_size": size,
            "total": total,
            "total_page": -(-total // size),
        }
        return JSONResponse(body)

    return await answer(service.trouble("list", model=request.query_params.get("model_name")), work)


async def cancel(request: Request) -> Response:
    """`POST /tasks/{task_id}/cancel`: takes effect on a PENDING task only."""
    service = Service.of(request)
    account = service.account(request)
    task_id = request.path_params["task_id"]
    task = _visible(service, account, task_id)

    async def work() -> Response:
        if not service.store.cancel(task_id, account, service.clock()):
            raise refusal.not_pending()
        service.store.note("cancelled", service.clock(), task_id=task_id)
        return JSONResponse({"request_id": refusal.new_id()})

    return await answer(service.trouble("cancel", model=task.model if task else None), work)


def _visible(service: Service, account: str, task_id: str) -> Task | None:
    task = service.store.task(task_id)
    return None if task is None or task.account != account or _forgotten(service, task) else task


def _forgotten(service: Service, task: Task) -> bool:
    ended = task.ended
    return ended is not None and service.clock() > ended + service.scenario.task_seconds


def _links(service: Service, request: Request, task: Task) -> list[str | None]:
    if task.outcome is None or task.ended is None:
        return []
    expires = task.ended + service.scenario.url_seconds
    if expires <= service.clock():  # only in a scenario: links that end before the task is forgotten are made anew
        expires = service.clock() + service.scenario.url_seconds
    origin = service.origin(request)
    return [None if name is None else service.signer.link(origin, name, expires) for name in task.outcome.files]


def _span(start: str | None, end: str | None, now: float) -> tuple[float, float]:
    """The span of a list call; a missing end is a day from the other one (models-extra.yaml async_tasks.list)."""
    try:
        since = from_china_time(start) if start else None
        until = from_china_time(end) + 0.999 if end else None
    except ValueError as error:
        raise refusal.invalid("start_time and end_time must have the format YYYYMMDDhhmmss.") from error
    if since is None and until is None:
        return now - _DAY, now
    if since is None:
        assert until is not None
        return until - _DAY, until
    return since, since + _DAY if until is None else until


def _whole(text: str | None, default: int) -> int:
    if not text:
        return default
    if not text.isdigit() or int(text) < 1:
        raise refusal.invalid("page_no and page_size must be whole numbers from 1.")
    return int(text)


def _key(model: str) -> str:
    """Group, task and function of a model as its endpoint has them (models-extra.yaml, async_tasks.event)."""
    return ":".join(("apikey", "v1", *catalog.find(model).endpoint.strip("/").split("/")[1:], model))


def _row(task: Task) -> dict[str, Any]:
    row = {
        "api_key_id": task.account,
        "caller_parent_id": task.account,
        "caller_uid": task.account,
        "gmt_create": int(task.submitted * 1000),
        "model_name": task.model,
        "region": "cn-beijing",
        "request_id": task.request_id,
        "status": task.status,
        "task_id": task.task_id,
        "user_api_unique_key": _key(task.model),
    }
    if task.scheduled is not None:
        row["start_time"] = int(task.scheduled * 1000)
    if task.ended is not None:
        row["end_time"] = int(task.ended * 1000)
    return row

"""Calls of a model: `POST /services/…`, handed in as a task or answered at once."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from blocks import catalog

from . import answers, refusal
from .chance import Fate
from .immediate import at_once
from .misbehaviour import answer
from .service import Service
from .task import Task, hash_of, prompt_of
from .templates import check_template


async def submit(request: Request) -> Response:
    """Checks a request as the service does, and accepts it as a task or answers it."""
    service = Service.of(request)
    account = service.account(request)
    raw = await read_json(request)
    model = str(raw.get("model", ""))

    async def work() -> Response:
        row = find_model(raw)
        immediate = check_path(row, request.path_params["endpoint"])
        asynchronous = request.headers.get("X-DashScope-Async", "").lower() == "enable"
        if not asynchronous and not immediate:
            raise refusal.asynchronous_only()
        if asynchronous and immediate:
            raise refusal.synchronous_only()
        if service.scenario.limits.submits:
            service.limit_rate("submit", f"{account}/{model}", row.limits.submits_per_second)
        _limit_queue(service, account, model)
        asked = check_body(raw)
        check_template(asked, account, service)
        resolve_oss = request.headers.get("X-DashScope-OssResourceResolve", "").lower() == "enable"
        if not resolve_oss and any(field.value.startswith("oss://") for field in asked.media()):
            raise refusal.unreachable_url("The request URL is invalid, make sure the url is correct.")
        fate = Fate() if immediate else service.chance.fate(model=model, prompt=prompt_of(raw))
        task = Task(
            task_id=refusal.new_id(),
            request_id=refusal.new_id(),
            account=account,
            model=model,
            body=asked.body(),
            body_hash=hash_of(raw),
            submitted=service.clock(),
            resolve_oss=resolve_oss,
            fate=fate,
        )
        if immediate:
            return await at_once(request, service, service.runner.maker, task, asked)
        service.store.add(task, task.submitted)
        service.store.note("accepted", task.submitted, task_id=task.task_id, model=model, body_hash=task.body_hash)
        service.runner.run(task, asked)
        return JSONResponse(answers.accepted(task))

    service.counts["submit"] += 1
    return await answer(service.trouble("submit", model=model, prompt=prompt_of(raw)), work)


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object of a body.

    Raises:
        Refusal: It is none.
    """
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise refusal.not_json() from error
    if not isinstance(body, dict):
        raise refusal.not_json()
    return body


def find_model(raw: dict[str, Any]) -> catalog.Model:
    """The catalog's row of the model a body names.

    Raises:
        Refusal: It names none, or none that exists.
    """
    model = raw.get("model")
    if not isinstance(model, str) or not model:
        raise refusal.invalid("Required parameter(model) missing or invalid, please check the request parameters.")
    try:
        return catalog.find(model)
    except catalog.UnknownModel as error:
        raise refusal.no_such_model() from error


def check_path(row: catalog.Model, endpoint: str) -> bool:
    """Holds a model to its own paths, with or without a slash at their end.

    Returns:
        Whether a call there is answered at once.

    Raises:
        Refusal: The model lives under another path.
    """
    path = f"services/{endpoint}".strip("/")
    if path == row.endpoint.strip("/"):
        return row.at_once
    if row.sync_endpoint is None or path != row.sync_endpoint.strip("/"):
        raise refusal.wrong_endpoint()
    return True


def check_body(raw: dict[str, Any]) -> catalog.Request:
    """Checks a body against the documented limits; text that is too long is cut, silently, as the service does.

    Raises:
        Refusal: It breaks a limit.
    """
    try:
        return catalog.request(_without_the_sdks_own(raw), truncate=True, wire=True)
    except catalog.InvalidRequest as error:
        row = catalog.find(raw["model"])
        said = dict.fromkeys(_said(problem, row) for problem in error.problems)
        raise refusal.invalid("; ".join(said)) from error


def _without_the_sdks_own(raw: dict[str, Any]) -> dict[str, Any]:
    """The body without what the vendor's SDK and its documented calls add.

    `parameters.is_async`; `parameters.result_format` of a call that sends a message; `input.function` where there is
    none; a poster's `auxiliary_parameters` outside the input, as in the first sample of its page.
    """
    extras = {"parameters": {"is_async"}, "input": set() if catalog.find(raw["model"]).variants else {"function"}}
    if isinstance(raw.get("input"), dict) and "messages" in raw["input"]:
        extras["parameters"].add("result_format")
    return {
        part: {name: value for name, value in given.items() if name not in extras.get(part, ())}
        if isinstance(given, dict)
        else given
        for part, given in raw.items()
        if part != "auxiliary_parameters"
    }


_OWN = {
    "emoji-v1": {
        "input.ext_bbox": "Invalid ext_bbox.",
        "input.driven_id": "Driven not exist: driven_id.",
    },
    "wanx2.1-vace-plus": {"parameters.obj_or_bg": "ref_images_url and obj_or_bg must be the same length."},
    "qwen-image-max": {"parameters.n": "num_images_per_prompt must be 1."},
    "qwen-image": {"parameters.n": "num_images_per_prompt must be 1."},
    "qwen-image-plus": {"parameters.n": "num_images_per_prompt must be 1."},
}
"""By model and field: what it says of a wrong value instead of the usual sentence (models-extra.yaml errors)."""


def _said(problem: catalog.Problem, row: catalog.Model) -> str:
    if problem.value is None and "missing" in problem.message.lower():
        return f"Field required: {problem.field}"
    if row.family == "poster":
        return "check input data style."
    own = _OWN.get(row.same_as or row.id, {}).get(problem.field)
    if own is not None and "more than one background" not in problem.message:
        return own
    return f"the parameters must conform to the specification: {problem}"


def _limit_queue(service: Service, account: str, model: str) -> None:
    most = service.scenario.limits.queued
    if most is None:
        return
    waiting, _ = service.store.page(0, float("inf"), 0, 0, account=account, model=model, status="PENDING")
    if waiting >= most:
        raise refusal.too_many()

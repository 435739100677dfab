"""Result files over HTTP: presigned links that end, `Range`, `Content-Length`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from .misbehaviour import answer
from .refusal import storage_refusal
from .service import Service
from .signing import RESULTS


async def get_result(request: Request) -> Response:
    """`GET /results/{task_id}/{file}?Expires=…&Signature=…`; no API key is asked for, the signature is the ticket."""
    service = Service.of(request)
    raw_path = request.scope.get("raw_path") or request.url.path.encode()
    path = raw_path.decode("ascii").partition("?")[0]
    refused = service.signer.allows(path, request.url.query, service.clock())
    if refused is not None:
        return storage_refusal(403, "AccessDenied", refused)
    task_id, _, name = path.removeprefix(RESULTS).partition("/")
    task = service.store.task(task_id)
    file = service.result_file(f"{task_id}/{name}")
    if file is None:
        return storage_refusal(404, "NoSuchKey", "The specified key does not exist.")
    service.counts["download"] += 1

    # A model that answers at once leaves files without a task.
    known = {"model": task.model, "prompt": task.prompt} if task is not None else {}
    trouble = service.trouble("download", **known)

    async def work() -> Response:
        return FileResponse(file, content_disposition_type="inline")

    return await answer(trouble, work)

"""Models that answer at once: checks of a picture, and picture models without tasks."""

from __future__ import annotations

import logging
import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from blocks import catalog

from . import answers, checks
from .demands import InputFailed
from .making import Maker
from .refusal import Refusal
from .service import Service
from .task import Outcome, Task
from .usage import Made, usage
from .workers import RenderFailed

log = logging.getLogger("wanflow.emulator")

_LIMITS = ("InvalidFile.Resolution", "InvalidFile.Size")
"""What makes a check say no; everything else about a picture is an error of the call."""
_UNREADABLE = ("InvalidFile.Format", "InvalidImage.FileFormat")


async def at_once(request: Request, service: Service, maker: Maker, call: Task, asked: catalog.Request) -> Response:
    """Answers a call.

    Args:
        request: The call as it came.
        service: The service.
        maker: Makes or looks at pictures.
        call: The call in the form of a task; it is not kept as one.
        asked: Its request.

    Raises:
        Refusal: An input cannot be used.
    """
    work = service.results / f".{uuid.uuid4().hex}"
    try:
        if asked.row.kind == "check":
            outcome = await _checked(service, maker, call, asked, work)
        else:
            outcome = await _made(maker, call, asked, work)
    except InputFailed as error:
        if asked.row.kind == "check" and error.code in _UNREADABLE:
            # models.yaml common.errors.general
            message = "Input files format not supported."
            raise Refusal(400, "InvalidParameter.UnsupportedFileFormat", message) from error
        raise Refusal(400, error.code, error.message) from error
    except RenderFailed as error:
        log.error("%s: %s", call.model, error)
        service.store.note("render_failed", service.clock(), model=call.model, reason=str(error))
        raise Refusal(500, "InternalError.Algo", "inference internal error.") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    service.store.note("answered", service.clock(), model=call.model, body_hash=call.body_hash)
    return JSONResponse(answers.at_once(call.model, outcome, _links(service, request, outcome.files)))


async def _checked(service: Service, maker: Maker, call: Task, asked: catalog.Request, work: Path) -> Outcome:
    counted = usage(asked, Made(0, 0, 0, sound=False))
    no = service.chance.check(model=call.model)
    if no is not None:
        return Outcome(values=checks.refused(asked, no.code, no.reason), usage=counted)
    try:
        width, height = await maker.look(call, asked, work)
    except InputFailed as error:
        if error.code not in _LIMITS:
            raise
        return Outcome(values=checks.refused(asked, error.code, error.message), usage=counted)
    return Outcome(values=checks.passed(asked, width, height), usage=counted)


async def _made(maker: Maker, call: Task, asked: catalog.Request, work: Path) -> Outcome:
    names, made = await maker.make(call, asked, work)
    return Outcome(files=tuple(names), values=answers.values(asked), usage=usage(asked, made, at_once=True))


def _links(service: Service, request: Request, names: Sequence[str | None]) -> list[str | None]:
    expires = service.clock() + service.scenario.url_seconds
    origin = service.origin(request)
    return [None if name is None else service.signer.link(origin, name, expires) for name in names]

"""How the service says no.

A refused call answers with a top-level `code`, `message` and `request_id` (provider-api.md, "Error codes"; the
wording is that of models-extra.yaml `errors`).
"""

from __future__ import annotations

import uuid
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Refusal(Exception):
    """A call the service refuses.

    Args:
        http_status: Status of the answer.
        code: The documented error code.
        message: The documented message.
        retry_after: Seconds for a `Retry-After` header, when the answer has one.
    """

    def __init__(self, http_status: int, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(f"{http_status} {code}: {message}")
        self.http_status = http_status
        self.code = code
        self.message = message
        self.retry_after = retry_after

    def response(self) -> Response:
        """The refusal as the service writes it."""
        headers = {} if self.retry_after is None else {"Retry-After": f"{self.retry_after:g}"}
        body = {"request_id": new_id(), "code": self.code, "message": self.message}
        return JSONResponse(body, self.http_status, headers)


def new_id() -> str:
    """A request or task id in the form the service uses."""
    return str(uuid.uuid4())


async def on_refusal(request: Request, error: Exception) -> Response:
    """Starlette's exception handler for `Refusal`."""
    assert isinstance(error, Refusal)
    return error.response()


def no_key() -> Refusal:
    """No `Authorization: Bearer …` header."""
    return Refusal(401, "InvalidApiKey", "No API-key provided.")


def wrong_key() -> Refusal:
    """A key this service does not accept."""
    return Refusal(401, "InvalidApiKey", "Invalid API-key provided.")


def asynchronous_only() -> Refusal:
    """An asynchronous model called without `X-DashScope-Async: enable`."""
    return Refusal(403, "AccessDenied", "current user api does not support synchronous calls.")


def synchronous_only() -> Refusal:
    """A synchronous model called with `X-DashScope-Async: enable`."""
    return Refusal(403, "AccessDenied", "Current user api does not support asynchronous calls.")


def no_such_model() -> Refusal:
    """A model nobody knows here."""
    return Refusal(400, "InvalidParameter", "Model not exist.")


def wrong_endpoint() -> Refusal:
    """A model sent to the path of another one."""
    return Refusal(400, "InvalidParameter", "url error, please check url！")


def not_json() -> Refusal:
    """A body that is no JSON object."""
    return Refusal(400, "BadRequest.IllegalInput", "The input parameter requires json format.")


def invalid(message: str) -> Refusal:
    """A body that breaks a documented limit."""
    return Refusal(400, "InvalidParameter", message)


def unreachable_url(message: str) -> Refusal:
    """A media URL that no run could ever read."""
    return Refusal(400, "InvalidURL", message)


def not_pending() -> Refusal:
    """A cancel that comes too late."""
    return Refusal(
        400,
        "UnsupportedOperation",
        "Failed to cancel the task, please confirm if the task is in PENDING status.",
    )


def too_many() -> Refusal:
    """A call above a rate limit: nothing was accepted."""
    return Refusal(429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later.")


def not_found(what: str) -> Refusal:
    """A path nobody serves."""
    return Refusal(404, "NotFound", f"{what} does not exist.")


def storage_refusal(status: int, code: str, message: str) -> Response:
    """A refusal as the vendor's object storage writes it: XML."""
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    return Response(f"<?xml version='1.0' encoding='UTF-8'?>\n{error}", status, media_type="application/xml")

"""The documented error cases: the right error type and the right decision about repeating."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from blocks import catalog
from blocks.client import (
    AccountError,
    AuthenticationError,
    DashScopeError,
    InputUnreachable,
    ModelNotFound,
    ModerationRefused,
    NotCancellable,
    RefusedRequest,
    ServiceFailed,
    Throttled,
    error_from,
    error_from_failed_task,
)

GOLDEN = Path(os.environ.get("WANFLOW_GOLDEN") or Path(__file__).parents[4] / "shared" / "golden")

pytestmark = pytest.mark.skipif(
    not GOLDEN.is_dir(), reason=f"the documented cases are not there: {GOLDEN} (set WANFLOW_GOLDEN)"
)

# Which error a code, or a sentence without one, becomes: provider-api.md, "Error codes worth telling apart". The first
# that fits counts; what is not here is a wrong request. A failed task may be asked for again where the service failed.
DECIDED: tuple[tuple[str, type[DashScopeError]], ...] = (
    (r"InvalidApiKey|NOT AUTHORIZED|((Model|Workspace|Endpoint)\.)?AccessDenied", AuthenticationError),
    (r"Arrearage|AllocationQuota\.FreeTierOnly|AccessDenied\.Unpurchased", AccountError),
    (r"ModelNotFound|Model not exist\.?", ModelNotFound),
    (r"DataInspectionFailed|IPInfringementSuspect", ModerationRefused),
    (r"InvalidURL\.(ConnectionRefused|Timeout)", InputUnreachable),
    (r"Throttling.*", Throttled),
    (r"(InternalError|SystemError).*", ServiceFailed),
)
SENT_AGAIN = (InputUnreachable, Throttled)
# A sentence that says more than the code beside it, wherever in it the words stand.
SAYS_MORE: tuple[tuple[str, type[DashScopeError]], ...] = (
    (r"synchronous calls|url error", RefusedRequest),
    (r"Model not exist|Model can not be found", ModelNotFound),
    (r"Free allocated quota exceeded", AccountError),
    (r"cancel the task", NotCancellable),
    (r"(Failed|Unable) to download|Download the media resource timed out", InputUnreachable),
)
# A call that says no more than its HTTP status; what is not here and no server's failure is a wrong request.
BY_STATUS: dict[int, type[DashScopeError]] = {
    401: AuthenticationError,
    403: AuthenticationError,
    408: ServiceFailed,
    429: Throttled,
}


def cases() -> list[Any]:
    read = (json.loads(path.read_text("utf-8")) for path in sorted(GOLDEN.glob("*.json")) if path.stem != "index")
    return [pytest.param(case, id=case["id"]) for case in read if case["kind"] == "error"]


def decided(case: dict[str, Any]) -> type[DashScopeError]:
    """Which error it is by the table; some sentences beat the code beside them, and without either the status tells."""
    status, code, message = (case["expect"].get(part) for part in ("http_status", "code", "message"))
    if not code and not message:
        return ServiceFailed if (status or 0) >= 500 else BY_STATUS.get(status, RefusedRequest)
    for words, kind in SAYS_MORE:
        if message and re.search(words, message):
            return kind
    return next((kind for pattern, kind in DECIDED if re.fullmatch(pattern, code or message)), RefusedRequest)


@pytest.mark.parametrize("case", cases())
def test_a_documented_error_is_named_and_decided(case: dict[str, Any]) -> None:
    """Each documented refusal becomes the error whose decision about repeating is the documented one."""
    expected, kind = case["expect"], decided(case)
    response = case["response"] or {"code": expected["code"], "message": expected["message"]}
    failed_task = isinstance(response.get("output"), dict) and response["output"].get("task_status") == "FAILED"

    if failed_task:
        error = error_from_failed_task(catalog.read(case["model"], response), model=case["model"])
    else:
        error = error_from(expected["http_status"], response, model=case["model"])

    assert type(error) is kind
    unsure = kind is ServiceFailed or (expected["http_status"] or 0) >= 500
    assert error.accepted == ("unknown" if unsure and not failed_task else "no")
    assert error.may_resend is ((kind in SENT_AGAIN and not unsure) or (kind is ServiceFailed and failed_task))
    assert (error.code, error.request_id) == (expected["code"] or None, expected["request_id"])
    if expected["message"] or not failed_task:  # a task that fails without a word is given one
        assert error.message == (expected["message"] or "")


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (None, "Model not exist", ModelNotFound),
        (None, "url error, please check url!", RefusedRequest),
        ("InvalidParameter", "Model not exist.", ModelNotFound),
        ("AccessDenied", "current user api does not support synchronous calls.", RefusedRequest),
        ("Model.AccessDenied", "Model access denied.", AuthenticationError),
        ("DataInspectionFailed", "Output data may contain inappropriate content.", ModerationRefused),
        ("Arrearage", "Access denied, please make sure your account is in good standing.", AccountError),
        ("Throttling.RateQuota", "Requests rate limit exceeded, please try again later.", Throttled),
        ("InternalError.Algo", "inference internal error.", ServiceFailed),
        ("InvalidFile.Content", "The input image has no human body or multi human bodies.", RefusedRequest),
    ],
)
@pytest.mark.parametrize("failed_task", [False, True])
def test_the_cases_may_be_others(code: str | None, message: str, kind: type[DashScopeError], failed_task: bool) -> None:
    """Refusals and failed tasks that other documented cases may hold are read and decided by the same table."""
    expect = {"http_status": None, "code": code, "message": message, "request_id": "r"}
    said = {"code": code, "message": message}
    body = {"output": {"task_id": "t", "task_status": "FAILED", **said}} if failed_task else said
    case = {"model": "wan2.6-t2v", "expect": expect, "response": {"request_id": "r", **body}}
    assert decided(case) is kind
    test_a_documented_error_is_named_and_decided(case)


@pytest.mark.parametrize(
    ("status", "code", "message", "kind"),
    [
        (None, "DataInspectionFailed", None, ModerationRefused),
        (None, "Model.AccessDenied", None, AuthenticationError),
        (403, "AllocationQuota.FreeTierOnly", None, AccountError),
        (429, "Throttling.AllocationQuota", "Free allocated quota exceeded.", AccountError),
        (400, "UnsupportedOperation", "Failed to cancel the task, please confirm it is PENDING.", NotCancellable),
        (400, "InvalidParameter", "Failed to download multimodal content.", InputUnreachable),
        (401, None, None, AuthenticationError),
        (404, None, None, RefusedRequest),
        (429, None, None, Throttled),
        (502, None, None, ServiceFailed),
    ],
)
def test_a_case_may_say_less(
    status: int | None, code: str | None, message: str | None, kind: type[DashScopeError]
) -> None:
    """A code without a sentence, a sentence that changes what its code means, and a bare HTTP status are decided."""
    expect = {"http_status": status, "code": code, "message": message, "request_id": None}
    case = {"model": "wan2.6-t2v", "expect": expect, "response": None}
    assert decided(case) is kind
    test_a_documented_error_is_named_and_decided(case)


def test_there_are_cases() -> None:
    """The folder really holds error cases: an empty list would pass everything."""
    assert len(cases()) >= 9

"""The error table: which error each code becomes, and what that means for sending again."""

from __future__ import annotations

import pickle

import pytest

from blocks.catalog import Answer, FailedPart, Status
from blocks.client import (
    AccountError,
    AnswerLost,
    AuthenticationError,
    BadAnswer,
    DashScopeError,
    InputUnreachable,
    ModelNotFound,
    ModerationRefused,
    NotCancellable,
    NotSent,
    RefusedRequest,
    ServiceFailed,
    TaskGone,
    Throttled,
    error_from,
    error_from_failed_task,
)

# HTTP status, code, message, error: every row of the vendor's list for media models (models-extra.yaml errors), and
# the chat call's spelling.
TABLE: list[tuple[int, str, str, type[DashScopeError]]] = [
    (400, "InvalidParameter", "Required parameter(size) missing or invalid.", RefusedRequest),
    (400, "InvalidParameter", "Field required: input.img_url", RefusedRequest),
    (400, "InvalidParameter", "Model not exist.", ModelNotFound),
    (400, "InvalidParameter", "url error, please check url！", RefusedRequest),
    (400, "InvalidParameter", "ref_images_url and obj_or_bg must be the same length.", RefusedRequest),
    (400, "InvalidParameter", "The size is not match 1*1", RefusedRequest),
    (400, "InvalidParameter", "Driven not exist: driven_id.", RefusedRequest),
    (400, "InvalidParameter", "Failed to download multimodal content.", InputUnreachable),
    (
        400,
        "InvalidParameter",
        "Download the media resource timed out during the data inspection process.",
        InputUnreachable,
    ),
    (
        400,
        "InvalidParameter",
        "Unable to download the media resource during the data inspection process.",
        InputUnreachable,
    ),
    (
        400,
        "InvalidParameter",
        "Failed to find the requested media resource during the data inspection process.",
        RefusedRequest,
    ),
    (400, "InvalidParameter", "Don't have authorization to access the media resource during it.", RefusedRequest),
    (400, "InvalidParameter", "The image size is not supported for the data inspection.", RefusedRequest),
    (400, "InvalidParameter.DataInspection", "Unable to download the media resource.", InputUnreachable),
    (
        400,
        "InvalidParameter.DataInspection",
        "The image size is not supported for the data inspection.",
        RefusedRequest,
    ),
    (400, "InvalidParameter.JsonPhrase", "input json error", RefusedRequest),
    (400, "InvalidParameter.FileDownload", "oss download error", InputUnreachable),
    (400, "InvalidParameter.ImageFormat", "read image error", RefusedRequest),
    (400, "InvalidParameter.ImageContent", "does not comply with green network verification", ModerationRefused),
    (400, "InvalidParameter.ImageResolution", "too small or too large", RefusedRequest),
    (400, "InvalidParameter.UnsupportedFileFormat", "Input files format not supported.", RefusedRequest),
    (400, "DataInspectionFailed", "Output data may contain inappropriate content.", ModerationRefused),
    (400, "data_inspection_failed", "Input data may contain inappropriate content.", ModerationRefused),
    (400, "IPInfringementSuspect", "suspected of being involved in IP infringement", ModerationRefused),
    (400, "CustomRoleBlocked", "custom rule", ModerationRefused),
    (400, "FaqRuleBlocked", "faq rule", ModerationRefused),
    (400, "Arrearage", "Access denied, please make sure your account is in good standing.", AccountError),
    (400, "InvalidURL", "The request URL is invalid, make sure the url is correct and is an image.", RefusedRequest),
    (400, "InvalidURL.ConnectionRefused", "Connection to x refused", InputUnreachable),
    (400, "InvalidURL.Timeout", "Download x timeout, please check network connection.", InputUnreachable),
    (400, "InvalidImage.FileFormat", "Invalid image type.", RefusedRequest),
    (400, "InvalidImage.NoHumanFace", "No human face detected.", RefusedRequest),
    (400, "InvalidImageResolution", "too large or small", RefusedRequest),
    (400, "InvalidImageFormat", "invalid format", RefusedRequest),
    (400, "InvalidFile.NoHuman", "no human body", RefusedRequest),
    (400, "InvalidPerson", "", RefusedRequest),
    (400, "InvalidFile.FPS", "Invalid video FPS. The video FPS must be 15 ~ 60.", RefusedRequest),
    (400, "InvalidFile.Openerror", "cannot open file", RefusedRequest),
    (400, "InvalidFile.DownloadFailed", "", InputUnreachable),
    (400, "InvalidFile.Template.Content", "Invalid template content.", RefusedRequest),
    (400, "BadRequest.EmptyInput", "", RefusedRequest),
    (400, "BadRequest.InputDownloadFailed", "Failed to download the input file: x.", InputUnreachable),
    (400, "BadRequest.TooLarge", "Payload Too Large.", RefusedRequest),
    (
        400,
        "UnsupportedOperation",
        "Failed to cancel the task, please confirm if the task is in PENDING.",
        NotCancellable,
    ),
    (400, "UnsupportedOperation", "The operation is unsupported on the referee object.", RefusedRequest),
    (400, "Throttling.AllocationQuota", "too many voices", RefusedRequest),
    (401, "InvalidApiKey", "Invalid API-key provided.", AuthenticationError),
    (401, "invalid_api_key", "Incorrect API key provided.", AuthenticationError),
    (401, "NOT AUTHORIZED", "", AuthenticationError),
    (403, "AccessDenied", "current user api does not support synchronous calls.", RefusedRequest),
    (403, "AccessDenied", "Current user api does not support asynchronous calls.", RefusedRequest),
    (403, "AccessDenied", "Access denied.", AuthenticationError),
    (403, "AccessDenied.Unpurchased", "Access to model denied.", AccountError),
    (403, "Model.AccessDenied", "Model access denied.", AuthenticationError),
    (403, "Workspace.AccessDenied", "Workspace access denied.", AuthenticationError),
    (403, "Endpoint.AccessDenied", "Workspace endpoint access denied.", AuthenticationError),
    (403, "AllocationQuota.FreeTierOnly", "", AccountError),
    (404, "ModelNotFound", "Model can not be found.", ModelNotFound),
    (404, "model_not_found", "The model x does not exist or you do not have access to it.", ModelNotFound),
    (404, "WorkSpaceNotFound", "", AuthenticationError),
    (404, "NotFound", "", RefusedRequest),
    (429, "Throttling", "Requests throttling triggered.", Throttled),
    (429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later.", Throttled),
    (429, "Throttling.BurstRate", "Request rate increased too quickly.", Throttled),
    (429, "Throttling.AllocationQuota", "Allocated quota exceeded, please increase your quota limit.", Throttled),
    (429, "Throttling.AllocationQuota", "Free allocated quota exceeded.", AccountError),
    (429, "Throttling.Concurrency", "Too many concurrent requests.", Throttled),
    (429, "limit_requests", "You exceeded your current requests list.", Throttled),
    (429, "CommodityNotPurchased", "", AccountError),
    (429, "PostpaidBillOverdue", "", AccountError),
    (429, "BudgetLimitExceeded", "The budget configured in Budget Management has been exhausted.", AccountError),
    (500, "InternalError", "An internal error has occured", ServiceFailed),
    (500, "InternalError.Algo", "inference internal error.", ServiceFailed),
    (500, "InternalError.Algo", "Missing Content-Length of multimodal url.", RefusedRequest),
    (500, "InternalError.Timeout", "An internal timeout error has occured", ServiceFailed),
    (500, "SystemError", "", ServiceFailed),
    (500, "ModelServiceFailed", "Failed to request model service.", ServiceFailed),
    (500, "RequestTimeOut", "Response timeout!", ServiceFailed),
    (500, "RewriteFailed", "Failed to rewrite content for prompt.", ServiceFailed),
    (503, "ServiceUnavailable", "Too many requests. Your requests are being throttled", ServiceFailed),
    (503, "ModelUnavailable", "Model is unavailable, please try again later.", ServiceFailed),
    (504, "GatewayTimeout.InputDownload", "Input file download timed out.", InputUnreachable),
]


@pytest.mark.parametrize(("status", "code", "message", "kind"), TABLE)
def test_every_documented_code_becomes_its_error(
    status: int, code: str, message: str, kind: type[DashScopeError]
) -> None:
    """Each row of the vendor's list becomes the error that says what to do about it."""
    error = error_from(status, {"code": code, "message": message, "request_id": "r-1"})

    assert type(error) is kind
    assert (error.code, error.http_status, error.request_id) == (code, status, "r-1")
    assert error.advice.endswith(".")


def test_only_what_was_not_accepted_and_may_pass_is_sent_again() -> None:
    """Throttling and unreachable inputs may be sent again as they are; 5xx, refusals and accounts may not."""
    resent = {(status, code) for status, code, message, _ in TABLE if _error(status, code, message).may_resend}

    assert {code.partition(".")[0] for _, code in resent} == {
        "InvalidParameter",
        "InvalidURL",
        "InvalidFile",
        "BadRequest",
        "Throttling",
        "limit_requests",
    }
    assert all(status in (400, 429) for status, _ in resent)


def test_a_5xx_never_says_nothing_was_accepted() -> None:
    """Whatever its code says, an answer of 500 and above leaves open whether the submit was taken in."""
    assert {_error(status, code, message).accepted for status, code, message, _ in TABLE if status >= 500} == {
        "unknown"
    }
    assert {_error(status, code, message).accepted for status, code, message, _ in TABLE if status < 500} == {"no"}


def test_a_service_that_failed_never_says_so_by_another_status() -> None:
    """A request that timed out, with whatever code, and an inner failure under another status leave it open as well."""
    assert {_error(408, code, "it failed").accepted for code in ("", "Throttling", "InvalidParameter")} == {"unknown"}
    assert {_error(status, "InternalError", "it failed").accepted for status in (200, 400)} == {"unknown"}


def test_a_wrong_key_and_an_unpaid_account_stop_the_run_and_a_missing_grant_does_not() -> None:
    """What every other request would meet stops the run; what is about one model does not."""
    stops = {code for status, code, message, _ in TABLE if _error(status, code, message).stops_run}

    assert {"InvalidApiKey", "Arrearage", "BudgetLimitExceeded", "AccessDenied.Unpurchased"} <= stops
    assert not {"Model.AccessDenied", "AccessDenied", "ModelNotFound", "DataInspectionFailed", "Throttling"} & stops


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, RefusedRequest),
        (400, RefusedRequest),
        (401, AuthenticationError),
        (403, AuthenticationError),
        (404, RefusedRequest),
        (408, ServiceFailed),
        (429, Throttled),
        (500, ServiceFailed),
        (502, ServiceFailed),
        (200, BadAnswer),
    ],
)
def test_an_unknown_code_is_judged_by_the_http_status(status: int, kind: type[DashScopeError]) -> None:
    """A code nobody documented falls back to what its HTTP status means."""
    assert type(error_from(status, {"code": "Brand.New", "message": "?"})) is kind


def test_the_chat_calls_error_object_is_read() -> None:
    """The OpenAI-compatible form keeps code and message one level down."""
    body = {
        "error": {"message": "Incorrect API key provided.", "type": "invalid_request_error", "code": "invalid_api_key"}
    }

    error = error_from(401, body | {"request_id": "r-2"})

    assert isinstance(error, AuthenticationError)
    assert (error.code, error.message, error.request_id) == ("invalid_api_key", "Incorrect API key provided.", "r-2")


def test_a_page_instead_of_json_is_quoted_shortly() -> None:
    """A proxy's long page does not fill the terminal."""
    error = error_from(502, "<html>" + "x" * 5000)

    assert isinstance(error, ServiceFailed)
    assert len(error.message) < 250


def test_a_missing_model_names_the_regions_that_serve_it() -> None:
    """Model not exist is mostly a wrong region: the advice names the right ones."""
    error = error_from(400, {"code": "InvalidParameter", "message": "Model not exist."}, model="wanx2.1-vace-plus")

    assert "wanx2.1-vace-plus is served in: beijing" in str(error)


def test_an_error_text_says_what_happened_where_and_what_to_do() -> None:
    """One text holds the code, the provider's sentence, the request id for its support, and the advice."""
    error = error_from(429, {"code": "Throttling", "message": "Slow down.", "request_id": "r-3"}, retry_after=7)

    assert str(error) == (
        "Throttling: Slow down (HTTP 429, request r-3). Wait, then send it again: nothing was accepted."
    )
    assert error.retry_after == 7


def test_an_error_survives_pickling_whole() -> None:
    """Errors cross processes: every field arrives."""
    error = error_from(500, {"code": "SystemError", "message": "m", "request_id": "r"}, retry_after=3)

    again = pickle.loads(pickle.dumps(error))

    assert type(again) is ServiceFailed
    assert vars(again) == vars(error)
    assert str(again) == str(error)


def test_an_error_never_repeats_a_presigned_query_or_a_key() -> None:
    """The provider quotes input URLs and keys in its messages; ours do not."""
    message = "Download https://me:pw@b.example/a.png?Expires=1&Signature=abc timeout, key sk-abcdef123456 wrong."
    error = error_from(400, {"code": "InvalidURL.Timeout", "message": message})

    shown = f"{error} {error!r} {error.args} {error.message}"
    assert "https://b.example/a.png?…" in shown
    assert not any(secret in shown for secret in ("Signature", "abc", "pw@"))


def test_lost_and_unsent_calls_differ_in_whether_they_may_have_been_accepted() -> None:
    """No connection: nothing was accepted. No answer: nobody knows."""
    assert NotSent("x").may_resend
    assert AnswerLost("x").transient
    assert AnswerLost("x").accepted == "unknown"
    assert not AnswerLost("x").may_resend


@pytest.mark.parametrize(
    ("code", "message", "kind", "again"),
    [
        ("InternalError.Algo", "inference internal error.", ServiceFailed, True),
        ("DataInspectionFailed", "Output data may contain inappropriate content.", ModerationRefused, False),
        ("InvalidParameter", "The size is not match 3*3", RefusedRequest, False),
        ("InvalidURL.Timeout", "Download x timeout", InputUnreachable, True),
        ("xxx", "xxxxxx", DashScopeError, False),
        (None, None, DashScopeError, False),
    ],
)
def test_a_failed_task_is_over_so_asking_again_pays_nothing_twice(
    code: str | None, message: str | None, kind: type[DashScopeError], again: bool
) -> None:
    """A failed task costs nothing: a service failure in it may be asked for again, a refusal may not."""
    error = error_from_failed_task(Answer(task_id="t", status=Status.FAILED, code=code, message=message))

    assert type(error) is kind
    assert error.accepted == "no"
    assert error.may_resend is again


def test_a_job_without_a_code_is_named_by_its_failed_part() -> None:
    """Where only the parts of a job say why, the first of them speaks."""
    parts = (FailedPart("DataInspectionFailed", "Output data may contain inappropriate content."),)

    assert isinstance(error_from_failed_task(Answer(status=Status.FAILED, failed_parts=parts)), ModerationRefused)


@pytest.mark.parametrize("status", [Status.CANCELED, Status.UNKNOWN])
def test_a_cancelled_or_forgotten_task_is_gone(status: Status) -> None:
    """Neither will ever give a result, and neither is asked for again by itself."""
    error = error_from_failed_task(Answer(task_id="t-9", status=status))

    assert isinstance(error, TaskGone)
    assert "t-9" in str(error)
    assert not error.may_resend


def _error(status: int, code: str, message: str) -> DashScopeError:
    return error_from(status, {"code": code, "message": message})

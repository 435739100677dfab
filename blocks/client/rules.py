"""How the provider's error codes are told apart: data, read from the top, the first rule that fits wins.

The codes and messages are those of models-extra.yaml ``errors`` (97 rows, media models) and of the OpenAI-compatible
chat call, which spells them in snake case. What follows from a kind is written in `blocks.client.errors`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "account",
    "authentication",
    "model-not-found",
    "moderation",
    "not-cancellable",
    "refused",
    "service",
    "throttled",
    "unreachable-input",
]


@dataclass(frozen=True)
class Rule:
    """One line of the table.

    Attributes:
        kind: which error it becomes.
        codes: codes it fits; a trailing ``*`` fits every code that begins so; empty fits any code and none.
        says: what the message must hold, as a regular expression without regard to case.
        status: HTTP statuses it fits; empty fits all.
        advice: what to do about it, one sentence; empty takes the kind's own sentence.
        stops_run: whether every other request would meet the same; None takes the kind's own answer.
        transient: whether the same request may go well later; None takes the kind's own answer.
    """

    kind: Kind
    codes: tuple[str, ...] = ()
    says: str = ""
    status: tuple[int, ...] = ()
    advice: str = ""
    stops_run: bool | None = None
    transient: bool | None = None

    def fits(self, code: str, message: str, status: int | None) -> bool:
        """Tell whether this line is about the error."""
        if self.status and status not in self.status:
            return False
        if self.codes and not any(_code_fits(pattern, code) for pattern in self.codes):
            return False
        return not self.says or re.search(self.says, message, re.IGNORECASE) is not None


def find(code: str, message: str, status: int | None) -> Rule | None:
    """Return the first rule that fits, or None where the table is silent."""
    return next((rule for rule in RULES if rule.fits(code, message, status)), None)


def _plain(code: str) -> str:
    return re.sub(r"[\s_-]", "", code).casefold()


def _code_fits(pattern: str, code: str) -> bool:
    wanted, seen = _plain(pattern), _plain(code)
    return seen.startswith(wanted[:-1]) if wanted.endswith("*") else seen == wanted


_NOT_FETCHED = r"failed to download|unable to download|download the media resource timed out|download .*timeout"

RULES: tuple[Rule, ...] = (
    # What the message says decides, whatever the code.
    Rule(
        "refused",
        says=r"does not support synchronous calls",
        advice="Send the header X-DashScope-Async: enable; this model only takes asynchronous submits.",
    ),
    Rule(
        "refused",
        says=r"does not support asynchronous calls",
        advice="Leave the header X-DashScope-Async out; this model only takes synchronous calls.",
    ),
    Rule("model-not-found", says=r"model not exist|model can not be found|model .*does not exist or you do not have"),
    Rule(
        "refused",
        says=r"url error, please check url",
        advice="The model and the endpoint do not belong together; compare the model's row in the catalog.",
    ),
    Rule("not-cancellable", ("UnsupportedOperation",), says=r"cancel the task"),
    # Account and key.
    Rule(
        "account",
        ("Arrearage",),
        advice="The account has an unpaid bill: settle it in the console (a top-up may take a while to count).",
    ),
    Rule(
        "account",
        ("AllocationQuota.FreeTierOnly",),
        advice="The free quota is used up and the account is set to stop there: switch that off in the console.",
    ),
    Rule(
        "account",
        ("Throttling.AllocationQuota", "insufficient_quota"),
        says=r"free allocated quota exceeded",
        advice="The free quota is used up: open paid use of this model in the console, or choose another model.",
    ),
    Rule(
        "account",
        ("AccessDenied.Unpurchased",),
        advice="The service is not opened for this account: open it in the console.",
    ),
    Rule("account", ("CommodityNotPurchased", "PrepaidBillOverdue", "PostpaidBillOverdue")),
    Rule(
        "account",
        ("BudgetLimitExceeded",),
        advice="The budget set in the account's budget management is used up: raise it there.",
    ),
    Rule("authentication", ("InvalidApiKey", "invalid_api_key", "NOT AUTHORIZED")),
    Rule(
        "authentication",
        ("Workspace.AccessDenied", "WorkSpaceNotFound"),
        advice="The key has no right to this workspace, or the workspace id in the base URL is wrong.",
    ),
    Rule(
        "refused",
        ("AccessDenied",),
        says=r"policy expired",
        advice="The upload ticket is out of date: fetch a new one and upload again.",
        transient=True,
    ),
    Rule(
        "authentication",
        ("Endpoint.AccessDenied",),
        advice="The model was withdrawn for this workspace: choose another model.",
        stops_run=False,
    ),
    Rule(
        "authentication",
        ("AccessDenied*", "Model.AccessDenied", "access_denied"),
        advice="The key has no right to this model: grant it to its workspace in the console, or use another model.",
        stops_run=False,
    ),
    # Content moderation.
    Rule(
        "moderation",
        ("IPInfringementSuspect",),
        advice="The input looks like protected work: change the prompt or the picture before sending it again.",
    ),
    Rule(
        "moderation",
        ("DataInspectionFailed", "CustomRoleBlocked", "FaqRuleBlocked", "InvalidParameter.ImageContent"),
    ),
    # An input the service could not read, or a result it could not look at.
    Rule(
        "refused",
        ("InvalidParameter", "InvalidParameter.DataInspection"),
        says=r"image size is not supported for the data inspection",
        advice="A picture above 10 MB cannot pass moderation: ask for a smaller result, or give a smaller input.",
    ),
    Rule(
        "unreachable-input",
        (
            "InvalidURL.ConnectionRefused",
            "InvalidURL.Timeout",
            "InvalidParameter.DataInspection",
            "InvalidParameter.FileDownload",
            "InvalidFile.DownloadFailed",
            "BadRequest.InputDownloadFailed",
            "GatewayTimeout.InputDownload",
        ),
    ),
    Rule("unreachable-input", ("InvalidParameter", "invalid_parameter_error"), says=_NOT_FETCHED),
    Rule(
        "refused",
        ("InvalidParameter", "invalid_parameter_error"),
        says=r"failed to find the requested media resource",
        advice="An input URL is dead, deleted or expired: give a URL that answers.",
    ),
    Rule(
        "refused",
        ("InvalidParameter", "invalid_parameter_error"),
        says=r"have authorization to access the media resource",
        advice="An input URL asks for a login: give a public or presigned URL.",
    ),
    Rule(
        "refused",
        ("InternalError.Algo",),
        says=r"missing content-length",
        advice="The host of an input sends no Content-Length: put the file on object storage.",
    ),
    # The request itself.
    Rule(
        "refused",
        ("Throttling.AllocationQuota",),
        status=(400,),
        advice="This quota does not refill by waiting; raise it in the console.",
    ),
    Rule(
        "refused",
        ("InvalidURL",),
        advice="An input URL is missing, dead or not of the kind the model reads; check the file behind it.",
    ),
    Rule(
        "refused",
        ("InvalidFile.Size", "InvalidFile.ImageSize", "InvalidImage.ImageSize", "BadRequest.TooLarge"),
        advice="An input is too big for the model: make it smaller.",
    ),
    Rule(
        "refused",
        (
            "InvalidFile.Format",
            "InvalidFile.Openerror",
            "InvalidImage.FileFormat",
            "InvalidImageFormat",
            "InvalidParameter.ImageFormat",
            "InvalidParameter.UnsupportedFileFormat",
            "BadRequest.UnsupportedFileFormat",
        ),
        advice="An input file is damaged or of a type the model does not read: convert it.",
    ),
    Rule(
        "refused",
        (
            "InvalidFile.Resolution",
            "InvalidFile.AspectRatio",
            "InvalidImageResolution",
            "InvalidParameter.ImageResolution",
        ),
        advice="An input's width, height or ratio is outside the model's limits: scale or crop it.",
    ),
    Rule(
        "refused",
        ("InvalidFile.Duration", "InvalidFile.AudioLengthError", "InvalidFile.FPS"),
        advice="An input's length or frame rate is outside the model's limits: cut or convert it.",
    ),
    Rule(
        "refused",
        ("InvalidFile.*", "InvalidImage.NoHumanFace", "InvalidPerson", "MultiHuman"),
        advice="The picture does not show what the model needs (one clear person, face or body in view): use another.",
    ),
    Rule(
        "refused",
        ("UnsupportedOperation",),
        advice="The provider does not allow this operation on that object.",
    ),
    Rule(
        "refused",
        ("InvalidParameter*", "InvalidImage*", "InvalidURL*", "BadRequest*", "invalid_request_error", "NotFound"),
    ),
    # The service.
    Rule("model-not-found", ("ModelNotFound", "model_not_found")),
    Rule(
        "throttled",
        (
            "Throttling*",
            "ResourceExhausted",
            "Too many requests",
            "insufficient_quota",
            "limit_requests",
            "limit_burst_rate",
            "rate_limit*",
        ),
    ),
    Rule(
        "service",
        (
            "InternalError*",
            "internal_error",
            "internal_server_error",
            "SystemError",
            "ModelServiceFailed",
            "RequestTimeOut",
            "RewriteFailed",
            "ModelServingError",
            "ServiceUnavailable",
            "ModelUnavailable",
            "GatewayTimeout*",
        ),
    ),
)

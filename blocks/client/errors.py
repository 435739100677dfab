"""Every way a call can fail, and what a pipeline does about it.

::

    DashScopeError               anything the provider, or the way to it, did not do
    ├── AuthenticationError      wrong key, or no right to the model        stop; never send again
    ├── AccountError             unpaid account, used-up quota              stop the run, keep what is done
    ├── RefusedRequest           the request is wrong                       give this request up
    │   └── NotCancellable       the task is no longer PENDING              let it run
    ├── ModelNotFound            name or region wrong                       give it up; use a region that has it
    ├── ModerationRefused        content moderation said no                 give it up; change the prompt or the input
    ├── InputUnreachable         the service could not fetch an input       a few more times, then give it up
    ├── Throttled                too many calls or queued tasks             wait (``retry_after``), send again
    ├── ServiceFailed            500 and above                              query: again; submit: find out first
    ├── NotSent                  no connection was made                     send again
    ├── AnswerLost               sent, and no readable answer               query: again; submit: find out first
    ├── BadAnswer                an answer to a free call makes no sense    ask again
    └── TaskGone                 cancelled, or forgotten after 24 hours     the result is lost; a new one costs again

Two questions decide about repeating. ``transient``: may the same call go well later? ``accepted``: can this submit
have been taken in (``"no"`` or ``"unknown"``)? Only a transient error with ``accepted == "no"`` is sent again as it
is: ``may_resend``. ``stops_run`` marks what every other request would meet as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from blocks.client import rules
from blocks.client.redacting import redact

if TYPE_CHECKING:
    from blocks.catalog import Answer

Accepted = Literal["no", "unknown"]


class DashScopeError(Exception):
    """What the provider, or the way to it, did not do.

    Attributes:
        code: the provider's error code, or None.
        message: the provider's sentence, or ours; without keys and query strings.
        http_status: of the answer; None without one, and for a task that failed.
        request_id: what the provider's support asks for.
        advice: what to do about it, one sentence.
        accepted: whether a submit that met this can have been taken in: ``"no"`` or ``"unknown"``.
        transient: whether the same call may go well later.
        stops_run: whether every other request would meet the same.
        retry_after: seconds the provider asks to wait, if it said so.
    """

    default_advice: ClassVar[str] = "Look the code up in the provider's list of error codes."
    default_transient: ClassVar[bool] = False
    default_stops_run: ClassVar[bool] = False
    default_accepted: ClassVar[Accepted] = "no"

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        http_status: int | None = None,
        request_id: str | None = None,
        advice: str = "",
        accepted: Accepted | None = None,
        transient: bool | None = None,
        stops_run: bool | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.message = redact(message)
        self.code = code
        self.http_status = http_status
        self.request_id = request_id
        self.advice = advice or self.default_advice
        self.accepted: Accepted = accepted or self.default_accepted
        self.transient = self.default_transient if transient is None else transient
        self.stops_run = self.default_stops_run if stops_run is None else stops_run
        self.retry_after = retry_after
        super().__init__(self.message)

    @property
    def may_resend(self) -> bool:
        """Whether the same submit may simply be sent again: it may go well, and nothing was accepted."""
        return self.transient and self.accepted == "no"

    def __str__(self) -> str:
        """One text: what happened, what to do, and the id support asks for."""
        where = ", ".join(
            part
            for part in (
                f"HTTP {self.http_status}" if self.http_status else "",
                f"request {self.request_id}" if self.request_id else "",
            )
            if part
        )
        what = ": ".join(part for part in (self.code or "", self.message) if part) or type(self).__name__
        return f"{what.rstrip('.。 ')}{f' ({where})' if where else ''}. {self.advice}"

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), dict(self.__dict__)))


def _rebuild(kind: type[DashScopeError], state: dict[str, Any]) -> DashScopeError:
    error = kind(state.get("message", ""))
    error.__dict__.update(state)
    return error


class AuthenticationError(DashScopeError):
    """The key is wrong, or has no right to the model."""

    default_advice = (
        "Check the API key and that it belongs to the region or gateway of the base URL (DASHSCOPE_API_KEY, "
        "DASHSCOPE_BASE_URL, or the DashScope block)."
    )
    default_stops_run = True


class AccountError(DashScopeError):
    """The account is unpaid, or its quota is used up."""

    default_advice = "Settle the account in the provider's console; what is finished is kept."
    default_stops_run = True


class RefusedRequest(DashScopeError):
    """The request is wrong: sending it again unchanged is pointless."""

    default_advice = "Correct the request; the same one would be refused again."


class NotCancellable(RefusedRequest):
    """The task is no longer PENDING, so it cannot be cancelled."""

    default_advice = "The task already runs or has ended; it will be charged if it succeeds."


class ModelNotFound(DashScopeError):
    """The provider knows no such model at this address."""

    default_advice = "Check the model's name, and that the base URL and the key belong to a region that serves it."


class ModerationRefused(DashScopeError):
    """Content moderation refused the input or the output."""

    default_advice = "Change the prompt or the input files; the same request would be refused again."


class InputUnreachable(DashScopeError):
    """The service could not fetch an input file."""

    default_advice = (
        "Check that the input's URL can be fetched from the provider's network without a login, quickly; "
        "object storage in the same region does best."
    )
    default_transient = True


class Throttled(DashScopeError):
    """Too many calls or too many queued tasks; nothing was accepted."""

    default_advice = "Wait, then send it again: nothing was accepted."
    default_transient = True


class ServiceFailed(DashScopeError):
    """The service failed; a submit may have been accepted all the same."""

    default_advice = "The provider failed, not the request; before a submit is repeated, look for its task."
    default_transient = True
    default_accepted = "unknown"


class NotSent(DashScopeError):
    """No connection was made: nothing was accepted."""

    default_advice = "Check the base URL and the network; nothing was sent."
    default_transient = True


class AnswerLost(DashScopeError):
    """The call was sent and no readable answer came: a submit may have been accepted."""

    default_advice = "The provider may have accepted it: before a submit is repeated, look for its task."
    default_transient = True
    default_accepted = "unknown"


class BadAnswer(DashScopeError):
    """An answer makes no sense."""

    default_advice = "Ask again; if it stays so, check that the base URL is a DashScope address."
    default_transient = True


class TaskGone(DashScopeError):
    """The task was cancelled, or the provider no longer knows it (results are kept 24 hours)."""

    default_advice = "Its result cannot be had any more; a new generation is a new charge."


_KINDS: Mapping[rules.Kind, type[DashScopeError]] = {
    "account": AccountError,
    "authentication": AuthenticationError,
    "model-not-found": ModelNotFound,
    "moderation": ModerationRefused,
    "not-cancellable": NotCancellable,
    "refused": RefusedRequest,
    "service": ServiceFailed,
    "throttled": Throttled,
    "unreachable-input": InputUnreachable,
}


def error_from(
    http_status: int | None,
    body: Any,
    *,
    model: str | None = None,
    retry_after: float | None = None,
) -> DashScopeError:
    """Name the error of a refused call.

    Args:
        http_status: of the answer, None when it is not known.
        body: the answer's JSON (top-level ``code`` and ``message``, or the chat call's ``error`` object), or its text.
        model: the model asked for, so that the advice can name where it is served.
        retry_after: seconds, from the answer's ``Retry-After``.

    Returns:
        The error, to be raised.
    """
    code, message, request_id = _envelope(body)
    rule = rules.find(code or "", message, http_status)
    kind = _KINDS[rule.kind] if rule else _by_status(http_status)
    advice = rule.advice if rule else ""
    if rule is None and http_status == 404:
        advice = "Nothing answers at this path: check the base URL."
    if rule is None and http_status is not None and 300 <= http_status < 400:
        advice = "The address redirects; set the base URL to where it leads."
    return kind(
        message,
        code=code,
        http_status=http_status,
        request_id=request_id,
        advice=advice or _advice_for(kind, model),
        accepted="unknown" if _ambiguous(kind, http_status) else "no",
        transient=rule.transient if rule else None,
        stops_run=rule.stops_run if rule else None,
        retry_after=retry_after,
    )


def error_from_failed_task(answer: Answer, *, model: str | None = None) -> DashScopeError:
    """Name the error of a task that ended without a result, or of one failed part of it.

    Such a task is over and costs nothing, so ``accepted`` is ``"no"``: asking again makes a new task.

    Args:
        answer: its terminal answer.
        model: the model asked for.

    Returns:
        The error, to be raised.
    """
    part = answer.failed_parts[0] if answer.failed_parts and not answer.code else answer
    code, message = part.code or None, part.message or ""
    status = str(answer.status or "")
    if status in ("CANCELED", "UNKNOWN") and not code:
        said = "was cancelled" if status == "CANCELED" else "is unknown to the provider, which keeps tasks for 24 hours"
        return TaskGone(f"Task {answer.task_id} {said}", code=status, request_id=answer.request_id)
    rule = rules.find(code or "", message, None)
    kind = _KINDS[rule.kind] if rule else DashScopeError
    return kind(
        message or f"Task {answer.task_id} ended as {status or 'failed'} without saying why",
        code=code,
        request_id=answer.request_id,
        advice=(rule.advice if rule else "") or _advice_after_failure(kind, model),
        accepted="no",
        transient=rule.transient if rule else None,
        stops_run=rule.stops_run if rule else None,
    )


def _envelope(body: Any) -> tuple[str | None, str, str | None]:
    """Code, message and request id of an error answer, whichever form it has."""
    if not isinstance(body, Mapping):
        text = " ".join(str(body or "").split())
        return None, text if len(text) <= 200 else text[:200] + "…", None
    inner = body.get("error")
    source: Mapping[str, Any] = inner if isinstance(inner, Mapping) else body
    code = source.get("code") or source.get("type")
    message = source.get("message") or (inner if isinstance(inner, str) else "")
    request_id = body.get("request_id") or body.get("id")
    return (str(code) if code else None), str(message or ""), (str(request_id) if request_id else None)


def _by_status(status: int | None) -> type[DashScopeError]:
    if status is None:
        return DashScopeError
    if status == 429:
        return Throttled
    if status in (401, 403):
        return AuthenticationError
    if status >= 500 or status == 408:
        return ServiceFailed
    return RefusedRequest if status >= 300 else BadAnswer


def _ambiguous(kind: type[DashScopeError], status: int | None) -> bool:
    """Whether a submit answered so can have been accepted: 5xx always says too little to be sure."""
    if status is not None and (status >= 500 or status == 408):
        return True
    return kind.default_accepted == "unknown" or kind is BadAnswer


def _advice_for(kind: type[DashScopeError], model: str | None) -> str:
    if kind is not ModelNotFound or not model:
        return ""
    from blocks import catalog

    row = catalog.MODELS.get(model)
    if row is None:
        return ""
    served = ", ".join(sorted(row.regions)) or "no region we know of"
    return f"{model} is served in: {served}. Check that the base URL and the key belong to one of them."


def _advice_after_failure(kind: type[DashScopeError], model: str | None) -> str:
    if kind is ServiceFailed or kind is Throttled:
        return "The provider failed, and a failed task is not charged: it may be asked for again."
    return _advice_for(kind, model)

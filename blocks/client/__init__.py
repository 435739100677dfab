"""The wire: one client, the error types, uploads, listing, cancelling."""

from blocks.client.addresses import REGIONS, Region, chat_url, is_loopback, region_of
from blocks.client.client import Client
from blocks.client.errors import (
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
from blocks.client.listing import TaskPage, TaskRow
from blocks.client.redacting import guard_logs, redact

__all__ = [
    "REGIONS",
    "AccountError",
    "AnswerLost",
    "AuthenticationError",
    "BadAnswer",
    "Client",
    "DashScopeError",
    "InputUnreachable",
    "ModelNotFound",
    "ModerationRefused",
    "NotCancellable",
    "NotSent",
    "RefusedRequest",
    "Region",
    "ServiceFailed",
    "TaskGone",
    "TaskPage",
    "TaskRow",
    "Throttled",
    "chat_url",
    "error_from",
    "error_from_failed_task",
    "guard_logs",
    "is_loopback",
    "redact",
    "region_of",
]

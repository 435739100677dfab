"""Who calls: an API key stands for an account; only its hash is kept."""

from __future__ import annotations

import hashlib

from starlette.requests import Request

from . import refusal
from .scenario import Scenario


def account_of(request: Request, scenario: Scenario) -> str:
    """The account of a call.

    Returns:
        12 hex digits, a hash of the key.

    Raises:
        Refusal: There is no key, or it is not accepted.
    """
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise refusal.no_key()
    refused = key.lower().startswith(("bad", "invalid")) if scenario.keys is None else key not in scenario.keys
    if refused:
        raise refusal.wrong_key()
    return hashlib.sha256(key.encode()).hexdigest()[:12]

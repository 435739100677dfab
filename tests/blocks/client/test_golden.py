"""The documented error cases: the right error type and the right decision about repeating."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from blocks.client import AuthenticationError, DashScopeError, InputUnreachable, RefusedRequest, error_from

GOLDEN = Path(os.environ.get("WANFLOW_GOLDEN") or Path(__file__).parents[4] / "shared" / "golden")

pytestmark = pytest.mark.skipif(
    not GOLDEN.is_dir(), reason=f"the documented cases are not there: {GOLDEN} (set WANFLOW_GOLDEN)"
)

# Which error a code's first word becomes, and whether it is sent again: provider-api.md, "Error codes worth telling
# apart". The codes without a row here are wrong requests.
DECIDED: dict[str, tuple[type[DashScopeError], bool]] = {
    "InvalidApiKey": (AuthenticationError, False),
    "InvalidURL.ConnectionRefused": (InputUnreachable, True),
    "InvalidURL.Timeout": (InputUnreachable, True),
}


def cases() -> list[Any]:
    read = (json.loads(path.read_text("utf-8")) for path in sorted(GOLDEN.glob("*.json")) if path.stem != "index")
    return [pytest.param(case, id=case["id"]) for case in read if case["kind"] == "error"]


@pytest.mark.parametrize("case", cases())
def test_a_documented_error_is_named_and_decided(case: dict[str, Any]) -> None:
    """Each documented refusal becomes the error whose decision about repeating is the documented one."""
    expected = case["expect"]

    error = error_from(expected["http_status"], case["response"], model=case["model"])

    kind, again = DECIDED.get(expected["code"], (RefusedRequest, False))
    assert type(error) is kind
    assert error.may_resend is again
    assert error.accepted == "no"
    assert (error.code, error.message, error.request_id) == (
        expected["code"],
        expected["message"],
        expected["request_id"],
    )


def test_there_are_cases() -> None:
    """The folder really holds error cases: an empty list would pass everything."""
    assert len(cases()) >= 9

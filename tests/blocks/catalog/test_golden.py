"""The documented cases, read from outside the repository where they are present."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from blocks import catalog
from blocks.catalog.deployments import DEPLOYED

_ROOT = Path(__file__).resolve().parents[3]
GOLDEN = Path(os.environ.get("WANFLOW_GOLDEN") or _ROOT.parent / "shared" / "golden")

_ENDINGS = {"video": "mp4", "image": "png"}
_KNOWN = {*catalog.MODELS, *DEPLOYED}


def _cases() -> list[Any]:
    cases = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(GOLDEN.glob("*.json"))]
    known = [case for case in cases if isinstance(case, dict) and case.get("model") in _KNOWN]
    if not known:
        reason = f"no documented cases in {GOLDEN}; WANFLOW_GOLDEN names another directory"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason), id="absent")]
    return [pytest.param(case, id=case["id"]) for case in known]


@pytest.mark.parametrize("case", _cases())
def test_documented_case(case: dict[str, Any]) -> None:
    """Every documented case of a model of the catalog reads as the pages say."""
    match case["kind"]:
        case "submit":
            _same_request(case)
            if case["response"]:
                _same_task(case)
        case "query":
            if case.get("response"):
                _same_task(case)
        case "sync-detect":
            _same_request(case)
            _same_verdict(case)
        case "billing":
            _same_bill(case)
            if case.get("billing_input"):
                _same_quote(case)
        case "error":
            said = case["expect"]  # which error it is and what to do about it: the client's tests
            assert said["code"] or said["message"] or said["http_status"]
        case kind:
            pytest.fail(f"a kind of case nobody knows here: {kind}")


def _same_request(case: dict[str, Any]) -> None:
    body = case["request"]["body"]
    request = catalog.request(body)
    assert request.body() == body
    assert catalog.request(body, wire=True).body() == body
    assert catalog.request(request.to_dict()) == request
    address = f"{case['request']['base_url']}/{case['request']['path'].strip('/')}"
    assert address.endswith("/" + request.row.endpoint.strip("/"))
    asynchronous = case["request"]["headers"].get("X-DashScope-Async") == "enable"
    assert (request.row.mode == "async") is asynchronous


def _same_task(case: dict[str, Any]) -> None:
    answer, expected = catalog.read(case["model"], case["response"]), case["expect"]
    assert answer.request_id == case["response"].get("request_id")
    assert answer.status == expected["status"]
    assert answer.task_id == expected["task_id"]
    assert list(answer.urls) == expected.get("result_urls", [])
    assert answer.values.get("template_id") == expected.get("template_id")
    assert answer.usage == expected.get("usage")
    assert (answer.code, answer.message) == (expected.get("code"), expected.get("message"))


def _same_verdict(case: dict[str, Any]) -> None:
    answer, expected = catalog.read(case["model"], case["response"]), case["expect"]
    assert (answer.code, answer.message) == (expected.get("code"), expected.get("message"))
    assert answer.usage == expected.get("usage")
    for name in ("face_bbox", "ext_bbox", "humanoid", "bodystyle"):
        assert answer.values.get(name) == expected.get(name), name
    # A check without a verdict of its own and the reason that stands in the message may be left open by a case.
    assert expected.get("passed") in (answer.values.get("passed"), None)
    assert expected.get("reason") in (answer.reason, None)


def _same_bill(case: dict[str, Any]) -> None:
    status = catalog.Status(case["task_status"]) if case["task_status"] else None
    bill = catalog.cost(case["model"], case["usage"], status=status)
    assert bill.unit == case["unit"]
    assert bill.quantity == Decimal(str(case["quantity"]))
    if case["expected_cost_cny"] is not None:
        assert bill.amount == Decimal(str(case["expected_cost_cny"]))
    if case["unit_price_cny"] is not None and case["quantity"]:
        assert bill.unit_price == Decimal(str(case["unit_price_cny"]))


def _same_quote(case: dict[str, Any]) -> None:
    """What is billed afterwards was quoted before, from the lengths of the references."""
    given = case["billing_input"]
    references = [f"https://example.org/{at}.{_ENDINGS[one['type']]}" for at, one in enumerate(given["references"])]
    body = {
        "model": case["model"],
        "input": {
            "prompt": " ".join(f"character{at + 1}" for at in range(len(references))),
            "reference_urls": references,
        },
        "parameters": {"duration": given["output_duration"]},
    }
    lengths = {
        f"input.reference_urls.{at}": one["duration"] for at, one in enumerate(given["references"]) if "duration" in one
    }
    quoted = catalog.quote(catalog.request(body), input_seconds=lengths)
    assert quoted.quantity == Decimal(str(given["billed_total_s"]))

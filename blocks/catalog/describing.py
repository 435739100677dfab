"""A model as plain data: for ``wanflow models MODEL --json`` and for pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.catalog.fields import fields_of
from blocks.catalog.model import Limits, Model
from blocks.catalog.requests import Request
from blocks.catalog.rows import find
from blocks.catalog.sources import FACTS, Source, examples, sources


def describe(model: str) -> dict[str, Any]:
    """Everything the catalog knows about a model.

    Args:
        model: the model's id.

    Returns:
        JSON data; ``fields`` by dotted name, or ``functions`` with their own fields for a model with several. Each
        field has its ``source``; ``sources`` holds those of every other fact.

    Raises:
        UnknownModel: no such model.
    """
    row, known = find(model), sources(model)
    said: dict[str, Any] = {
        "id": row.id,
        "family": row.family,
        "summary": row.summary,
        "makes": row.kind,
        "outputs": dict(row.outputs),
        "mode": row.mode,
        "endpoint": row.endpoint,
        "sync_endpoint": row.sync_endpoint,
        "regions": list(row.regions),
        "unsure_regions": list(row.unsure_regions),
    }
    if row.variants:
        said["functions"] = {name: _fields(kind, known) for name, kind in row.variants.items()}
    else:
        said["fields"] = _fields(row.request, known)
    said |= {
        "result": list(row.result.urls),
        "passed": row.result.passed or list(row.result.passed_by) or None,
        "fps": row.fps,
        "sound": row.sound,
        "typical_seconds": list(row.typical_seconds),
        "billing": _billing(row),
        "limits": {"default": _limits(row.limits)} | {name: _limits(item) for name, item in row.limits_in.items()},
        "same_as": row.same_as,
        "documented": row.documented,
        "sources": {name: known[name].describe() for name in FACTS if name in known},
        "notes": list(row.notes),
        "examples": examples(model),
    }
    return said


def _fields(kind: type[Request], known: Mapping[str, Source]) -> list[dict[str, Any]]:
    return [
        field.describe() | {"source": known.get(path, Source()).describe()} for path, field in fields_of(kind).items()
    ]


def _billing(row: Model) -> dict[str, Any]:
    billing = row.billing
    return {
        "unit": billing.unit,
        "currency": "CNY",
        "by": billing.by,
        "usage_fields": [f"usage.{name}" for name in billing.quantity],
        "input_billed": billing.input_seconds,
        "failed_billed": False,
        "free_quota_beijing": billing.free_quota,
        "free_trial_only": billing.trial_only,
        "prices": {
            region: {key: str(price) for key, price in table.items()} for region, table in billing.prices.items()
        },
    }


def _limits(limits: Limits) -> dict[str, Any]:
    return {"submits_per_second": limits.submits_per_second, "in_progress": limits.in_progress}

"""Running an operation as a Prefect task: its result is kept, and found again by what went in."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE, CachePolicy
from prefect.context import TaskRunContext
from pydantic import BaseModel

from blocks.storage import MediaStorage
from tasks import finished
from tasks.asset import Asset
from tasks.operations import OPERATIONS
from tasks.session import current


class Edit(BaseModel):
    """What an operation gave: assets, lists of assets and plain values by output name."""

    key: str
    outputs: dict[str, Asset | list[Asset] | float | bool | str | None]
    cached: bool = False


@dataclass
class _ByContent(CachePolicy):
    """Cache by what goes in: checksums of the media, the other inputs, the operation's version."""

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: dict[str, Any], **kwargs: Any
    ) -> str | None:
        return f"edit-{edit_key(inputs['use'], inputs['given'])}"


def edit_key(use: str, given: dict[str, Any]) -> str:
    """The key of an operation on these inputs: SHA-256 over the media's checksums and all other values."""
    facts = {"use": use, "version": OPERATIONS[use].version, "input": _content(given)}
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _content(value: Any) -> Any:
    if isinstance(value, Asset):
        return {"sha256": value.sha256}
    if isinstance(value, dict):
        return {key: _content(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_content(item) for item in value]
    return value


@task(
    name="edit",
    task_run_name="{label}: {use}",
    persist_result=True,
    result_serializer="json",
    cache_policy=_ByContent(),
)
async def edit(label: str, use: str, given: dict[str, Any]) -> Edit:
    """Run one local operation, or find that it was done before with its files still whole.

    Args:
        label: what the run shows.
        use: the operation's name.
        given: its inputs; media as assets.

    Raises:
        MediaError: a file cannot be read as what it should be.
    """
    key = edit_key(use, given)
    before = await done_before(current().storage, key)
    if before is not None:
        return before
    found = OPERATIONS[use]
    done = Edit(key=key, outputs=await found.run(found.inputs.model_validate(given)))
    await current().storage.write_json(_record(key), done.model_dump(mode="json"))
    return done


async def done_before(storage: MediaStorage, key: str) -> Edit | None:
    """What the operation gave the last time, if its files are still whole."""
    found = await storage.read_json(_record(key))
    if found is None:
        return None
    done = Edit.model_validate(found)
    found_assets: list[Asset] = []

    def placed(output: Any) -> Any:
        if isinstance(output, list):
            return [placed(item) for item in output]
        if not isinstance(output, Asset):
            return output
        asset = output.model_copy(update={"uri": storage.uri(output.path)})
        found_assets.append(asset)
        return asset

    outputs = {name: placed(output) for name, output in done.outputs.items()}
    whole = all([await finished.whole(storage, asset) for asset in found_assets if asset.path])
    return done.model_copy(update={"outputs": outputs, "cached": True}) if whole else None


def _record(key: str) -> str:
    return f"edits/{key[:2]}/{key}/edit.json"


async def run_operation(label: str, use: str, given: dict[str, Any], *, after: list[Any]) -> Edit:
    """Run an operation as a Prefect task; its state is Cached when its result is there and whole.

    Raises:
        MediaError: a file cannot be read as what it should be.
    """
    session = current()
    options: dict[str, Any] = {"tags": [use]}
    if session.results is None:
        options |= {"persist_result": False, "cache_policy": NO_CACHE}
    else:
        options["result_storage"] = session.results
    before = await done_before(session.storage, edit_key(use, given))
    done: Edit = await edit.with_options(refresh_cache=before is None, **options)(label, use, given, wait_for=after)
    # In place: Prefect knows by the very object which task gave it. What it kept of the first run says it was not.
    done.cached = before is not None
    return done

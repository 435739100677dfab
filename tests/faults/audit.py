"""The audit of a round: what the provider accepted, what lies in storage, what the journal still holds."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import av

from blocks import catalog
from blocks.catalog import Status
from tests.faults.workload import AT_ONCE, CHECK, Workload, identity

_OVER = {"FAILED", "CANCELED", "UNKNOWN"}
"""Tasks that cost nothing: they gave nothing."""


@dataclass(frozen=True)
class Finding:
    """Something that is wrong.

    Attributes:
        kind: ``duplicate``, ``lost``, ``hung``, or ``other``.
    """

    kind: str
    text: str


def audit(
    workload: Workload,
    tasks: list[dict[str, Any]],
    answered: Counter[str],
    storage: Path,
    folder: Path,
    *,
    at_most: Mapping[str, int],
    key: str,
    runs: list[Path],
    clean: bool,
    only_run: bool,
) -> list[Finding]:
    """Everything that is wrong at the end of a round.

    Args:
        tasks: of the provider, as it knows them.
        answered: how often it answered models that answer at once.
        at_most: how often that may be.
        folder: of the round, logs included.
        key: must turn up nowhere.
        runs: logs of the runs that ended well.
        clean: nothing was killed and the storage was never away, so nothing is left half done.
        only_run: nothing was interrupted, so the run's own sums are those of the provider.
    """
    good = [task for task in tasks if task["status"] not in _OVER]
    return [
        *_submits(workload, good, storage),
        *_calls(workload, answered, at_most),
        *_secret(folder, key),
        *_left_over(storage, clean),
        *(finding for log in runs for finding in _production(workload, good, log, only_run)),
    ]


def _submits(workload: Workload, good: list[dict[str, Any]], storage: Path) -> Iterator[Finding]:
    """What is paid for is what was asked for, each once, and has an owner."""
    paid = Counter(identity(task["body"]) for task in good)
    for what, count in (paid - workload.wanted).items():
        yield Finding("duplicate", f"{what}: paid {count} times too often")
    for what, count in (workload.wanted - paid).items():
        yield Finding("lost", f"{what}: {count} never accepted")
    owners: Counter[str] = Counter()
    for task in good:
        owned = storage / "journal" / "owned" / f"{task['task_id']}.json"
        if owned.is_file():
            owners[json.loads(owned.read_text())["fingerprint"]] += 1
        else:
            yield Finding("other", f"task {task['task_id']} of {task['model']} belongs to nobody")
    for fingerprint, count in owners.items():
        if count > 1:
            yield Finding("duplicate", f"generation {fingerprint[:12]} has {count} tasks")


def _calls(workload: Workload, answered: Counter[str], at_most: Mapping[str, int]) -> Iterator[Finding]:
    """What answers at once is paid for once, and again only where its answer was lost and that was allowed."""
    for model in {step.get("model") for step in workload.document["steps"].values()} & {CHECK, AT_ONCE}:
        if not answered[model]:
            yield Finding("lost", f"{model} was never asked")
        if answered[model] > at_most[model]:
            yield Finding("duplicate", f"{model} was asked {answered[model]} times, at most {at_most[model]} allowed")


def _production(workload: Workload, good: list[dict[str, Any]], log: Path, only_run: bool) -> Iterator[Finding]:
    """The deliverables are there and whole, and each generation is the provider's task with the provider's price."""
    said = json.loads(log.with_name(f"{log.name}.out").read_text())
    folder = Path(said["folder"])
    manifest = json.loads((folder / "manifest.json").read_text())
    files = {one["path"]: one["asset"] for one in manifest["deliverables"]}
    for wanted in workload.deliverables:
        stem = wanted.partition("{n}")[0] if "{n}" in wanted else wanted
        if not any(path.startswith(stem) for path in files):
            yield Finding("lost", f"{wanted} was not delivered")
    for path, asset in files.items():
        if problem := _damage(folder / path, asset):
            yield Finding("lost", f"{path} {problem}")

    by_id = {task["task_id"]: task for task in good}
    bill = Decimal(0)
    for one in {one["fingerprint"]: one for one in manifest["generations"]}.values():
        if one["model"] in (CHECK, AT_ONCE):
            bill += Decimal(one["cost_cny"])
            continue
        task = by_id.pop(one["task_id"], None)
        if task is None or task["outcome"] is None:
            yield Finding("lost", f"{one['step']}: task {one['task_id']} is none the provider finished")
            continue
        if identity(task["body"]) != identity(one["request"]):
            yield Finding("lost", f"{one['step']}: task {one['task_id']} was asked for something else")
        request = catalog.request(task["body"], truncate=True, wire=True)
        cost = catalog.cost(task["model"], task["outcome"]["usage"], request=request, status=Status.SUCCEEDED).amount
        bill += cost or Decimal(0)
        if Decimal(one["cost_cny"]) != cost:
            yield Finding("other", f"{one['step']}: costs {one['cost_cny']} in the manifest, {cost} by its usage")
    for task in by_id.values():
        yield Finding("duplicate", f"task {task['task_id']} of {task['model']} is in no manifest")
    told = Decimal(str(said["cost"]["amount"]))
    if only_run and told != bill:
        yield Finding("other", f"the run says {told} CNY, the provider's usage makes {bill}")


def _damage(path: Path, asset: dict[str, Any]) -> str | None:
    if not path.is_file():
        return "is not there"
    if hashlib.sha256(path.read_bytes()).hexdigest() != asset["sha256"]:
        return "has another checksum than its manifest says"
    with av.open(str(path)) as container:
        if not any(True for _ in container.decode(video=0)):
            return "holds no picture"
    return None


def _left_over(storage: Path, clean: bool) -> Iterator[Finding]:
    """No entry of the journal stays open, no lease held; unfinished files only where a process was killed."""
    for path in storage.glob("journal/*.json"):
        yield Finding("other", f"the journal still holds {path.name}")
    if not clean:
        return
    names = [*storage.glob("journal/leases/*"), *storage.glob("journal/holders/*"), *storage.rglob(".*")]
    for path in names:
        yield Finding("other", f"{path.relative_to(storage)} was left behind")


def _secret(folder: Path, key: str) -> Iterator[Finding]:
    for path in files_with(folder, key):
        yield Finding("other", f"{path.relative_to(folder)} holds the API key")


def files_with(folder: Path, key: str) -> Iterator[Path]:
    """Files below a folder that hold the key, as text or within it."""
    for path in folder.rglob("*"):
        if path.is_file() and key.encode() in path.read_bytes():
            yield path

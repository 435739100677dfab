"""`wanflow generations` on several at once: what fails keeps nobody from the others, and the exit code says so."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from blocks import catalog
from blocks.emulator import Emulator
from tasks import journal
from tasks.sending import send
from tasks.session import open_session
from tests.flows.conftest import wanflow


def under_way(*prompts: str, strangers: int = 0) -> dict[str, str]:
    """Sends them as a run that is gone; gives their task ids by prompt."""

    async def leave() -> dict[str, str]:
        ids = {}
        async with open_session() as session:
            for number, prompt in enumerate(prompts):
                ids[prompt] = (await send(session, request(prompt), f"{number:064x}")).task_id
            for number in range(strangers):
                ids[f"stranger {number}"] = (await session.client.submit(request("a stranger"))).task_id or ""
        return ids

    return asyncio.run(leave())


def request(prompt: str) -> catalog.Request:
    model, seconds = ("wan2.5-t2v-preview", 5) if "lasting" in prompt else ("wan2.6-t2v", 2)
    return catalog.request({"model": model, "input": {"prompt": prompt}, "parameters": {"duration": seconds}})


def test_all_is_what_is_ours_and_each_is_told(
    service: Emulator, prefect_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is fetched, one was refused, one takes too long, a stranger is left alone: exit code 4; alone, 3."""
    monkeypatch.setattr("tasks.stages.patience_seconds", lambda model: 0.2 if "2.5" in model else 60)
    ids = under_way("a street", "something indecent", "a lasting road", strangers=1)
    result = wanflow("generations", "resume", "--all", "--json")
    assert result.exit_code == 4, result.stderr
    told = {one["task_id"]: one["error"] and one["error"]["code"] for one in json.loads(result.stdout)}
    assert told == {
        ids["a street"]: None,
        ids["something indecent"]: "DataInspectionFailed",
        ids["a lasting road"]: "StillRunning",
    }
    late = wanflow("generations", "resume", ids["a lasting road"])
    assert late.exit_code == 3 and f"generations resume {ids['a lasting road']}" in " ".join(late.stdout.split())
    left = json.loads(wanflow("generations", "list", "--json").stdout)
    assert {one["task_id"] for one in left} == {ids["a lasting road"], ids["stranger 0"]}


def test_what_failed_costs_nothing(service: Emulator, prefect_server: str, until: Callable[..., None]) -> None:
    """It is listed at nothing, and forgetting it warns of no bill; what still runs has its price and its warning."""
    ids = under_way("something indecent", "a lasting road")
    tasks = {task.task_id: task for task in service.tasks()}
    assert set(ids.values()) <= set(tasks)
    until(lambda: [one.status for one in service.tasks() if one.task_id == ids["something indecent"]] == ["FAILED"])
    lines = {
        name: line for line in wanflow("generations", "list").stdout.splitlines() for name in ids if ids[name] in line
    }
    assert "¥0.00" in lines["something indecent"] and "¥0.00" not in lines["a lasting road"]
    for name, billed in (("something indecent", False), ("a lasting road", True)):
        said = wanflow("generations", "forget", ids[name]).stdout
        assert "is forgotten." in said and ("may still bill it" in said) is billed


def test_an_answer_that_was_lost_and_left_no_task(service: Emulator) -> None:
    """The list says that it cannot be fetched; nothing is said of resuming it; there is no task to cancel."""

    async def leave() -> None:
        async with open_session() as session:
            await journal.write_intent(
                session.storage, fingerprint="f" * 64, model="qwen-image-max", account=session.account, now=session.time
            )

    asyncio.run(leave())
    listed = wanflow("generations", "list").stdout
    assert "unanswered" in listed and "forget it to have it asked for anew" in " ".join(listed.split())
    assert "resume" not in listed
    assert "none, and its answer was lost" in wanflow("generations", "show", "f" * 64).stdout
    cancelled = wanflow("generations", "cancel", "f" * 64)
    assert cancelled.exit_code == 2 and "there is no task to cancel; forget it" in cancelled.stderr

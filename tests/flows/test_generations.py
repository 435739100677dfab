"""`wanflow generations` and `wanflow spend` in the terminal and as JSON."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from blocks import catalog
from blocks.emulator import Emulator
from tasks.generation import generate
from tasks.in_flight import in_flight
from tasks.sending import send
from tasks.session import open_session
from tests.flows.conftest import wanflow


def said(*words: str) -> Any:
    """The JSON document of a command that goes well."""
    result = wanflow(*words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def request(prompt: str) -> catalog.Request:
    return catalog.request({"model": "wan2.6-t2v", "input": {"prompt": prompt}, "parameters": {"duration": 2}})


@pytest.fixture
def sent(service: Emulator, prefect_server: str) -> str:
    """A task that is in flight, because its run is gone."""

    async def leave() -> str:
        async with open_session() as session:
            return (await send(session, request("endless street"), "f" * 64)).task_id

    return asyncio.run(leave())


def test_one_in_flight_is_listed_shown_resumed(sent: str) -> None:
    """The list fits 80 columns and names the task; the same as JSON; resumed, it is in flight no more."""
    listed = wanflow("generations", "list")
    assert sent in listed.stdout and "¥2.00" in listed.stdout and max(map(len, listed.stdout.splitlines())) <= 80
    [one] = said("generations", "list")
    assert (one["task_id"], one["model"], one["quote"]["amount"]) == (sent, "wan2.6-t2v", 2.0)
    assert said("generations", "show", sent[:8])["fingerprint"] == "f" * 64
    [done] = said("generations", "resume", "--all")
    assert done["status"] == "SUCCEEDED" and len(done["outputs"]) == 1 and done["cost"]["amount"] == 2.0
    assert said("generations", "list") == []
    assert "Nothing is in flight." in wanflow("generations", "list").stdout


def test_a_running_one_is_not_cancelled_but_can_be_forgotten(sent: str) -> None:
    """Cancelling says what it will cost; forgetting says that it may be billed."""

    async def running() -> None:
        async with open_session() as session:
            async with asyncio.timeout(30):
                while (await in_flight(session))[0].state != "running":  # noqa: ASYNC110  the provider gives no sign
                    await asyncio.sleep(0.05)

    asyncio.run(running())
    refused = wanflow("generations", "cancel", sent)
    assert refused.exit_code == 3 and "It will be charged (¥2.00)" in refused.stderr
    assert "may still bill it" in wanflow("generations", "forget", sent).stdout
    assert said("generations", "list") == []


def test_an_id_can_be_copied(sent: str) -> None:
    """However long the other columns are, 80 columns hold every id whole; what is not ours is marked."""

    async def stranger() -> str:
        long = {"model": "wan2.5-t2v-preview", "input": {"prompt": "a stranger"}, "parameters": {"duration": 5}}
        async with open_session() as session:
            return (await session.client.submit(catalog.request(long))).task_id or ""

    other = asyncio.run(stranger())
    shown = wanflow("generations", "list").stdout
    assert max(map(len, shown.splitlines())) <= 80
    [ours, strange] = [next(line for line in shown.splitlines() if one in line) for one in (sent, other)]
    assert "¥2.00" in ours and "*" not in ours and "* " in strange and "unknown" in strange and "wan2.5-t" in strange
    assert wanflow("generations", "forget", other).exit_code == 0


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["show", "nothing"], "nothing in flight goes by 'nothing'"),
        (["resume"], "give the ids to resume, or --all"),
        (["resume", "abc", "--all"], "give the ids to resume, or --all"),
        (["resume", "--all", "--task", "abc"], "give the id of that one"),
    ],
)
def test_what_cannot_be_meant_is_exit_code_2(service: Emulator, words: list[str], complaint: str) -> None:
    """One clear line."""
    result = wanflow("generations", *words)
    assert result.exit_code == 2 and complaint in result.stderr and result.stdout == ""


@pytest.mark.slow
def test_spending_is_added_up(service: Emulator, prefect_server: str) -> None:
    """Two generations of 2.00 CNY, by day, model and run; an emulator's are told apart."""

    async def made() -> None:
        async with open_session():
            await asyncio.gather(*(generate(request(prompt)) for prompt in ("one", "two")))

    asyncio.run(made())
    document = said("spend")
    assert document["paid"]["generations"] == 0 and document["emulated"]["cost"]["amount"] == 4.0
    assert [(row["name"], row["generations"]) for row in document["emulated"]["model"]] == [("wan2.6-t2v", 2)]
    shown = wanflow("spend").stdout
    assert "¥4.00" in shown and "nobody pays it" in shown and max(map(len, shown.splitlines())) <= 80
    assert "Nothing was paid." in wanflow("spend", "--since", "2099-01-01").stdout
    assert "--since takes a day" in wanflow("spend", "--since", "yesterday").stderr
    assert "--by takes day, model or run" in wanflow("spend", "--by", "week").stderr

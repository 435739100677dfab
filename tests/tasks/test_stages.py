"""What Prefect knows of a generation, asked of its API."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import TaskRun
from prefect.context import get_run_context

from blocks import catalog
from tasks.editing import run_operation
from tasks.generation import generate
from tasks.records import Generation
from tests.tasks.conftest import KEY, Open, Studio, asked


async def _in_a_flow(here: Studio, *, count: int = 7) -> tuple[Generation, list[TaskRun]]:
    """Two scenes and a cut in a flow; the first generation, and the task runs by the time they were made."""

    @flow(name="two scenes", validate_parameters=False)
    async def scenes() -> tuple[Generation, str]:
        async with here.session():
            first = await generate(asked(), label="scene 1")
            [asset] = first.assets
            still = await run_operation("cut", "last_frame", {"video": asset}, after=[first.handle])
            image = still.outputs["image"]
            onward = catalog.request(
                {"model": "wan2.6-i2v", "input": {"img_url": image.uri, "prompt": "on"}, "parameters": {}}  # type: ignore[union-attr]
            )
            second = await generate(onward, label="scene 2", assets={image.uri: image}, after=[still])  # type: ignore[union-attr, dict-item]
            assert second.succeeded, second.failure
        return first, str(get_run_context().flow_run.id)  # type: ignore[union-attr]

    first, run_id = await scenes()
    return first, await _task_runs(run_id, count)


async def _task_runs(run_id: str, count: int) -> list[TaskRun]:
    """A flow run's task runs in their order, once the server has heard of the end of so many."""
    of_run = FlowRunFilter.model_validate({"id": {"any_": [run_id]}})
    async with get_client() as prefect, asyncio.timeout(30):
        while True:
            runs = await prefect.read_task_runs(flow_run_filter=of_run)
            if len(runs) >= count and all(run.state and run.state.is_final() for run in runs):
                return sorted(runs, key=lambda run: run.expected_start_time or run.created)  # type: ignore[arg-type, return-value]
            await asyncio.sleep(0.1)


def _inputs(run: TaskRun) -> set[str]:
    """Ids of the task runs it was given results of, or waited for."""
    return {str(item.id) for given in run.task_inputs.values() for item in given if hasattr(item, "id")}


@pytest.mark.slow
async def test_task_runs(studio: Open) -> None:
    """A fresh generation is three task runs with telling names, tagged by model, joined by edges as they follow."""
    here = studio()
    _, runs = await _in_a_flow(here)
    assert [run.name for run in runs] == [
        "scene 1: submit wan2.6-t2v",
        "scene 1: poll wan2.6-t2v",
        "scene 1: download",
        "cut: last_frame",
        "scene 2: submit wan2.6-i2v",
        "scene 2: poll wan2.6-i2v",
        "scene 2: download",
    ]
    assert {run.state_name for run in runs} == {"Completed"}
    assert [run.tags for run in runs[:3]] == [["wan2.6-t2v"]] * 3
    for before, after in itertools.pairwise(runs):
        assert str(before.id) in _inputs(after), f"no edge from {before.name} to {after.name}"


@pytest.mark.slow
async def test_second_run(studio: Open) -> None:
    """The second run finds everything: its states are Cached, its edges are there, nothing is called."""
    here = studio()
    await _in_a_flow(here)
    calls = here.emulator.counts
    _, runs = await _in_a_flow(here, count=3)
    assert [(run.name, run.state_name) for run in runs] == [
        ("scene 1: download", "Cached"),
        ("cut: last_frame", "Cached"),
        ("scene 2: download", "Cached"),
    ]
    for before, after in itertools.pairwise(runs):
        assert str(before.id) in _inputs(after)
    for kind in ("submit", "query", "download"):
        assert here.emulator.counts.get(kind) == calls.get(kind), kind


@pytest.mark.slow
async def test_a_machine_without_its_server(studio: Open) -> None:
    """Another machine on the same storage, whose server knows nothing, calls nothing either."""
    here = studio()
    first = await here.run(results=False)
    again = await here.run()
    assert again.cached and again.assets == first.assets and here.submits == 1


@pytest.mark.slow
async def test_call(studio: Open) -> None:
    """A model that answers at once is one task run; asked again it is Cached, with its edge and its answer."""
    here = studio()
    chat = catalog.request(
        {"model": "qwen-plus", "input": {"messages": [{"role": "user", "content": "say hello"}]}, "parameters": {}}
    )

    @flow(name="words", validate_parameters=False)
    async def words() -> tuple[Generation, str]:
        async with here.session():
            made = await generate(chat, label="words")
        return made, str(get_run_context().flow_run.id)  # type: ignore[union-attr]

    states = []
    for _ in range(2):
        made, run_id = await words()
        assert made.succeeded and made.values["text"] and made.handle is not None
        states += [(run.name, run.state_name) for run in await _task_runs(run_id, 1)]
    assert states == [("words: qwen-plus", "Completed"), ("words: qwen-plus", "Cached")]
    assert here.emulator.counts["chat"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("results", [True, False])
async def test_an_emulated_answer_is_none(studio: Open, monkeypatch: pytest.MonkeyPatch, results: bool) -> None:
    """What an emulator answered at once never stands for the real service's answer, whatever Prefect remembers."""
    here = studio()
    talk = {"model": "qwen-plus", "input": {"messages": [{"role": "user", "content": "say hello"}]}, "parameters": {}}
    for account, emulated in (("sk-emulator", True), ("sk-real", False), ("sk-emulator", True)):
        monkeypatch.setenv("DASHSCOPE_API_KEY", account)
        async with here.session(results=results) as session:
            session.emulated = emulated
            assert (await generate(catalog.request(talk))).succeeded
    assert here.emulator.counts["chat"] == 2


@pytest.mark.slow
async def test_results_are_json(studio: Open) -> None:
    """Prefect's results lie under results/ of the storage, as JSON with the JSON serializer, pickled nowhere."""
    here = studio(rules=[{"at": "submit", "nth": [3], "do": {"kind": "refuse"}}])
    await _in_a_flow(here)
    await here.run(asked("refused"))
    results = await here.storage.list("results")
    assert results and not [path for path in results if path.startswith("results/results")]
    for path in results:
        stored = await here.storage.read_json(path)
        assert stored["metadata"]["serializer"]["type"] == "json", path
        json.loads(stored["result"])


@pytest.mark.slow
async def test_key_is_nowhere(
    studio: Open, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """The API key is in no file of the storage, no log, no record of Prefect's, whatever happened."""
    caplog.set_level("DEBUG")
    caplog.set_level("DEBUG", logger="wanflow")
    echo = {"kind": "fail", "message": f"key {KEY} failed"}
    here = studio(
        rules=[
            {"at": "submit", "nth": [1], "do": "lose_answer"},
            {"at": "submit", "prompt": "refused", "do": {"kind": "refuse", "message": f"no right: {KEY}"}},
            {"at": "query", "times": 1, "do": echo},
        ]
    )
    made, _ = await _in_a_flow(here)
    refused = await here.run(asked("refused"))
    assert refused.failure and KEY not in refused.model_dump_json() + made.model_dump_json()
    out = capfd.readouterr()
    assert KEY not in caplog.text and KEY not in out.out and KEY not in out.err
    for place in (Path(here.url), Path(os.environ["PREFECT_HOME"])):
        for path in place.rglob("*"):
            assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
    assert not _in_database(KEY)


def _in_database(text: str) -> list[Any]:
    """Tables of Prefect's database that hold the text."""
    from prefect.settings import get_current_settings

    url = get_current_settings().server.database.connection_url
    assert url is not None
    name = str(url.get_secret_value()).partition(":///")[2].partition("?")[0]
    with sqlite3.connect(f"file:{name}?mode=ro", uri=True) as database:
        lines = list(database.iterdump())
    assert any("scene 1: submit" in line for line in lines), "this is not the database in use"
    return [line[:200] for line in lines if text in line]

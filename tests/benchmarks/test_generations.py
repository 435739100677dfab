"""What many generations at once take, beside what the documented limits make them wait."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect import flow, task

from blocks import catalog
from blocks.catalog import Request
from blocks.emulator import Emulator, Scenario
from tasks.generation import generate
from tasks.pace import documented_limits
from tasks.session import open_session

pytestmark = pytest.mark.benchmark

COUNT = 200
MODELS = [row.id for row in catalog.MODELS.values() if row.family == catalog.find("wan2.6-t2v").family]


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """A service that renders nothing and runs everything at once."""
    with Emulator(render="none", scenario=Scenario.model_validate({"limits": {"in_progress": False}})) as started:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", started.base_url)
        monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-any")
        yield started


def _requests() -> list[Request]:
    models = [MODELS[number % len(MODELS)] for number in range(COUNT)]
    return [
        catalog.request({"model": model, "input": {"prompt": f"scene {number}"}, "parameters": {}})
        for number, model in enumerate(models)
    ]


def _bound(requests: list[Request]) -> float:
    """Seconds the documented submit rates alone ask for."""
    models = [request.model for request in requests]
    rates = {model: documented_limits(model).submits_per_second for model in models}
    return max((models.count(model) - 1) / rate for model, rate in rates.items() if rate)


@task
async def _nothing(number: int) -> int:
    return number


@flow(name="empty tasks")
async def _empty() -> None:
    """As many tasks as the generations have, doing nothing."""
    await asyncio.gather(*(_nothing(number) for number in range(3 * COUNT)))


async def test_generations(
    prefect_server: str, emulator: Emulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Two hundred generations at once in one flow, each with its three tasks; then all of them again, cached."""
    caplog.set_level("WARNING", logger="wanflow.emulator")  # a line for each of its tasks hides the numbers
    requests = _requests()

    @flow(name="benchmark")
    async def many() -> int:
        async with open_session(str(tmp_path / "media")) as session:
            await session.save_results_block()
            made = await asyncio.gather(*(generate(request) for request in requests))
        assert all(one.succeeded for one in made)
        return sum(one.cached for one in made)

    async def timed(name: str) -> tuple[float, float]:
        clock, cpu = time.perf_counter(), time.process_time()
        if name == "empty":
            await _empty()
        else:
            assert await many() == (COUNT if name == "cached" else 0)
        return time.perf_counter() - clock, time.process_time() - cpu

    # The empty tasks last: the server goes on recording them for a while, and would keep the others waiting.
    fresh, cached, empty = await timed("fresh"), await timed("cached"), await timed("empty")
    assert sum(emulator.submits.values()) == COUNT
    bound = _bound(requests)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\n{COUNT} generations of {len(MODELS)} models (the emulator in the same process, so its CPU is counted too)\n"
        f"  three empty tasks each: {empty[0]:6.1f} s wall, {1000 * empty[1] / COUNT:6.0f} ms CPU each\n"
        f"  fresh:                  {fresh[0]:6.1f} s wall, {1000 * fresh[1] / COUNT:6.0f} ms CPU each; "
        f"the submit limits ask for {bound:.1f} s\n"
        f"  cached:                 {cached[0]:6.1f} s wall, {1000 * cached[1] / COUNT:6.0f} ms CPU each\n"
        f"  {emulator.queries} queries, {emulator.counts.get('list', 0)} list calls, peak memory {peak:.0f} MB"
    )

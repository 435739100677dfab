"""An emulated service that misbehaves by words in the prompt, a session that asks it, and waiting for a condition."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from typer.testing import CliRunner, Result

from blocks.dashscope import DashScope
from blocks.emulator import Emulator, Scenario
from blocks.storage import MediaStorage
from flows.cli import app
from flows.deployments import TAG
from flows.document import InvalidInput
from flows.pipeline import Pipeline, load
from flows.plan import Plan, make_plan
from flows.registration import saved_deployments
from tasks.reach import Reach
from tasks.session import Session, open_session

_REFUSED = {"kind": "refuse", "code": "InvalidParameter", "message": "This cannot be filmed."}
RULES: list[dict[str, Any]] = [
    {"at": "submit", "model": "wan2.6-t2v", "prompt": "unfilmable", "do": _REFUSED},
    {"at": "submit", "model": "wan2.[56]-t2v*", "prompt": "undrawable", "do": _REFUSED},
    {"at": "submit", "prompt": "forbidden", "do": "refuse"},
    {"at": "submit", "prompt": "hesitant", "do": {"kind": "slow", "seconds": 3}},
    {"at": "task", "prompt": "indecent", "do": "moderate"},
    {"at": "task", "prompt": "slow", "do": {"kind": "timing", "run_seconds": 2}},
    {"at": "task", "prompt": "half of them", "do": {"kind": "fail_parts", "parts": [0]}},
    {"at": "task", "prompt": "queued", "do": {"kind": "timing", "queue_seconds": 60}},
    {"at": "task", "prompt": "endless", "do": {"kind": "timing", "run_seconds": 6}},
    {"at": "task", "prompt": "lasting", "do": {"kind": "timing", "run_seconds": 15}},
]


def wanflow(*words: str, stdin: str | None = None) -> Result:
    """A command of `wanflow` in this process."""
    return CliRunner().invoke(app, list(words), input=stdin)


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """A service that renders nothing; words of the prompt make it refuse, moderate or take its time."""
    with Emulator(render="none", scenario=Scenario.model_validate({"rules": RULES})) as running:
        yield running


@pytest.fixture
def service(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Emulator:
    """The environment leads to the emulated service and to a storage of this test's own."""
    monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
    monkeypatch.setenv("DASHSCOPE_API_KEY", f"sk-{tmp_path.name}")
    monkeypatch.setenv("WANFLOW_STORAGE", str(tmp_path / "media"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return emulator


@pytest.fixture
async def session(service: Emulator, prefect_server: str) -> AsyncIterator[Session]:
    """An open session with the emulated service."""
    async with open_session() as opened:
        yield opened


@pytest.fixture
def registered(prefect_server: str) -> Iterator[None]:
    """What a test registers with the session's server is removed: a saved account would be every later test's."""
    yield

    async def remove() -> None:
        async with get_client() as client:
            for deployment in await saved_deployments(TAG):
                await client.delete_deployment(deployment.id)
            for limit in await client.read_global_concurrency_limits(limit=200):
                await client.delete_global_concurrency_limit_by_name(limit.name)
        for kind in (DashScope, MediaStorage):
            with contextlib.suppress(ValueError, ObjectNotFound):
                await kind.adelete("default")

    asyncio.run(remove())


@pytest.fixture
def submits(service: Emulator) -> Callable[[], list[str]]:
    """The prompts that were submitted since the test began, oldest first."""
    before = {task.task_id for task in service.tasks()}

    def since() -> list[str]:
        fresh = [task for task in reversed(service.tasks()) if task.task_id not in before]
        return [str(task.body["input"].get("prompt", task.model)) for task in fresh]

    return since


@pytest.fixture
def storage(tmp_path: Path) -> MediaStorage:
    """A storage on disk."""
    return MediaStorage(url=str(tmp_path / "media"))


@pytest.fixture
def planned(tmp_path: Path, storage: MediaStorage) -> Callable[..., Any]:
    """Plans a pipeline given as YAML text, with parameters; the emulator is not needed for that."""

    async def plan(text: str, *, emulated: bool = True, **params: Any) -> Plan:
        pipeline, _ = load(written(tmp_path, text))
        return await make_plan(pipeline, params, Reach(tmp_path, storage), emulated=emulated)

    return plan


@pytest.fixture
def refusal(tmp_path: Path, storage: MediaStorage) -> Callable[..., Any]:
    """What is said about a pipeline that cannot run, with its places in the file."""

    async def said(text: str, **params: Any) -> str:
        try:
            pipeline, document = load(written(tmp_path, text))
        except InvalidInput as error:
            return str(error)
        try:
            await make_plan(pipeline, params, Reach(tmp_path, storage), emulated=True)
        except InvalidInput as error:
            return str(error.within(document))
        return "it was accepted"

    return said


def written(folder: Path, text: str, name: str = "pipeline.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def pipeline_of() -> Callable[..., Pipeline]:
    """A pipeline from its steps as YAML text."""

    def made(steps: str, **more: Any) -> Pipeline:
        return Pipeline.model_validate({"pipeline": "test", "steps": yaml.safe_load(steps), **more})

    return made


@pytest.fixture
def until() -> Callable[..., None]:
    """Wait until something holds; fail when it does not within the seconds given."""

    def wait(holds: Callable[[], object], seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"it did not come about within {seconds:.0f} s"
            time.sleep(0.02)

    return wait


@pytest.fixture
def gone(until: Callable[..., None]) -> Callable[[Sequence[int]], None]:
    """Wait until none of some processes runs."""

    def wait(pids: Sequence[int]) -> None:
        until(lambda: not [pid for pid in pids if _runs(pid)])

    return wait


def _runs(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent to notice does not."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        pass
    if Path("/proc/self/stat").exists():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

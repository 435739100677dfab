"""What is promised of a generation under faults, each promise on the wire: weather, addresses that end, two at once."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from blocks import catalog
from blocks.catalog import Status
from blocks.storage import MediaStorage
from flows.engine import run_steps
from flows.pipeline import Pipeline
from tasks import finished, journal
from tasks.generation import generate
from tasks.records import TASK_LIFE, Submission
from tasks.session import Session, now, open_session
from tasks.stages import patience_seconds
from tests.tasks.conftest import KEY, Open, Studio, asked, until

# Polling.


@pytest.mark.slow
async def test_every_status_on_the_way(studio: Open) -> None:
    """PRE-PROCESSING, SUSPENDED and POST-PROCESSING are no end: the task is waited for."""
    statuses = ["PRE-PROCESSING", "SUSPENDED", "RUNNING", "POST-PROCESSING"]
    timing = {"kind": "timing", "run_seconds": 1.6, "statuses": statuses}
    here = studio(rules=[{"at": "task", "do": timing}])
    async with here.session() as session:
        told: list[Status] = []
        wait = session.watcher.wait

        async def listening(*arguments: Any, **options: Any) -> Any:
            return await wait(*arguments, **options, on_status=told.append)

        session.watcher.wait = listening  # type: ignore[method-assign]
        assert (await generate(asked())).succeeded
    assert [status for status in told if status != Status.PENDING] == [*map(Status, statuses), Status.SUCCEEDED]


@pytest.mark.slow
async def test_cancelled_by_somebody_else(studio: Open) -> None:
    """A task that somebody cancels in the provider's console ends the wait, costs nothing and is not sent again."""
    here = studio(queue_seconds=600)
    async with here.session() as session:
        run = asyncio.create_task(generate(asked()))
        await until(lambda: session.watcher.waiting_for == 1)
        await session.client.cancel(here.emulator.tasks()[0].task_id)
        made = await asyncio.wait_for(run, 20)
    assert (made.status, made.cost_cny, here.submits) == (Status.CANCELED, 0, 1)
    assert made.failure and "cancel" in made.failure.message and await here.journalled() == []


@pytest.mark.slow
async def test_forgotten_by_the_provider(studio: Open) -> None:
    """UNKNOWN ends the wait with a failure that says what it means; it is not sent again by itself."""
    here = studio(rules=[{"at": "task", "do": "expire"}])
    made = await asyncio.wait_for(here.run(), 30)
    assert made.failure and (made.failure.kind, made.status) == ("TaskGone", Status.UNKNOWN)
    assert "24 hours" in f"{made.failure.message} {made.failure.advice}"
    assert here.submits == 1 and await here.journalled() == []


@pytest.mark.parametrize("model", [row.id for row in catalog.MODELS.values() if row.mode == "async"])
def test_deadlines(model: str) -> None:
    """A task may take twenty times what its model usually takes, two hours at least; a day at most: then it is gone."""
    usual = catalog.find(model).typical_seconds[1]
    assert usual > 0
    assert patience_seconds(model) == min(max(20 * usual, 7200), TASK_LIFE.total_seconds())


def test_no_deadline_is_longer_than_a_task_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow a model may become, after a day the provider knows nothing of its task any more."""
    monkeypatch.setattr("tasks.stages.usual_seconds", lambda model: (3600.0, 7200.0))
    assert patience_seconds("wan2.6-t2v") == 24 * 3600


# Results outlive their addresses.


@pytest.mark.slow
async def test_bad_downloads(studio: Open) -> None:
    """A result that breaks off, is spoilt and is refused for a while still arrives whole; nothing is sent again."""
    rules = [
        {"at": "download", "times": 1, "do": {"kind": "truncate", "fraction": 0.5}},
        {"at": "download", "times": 1, "do": {"kind": "fail", "http_status": 503}},
        {"at": "download", "times": 1, "do": "corrupt"},
    ]
    here = studio(rules=rules)
    made = await asyncio.wait_for(here.run(), 60)
    assert made.succeeded and await finished.all_whole(here.storage, made.assets)
    assert here.emulator.counts["download"] >= 4 and here.submits == 1
    assert {event["what"] for event in here.emulator.events("misbehaved")} == {"truncate", "fail", "corrupt"}


@pytest.fixture
def bucket(s3_storage: MediaStorage, s3_options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a new bucket; the environment holds what it takes to reach it."""
    monkeypatch.setenv("WANFLOW_STORAGE_OPTIONS", json.dumps(s3_options))
    return s3_storage.url


_PICTURE = {"model": "wan2.2-t2i-flash", "input": {"prompt": "a boat"}, "parameters": {"n": 1, "size": "512*512"}}
_CLIP = {
    "for_each": "${picture.images}",
    "model": "wan2.6-i2v-flash",
    "input": {"img_url": "${item}", "prompt": "it drifts"},
    "parameters": {"resolution": "720P", "duration": 2, "audio": False},
}


async def _filmed(here: Studio, steps: dict[str, Any]) -> Any:
    async with here.session():
        return await run_steps(Pipeline.model_validate({"pipeline": "boat", "steps": steps}), {})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("way", "begins"),
    [
        ("own address", "http://127.0.0.1:"),
        ("upload", "oss://dashscope-instant/"),
        ("data", "data:image/png;base64,"),
        pytest.param("presigned", "http://127.0.0.1:", marks=pytest.mark.s3),
    ],
)
async def test_an_earlier_result_reaches_a_later_step(
    studio: Open, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, way: str, begins: str
) -> None:
    """A picture whose address has ended goes to the next step from storage, by what the region and the model take."""
    behind = [0.0 if way == "own address" else 25 * 3600.0]
    url = request.getfixturevalue("bucket") if way == "presigned" else None
    here = studio(url=url, clock=lambda: time.time() - behind[0])
    if way == "data":
        monkeypatch.setattr("blocks.client.client.region_of", lambda *_: "singapore")
    assert (await _filmed(here, {"picture": _PICTURE})).steps["picture"].state == "done"
    behind[0] = 0.0  # a day later
    run = await _filmed(here, {"picture": _PICTURE, "clip": _CLIP})
    assert run.steps["clip"].state == "done", run.steps["clip"].reason
    assert [one.cached for _, one in run.steps["picture"].generations] == [True] and here.submits == 2
    sent = next(task for task in here.emulator.tasks() if task.model == "wan2.6-i2v-flash").body["input"]["img_url"]
    assert sent.startswith(begins)
    assert ("/media/" in sent) is (way == "presigned") and ("Signature=" in sent) is begins.startswith("http")


# Two at once.


@asynccontextmanager
async def _somewhere_else(url: str) -> AsyncIterator[Session]:
    """A session of another machine: its leases do not see that its process lives."""
    async with open_session(url) as session:
        yield session


@pytest.mark.s3
@pytest.mark.slow
async def test_two_machines_on_one_bucket(studio: Open, bucket: str) -> None:
    """Two runs that ask for the same thing at once on one bucket are one submit: the other waits for its result."""
    here = studio(url=bucket, run_seconds=1)

    async def run() -> Any:
        async with _somewhere_else(bucket):
            return await generate(asked())

    one, two = await asyncio.gather(run(), run())
    assert here.submits == 1 and sorted([one.cached, two.cached]) == [False, True]
    assert one.assets == two.assets
    stored = MediaStorage.from_environment(bucket)
    assert await journal.entries(stored) == [] and await stored.list("journal/leases") == []


@pytest.mark.s3
@pytest.mark.slow
async def test_a_machine_that_is_gone(studio: Open, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease of a machine that gives no sign of life any more is taken over, its task is picked up, none is sent."""
    monkeypatch.setenv("WANFLOW_LEASE_SECONDS", "0.6")
    here = studio(url=bucket)
    async with _somewhere_else(bucket) as session:
        monkeypatch.setattr(session.leases, "_beat_seconds", 3600.0)
        monkeypatch.setattr("tasks.leases._machine", lambda: "a machine that is gone")
        waits = asyncio.Event()

        async def for_ever(*_: Any, **__: Any) -> Any:
            waits.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(session.watcher, "wait", for_ever)
        first = asyncio.create_task(generate(asked()))
        await asyncio.wait_for(waits.wait(), 30)
        monkeypatch.setattr("tasks.leases._machine", lambda: "this one")
        async with _somewhere_else(bucket):
            made = await asyncio.wait_for(generate(asked()), 30)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert made.succeeded and here.submits == 1


# The journal.


@pytest.mark.slow
async def test_entries(studio: Open) -> None:
    """An entry is below 2 KB whatever the prompt, says in words what it is about, and is gone when it has settled."""
    here = studio(run_seconds=1)
    prompt = "夜雨里的老城，" * 210
    async with here.session() as session:
        run = asyncio.create_task(generate(asked(prompt[:1500])))
        await until(lambda: session.watcher.waiting_for == 1)
        [path] = [path for path in await here.storage.list("journal") if path.count("/") == 1]
        content = await here.storage.read_bytes(path) or b""
        assert (await run).succeeded
    said = json.loads(content)
    assert len(content) < 2048 and len(content.splitlines()) > 10 and "夜雨里的老城" in content.decode()
    assert said["submission"]["task_id"] == here.emulator.tasks()[0].task_id and KEY not in content.decode()
    assert await here.journalled() == []


async def test_an_entry_is_whole_or_not_there(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies while it writes an entry leaves the one that was there, whole."""
    here = studio()
    storage = here.storage
    entry = await journal.write_intent(storage, fingerprint="f" * 64, model="wan2.6-t2v", account="a", now=now())
    submission = Submission(
        fingerprint="f" * 64, model="wan2.6-t2v", task_id="t", request_id=None, submitted_at=now(), account="a"
    )

    def dies(*_: Any) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.replace", dies)
        with pytest.raises(OSError, match="no space"):
            await journal.complete(storage, entry, submission)
    assert await journal.read(storage, "f" * 64, "a") == entry

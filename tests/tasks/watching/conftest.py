"""What the tests of the watcher share: a provider of tasks that answers without a socket, as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from blocks.catalog import Answer
from blocks.client import Client
from tasks.pace import Pace
from tasks.rhythm import INSTANT, Rhythm
from tasks.watching import Watcher

MODEL = "wan2.6-t2v"
Reply = httpx.Response | Exception


class Provider:
    """Tasks and the questions about them; ``weather`` is met before any answer is given."""

    def __init__(self) -> None:
        self.tasks: dict[str, list[str]] = {}
        self.weather: list[Reply | None] = []
        self.asked: list[str] = []
        self.lists: list[dict[str, str]] = []
        self.list_reply: Callable[[dict[str, str]], Reply] = self.page
        self.client = Client("http://127.0.0.1:9/api/v1", transport=httpx.MockTransport(self.answer))

    def task(self, task_id: str, *statuses: str) -> str:
        """A task that is found in these statuses one after another; in the last one for good."""
        self.tasks[task_id] = list(statuses)
        return task_id

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.rstrip("/").endswith("/tasks"):
            self.lists.append(dict(request.url.params))
            return self._given(self.list_reply(dict(request.url.params)), request)
        task_id = request.url.path.rpartition("/")[2]
        self.asked.append(task_id)
        reply = self.weather.pop(0) if self.weather else None
        if reply is not None:
            return self._given(reply, request)
        statuses = self.tasks[task_id]
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        output: dict[str, Any] = {"task_id": task_id, "task_status": status}
        if status == "SUCCEEDED":
            output["video_url"] = f"https://b.example/{task_id}.mp4"
        return httpx.Response(200, json={"request_id": "r", "output": output})

    def page(self, params: dict[str, str]) -> httpx.Response:
        """The task list, as many rows to a page as asked for."""
        number, size = int(params["page_no"]), int(params["page_size"])
        rows = [{"task_id": task_id, "status": statuses[0]} for task_id, statuses in self.tasks.items()]
        body = {"data": rows[(number - 1) * size : number * size], "page_no": number, "page_size": size}
        return httpx.Response(200, json=body | {"total": len(rows), "total_page": -(-len(rows) // size)})

    @staticmethod
    def _given(reply: Reply, request: httpx.Request) -> httpx.Response:
        if isinstance(reply, Exception):
            raise reply
        return reply

    def watcher(self, rhythm: Rhythm) -> Watcher:
        """A watcher of this provider whose questions are not held back."""
        return Watcher(self.client, pace=Pace(queries_per_second=2000), rhythm=rhythm, chance=lambda: 1.0)

    async def wait(self, watcher: Watcher, task_id: str, *statuses: str, **options: Any) -> Answer:
        """Wait for a task, accepted just now unless told otherwise, that is found in these statuses."""
        if statuses:
            self.task(task_id, *statuses)
        options.setdefault("submitted_at", datetime.now(UTC))
        return await watcher.wait(task_id, model=MODEL, **options)

    @staticmethod
    async def until(condition: Callable[[], bool]) -> None:
        """Let the others work until something has come about."""
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110  the condition is not ours to signal
                await asyncio.sleep(0.005)


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
async def watcher(provider: Provider) -> AsyncIterator[Watcher]:
    made = provider.watcher(INSTANT)
    yield made
    await made.aclose()

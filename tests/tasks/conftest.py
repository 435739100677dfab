"""What the tests of generations share: an emulated service that misbehaves as told, and a storage to work on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from blocks import catalog
from blocks.catalog import Request
from blocks.emulator import Emulator, Scenario
from blocks.storage import MediaStorage
from tasks import journal
from tasks.generation import generate
from tasks.records import Generation
from tasks.session import Session, open_session

KEY = "sk-hunted-4f1d9a7c2b"
"""A key that must turn up nowhere."""


class Died(BaseException):
    """The process ends here, as far as a test can have it without ending its own."""


def asked(prompt: str = "a lighthouse at dusk", model: str = "wan2.6-t2v", **parameters: Any) -> Request:
    """A request for two seconds of film, or whatever else is asked for."""
    body = {"model": model, "input": {"prompt": prompt}, "parameters": parameters}
    return catalog.request(body)


async def until(condition: Callable[[], bool]) -> None:
    """Let the others work until something has come about."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  the condition is not ours to signal
            await asyncio.sleep(0.02)


@dataclass
class Studio:
    """One storage and one emulated service."""

    emulator: Emulator
    url: str

    @property
    def storage(self) -> MediaStorage:
        """What the sessions work on."""
        return MediaStorage(url=self.url)

    @property
    def submits(self) -> int:
        """Accepted submits, all together."""
        return sum(self.emulator.submits.values())

    @asynccontextmanager
    async def session(self, *, results: bool = True, **options: Any) -> AsyncIterator[Session]:
        """A session, as a flow opens one."""
        async with open_session(self.url, **options) as session:
            if results:
                await session.save_results_block()
            yield session

    async def run(self, request: Request | None = None, *, results: bool = True, **options: Any) -> Generation:
        """One generation in a session of its own."""
        async with self.session(results=results):
            return await generate(request or asked(), label="scene 1", **options)

    async def journalled(self) -> list[str]:
        """Generations that have not settled."""
        return [entry.fingerprint for entry in await journal.entries(self.storage)]

    async def left_over(self) -> list[str]:
        """Leases and signs of life that outlived their sessions."""
        return [*await self.storage.list("journal/leases"), *await self.storage.list("journal/holders")]


async def stands_still(
    here: Studio, monkeypatch: pytest.MonkeyPatch, call: str, request: Request, **options: Any
) -> tuple[asyncio.Task[Generation], asyncio.Event]:
    """A run that gives no sign of life and stands still right before a call of its client; the event wakes it."""
    woken, asleep = asyncio.Event(), asyncio.Event()

    async def sleeper() -> Generation:
        async with here.session(**options) as session:
            monkeypatch.setattr(session.leases, "_beat_seconds", 3600.0)
            made = getattr(session.client, call)

            async def sleeping(*arguments: Any, **more: Any) -> Any:
                asleep.set()
                await woken.wait()
                return await made(*arguments, **more)

            monkeypatch.setattr(session.client, call, sleeping)
            return await generate(request)

    run = asyncio.create_task(sleeper())
    await asyncio.wait_for(asleep.wait(), 30)
    return run, woken


Open = Callable[..., Studio]


@pytest.fixture
def studio(prefect_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens a studio: ``studio(rules=[…], run_seconds=1)``; the session's Prefect server keeps the task runs."""
    with ExitStack() as stack:

        def opened(*, url: str | None = None, clock: Callable[[], float] | None = None, **scenario: Any) -> Studio:
            clocked = {"clock": clock} if clock else {}
            emulator = Emulator(render="none", scenario=Scenario.model_validate(scenario), **clocked)
            stack.enter_context(emulator)
            monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
            monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
            return Studio(emulator, url or str(tmp_path / "media"))

        yield opened

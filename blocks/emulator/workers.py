"""The processes that render, as many as there are processors, started when first needed."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from .render.job import Rendered, RenderJob
from .worker import HEADER, pack

_ROOT = Path(__file__).resolve().parents[2]


class RenderFailed(Exception):
    """A job no picture came of; the text is the worker's traceback."""


class Workers:
    """A handful of render processes.

    Args:
        count: How many; by default one for each processor this process may use.
    """

    def __init__(self, count: int | None = None) -> None:
        self.count = count or _processors()
        self._free = asyncio.Semaphore(self.count)
        self._idle: list[asyncio.subprocess.Process] = []
        self._all: set[asyncio.subprocess.Process] = set()

    @property
    def processes(self) -> list[int]:
        """Ids of the processes that are alive."""
        return [process.pid for process in self._all]

    async def render(self, job: RenderJob) -> Rendered:
        """Renders one job.

        Raises:
            RenderFailed: The renderer raised, or its process died.
        """
        async with self._free:
            process = self._idle.pop() if self._idle else await self._start()
            try:
                done, value = await self._ask(process, job)
            except BaseException:
                await self._end(process)
                raise
            self._idle.append(process)
        if not done:
            raise RenderFailed(value)
        rendered: Rendered = value
        return rendered

    async def stop(self) -> None:
        """Ends all processes and waits for them."""
        await asyncio.gather(*(self._end(process) for process in list(self._all)))

    async def _start(self) -> asyncio.subprocess.Process:
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "blocks.emulator.worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,  # Ctrl-C is the service's to handle
        )
        self._all.add(process)
        return process

    async def _ask(self, process: asyncio.subprocess.Process, job: RenderJob) -> tuple[bool, Any]:
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(pack(job))
            await process.stdin.drain()
            (length,) = HEADER.unpack(await process.stdout.readexactly(HEADER.size))
            done, value = pickle.loads(await process.stdout.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise RenderFailed("the render process died") from error
        return done, value

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        self._all.discard(process)
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

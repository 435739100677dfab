"""Leases: of all the processes on one storage, one at a time works on a generation; the others wait for its result.

A lease is a file ``journal/leases/<name>.<turn>.json``, created exclusively, that names its holder. Every session that
holds leases gives a sign of life, ``journal/holders/<id>.json``, again and again. The next turn may be taken when the
holder of the last one is dead: its process is gone from this machine, or its sign of life no longer changes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import secrets
import socket
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from blocks.storage import MediaStorage

log = logging.getLogger("wanflow.leases")

EXPIRES_SECONDS = 90.0
"""How long a sign of life may stay the same. Measured by the one who waits, so clocks need not agree."""

_PAUSE_SECONDS = (0.2, 2.0)
_BEATS_A_LIFE = 6


class LeaseLost(Exception):
    """Another run took over what this one worked on, because this one gave no sign of life for too long."""

    code = "LeaseLost"


class Leases:
    """The leases of one session.

    Args:
        storage: where they are kept; whoever shares it, shares them.
        expires_seconds: how long the sign of life of another may stay the same; ``WANFLOW_LEASE_SECONDS``, or 90, when
            absent.
        beat_seconds: from one sign of life to the next; a sixth of that when absent.
    """

    def __init__(
        self,
        storage: MediaStorage,
        *,
        expires_seconds: float | None = None,
        beat_seconds: float | None = None,
    ) -> None:
        self._storage = storage
        self._expires_seconds = expires_seconds or _expires_seconds()
        self._beat_seconds = beat_seconds or self._expires_seconds / _BEATS_A_LIFE
        self._id = secrets.token_hex(8)
        self._beating: asyncio.Task[None] | None = None
        self._beats = 0
        self._beaten: float | None = None
        self._starting = asyncio.Lock()
        self._seen: dict[str, tuple[Any, float]] = {}
        self._held: dict[str, tuple[str, str]] = {}

    @contextlib.asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """Hold a lease; wait while another session that lives has it. The work may be done already when it is had.

        Args:
            name: of what is worked on; part of a file name.
        """
        await self._live()
        path, mine = await self._take(name)
        self._held[name] = path, mine
        try:
            yield
        finally:
            del self._held[name]
            # One that stays behind ends with this session.
            with contextlib.suppress(Exception):
                await asyncio.shield(self._release(path, mine))

    async def taken(self, name: str) -> bool:
        """Whether a session that lives has it, this one or another."""
        tokens = (await self._turns(name)).values()
        return name in self._held or any([not await self._is_dead(token) for token in tokens])

    @property
    def safe(self) -> bool:
        """Whether the last sign of life is so young that nobody can have taken over what is held, whatever happened.

        Asks nobody, so that it can be asked in the very moment before something is done. Only a machine whose clock
        stood still, as that of a virtual one may, can be wrong about it.
        """
        return self._beaten is None or clock() - self._beaten < self._expires_seconds / 2

    async def check(self, name: str) -> None:
        """Make sure that a lease taken here was not taken over; one that was never taken here is fine.

        A process that was stopped, or whose machine slept, asks before it does what must be done once. Afterwards it is
        `safe` for a while.

        Raises:
            LeaseLost: it was.
        """
        if name in self._held:
            if not self.safe:
                await self._beat()
            path, mine = self._held[name]
            if await self._token(path) != mine:
                raise LeaseLost(f"another run has taken over {name}")

    async def aclose(self) -> None:
        """End the sign of life, and with it every lease that is still held."""
        beating, self._beating = self._beating, None
        if beating is not None:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            with contextlib.suppress(Exception):
                await self._storage.delete(_holder_path(self._id))

    async def _take(self, name: str) -> tuple[str, str]:
        dead: set[str] = set()
        waited = False
        pause = _PAUSE_SECONDS[0]
        while True:
            turns = await self._turns(name)
            alive = [token for token in turns.values() if token not in dead and not await self._is_dead(token)]
            dead |= set(turns.values()) - set(alive)
            if not alive:
                path = _lease_path(name, max(turns, default=0) + 1)
                mine = f"{self._id}:{secrets.token_hex(8)}"
                if await self._storage.create_json(
                    path,
                    {
                        "token": mine,
                        "writer": f"{socket.gethostname()}:{os.getpid()}",
                        "at": datetime.now(UTC).isoformat(),
                    },
                ):
                    now = await self._turns(name)
                    if set(now.values()) <= dead | {mine}:
                        for turn, token in now.items():
                            if token != mine:
                                await self._storage.delete(_lease_path(name, turn))
                        return path, mine
                    await self._storage.delete(path)  # two took a turn at once: both step back
            elif not waited:
                waited = True
                log.info("Another run makes %s; waiting for its result.", name)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 1.5, _PAUSE_SECONDS[1])

    async def _release(self, path: str, mine: str) -> None:
        # After a long silence it may be another's: turns are counted anew once all are gone.
        if self.safe or await self._token(path) == mine:
            await self._storage.delete(path)

    async def _token(self, path: str) -> str | None:
        lease = await self._storage.read_json(path)
        return None if lease is None else str(lease["token"])

    async def _turns(self, name: str) -> dict[int, str]:
        """The token of every turn there is."""
        found: dict[int, str] = {}
        head = f"journal/leases/{name}."
        for path in await self._storage.list("journal/leases"):
            turn = path.removeprefix(head).removesuffix(".json") if path.startswith(head) else ""
            if turn.isdigit():
                token = await self._token(path)
                if token is not None:
                    found[int(turn)] = token
        return found

    async def _is_dead(self, token: str) -> bool:
        holder = token.partition(":")[0]
        if holder == self._id:  # left behind: within a session the others wait elsewhere
            return True
        looked = time.monotonic()  # before: who stands still after it has looked must not take that for silence
        sign = await self._storage.read_json(_holder_path(holder))
        if sign is None:
            return True
        if sign["machine"] == _machine() and sign["process"] != _process(sign["pid"]):
            return True
        seen, since = self._seen.get(holder, (None, 0.0))
        if sign != seen:
            self._seen[holder] = (sign, time.monotonic())
            return False
        return looked - since >= self._expires_seconds

    async def _live(self) -> None:
        async with self._starting:
            if self._beating is None:
                await self._beat()
                self._beating = asyncio.create_task(self._go_on(), name="wanflow-leases")

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(self._beat_seconds)
            try:
                await self._beat()
            except Exception as error:
                log.warning("The sign of life cannot be written (%s); trying again.", type(error).__name__)

    async def _beat(self) -> None:
        began = clock()
        self._beats += 1
        pid = os.getpid()
        sign = {"machine": _machine(), "pid": pid, "process": _process(pid), "beat": self._beats}
        await self._storage.write_json(_holder_path(self._id), sign | {"at": datetime.now(UTC).isoformat()})
        self._beaten = began


def clock() -> float:
    """Seconds that go on while the process is stopped or the machine sleeps."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def _expires_seconds() -> float:
    said = os.environ.get("WANFLOW_LEASE_SECONDS", "").strip()
    with contextlib.suppress(ValueError):
        if 0 < (seconds := float(said or EXPIRES_SECONDS)) < float("inf"):
            return seconds
    raise ValueError(f"WANFLOW_LEASE_SECONDS takes a number of seconds above 0, got {said!r}")


def _lease_path(name: str, turn: int) -> str:
    return f"journal/leases/{name}.{turn}.json"


def _holder_path(holder: str) -> str:
    return f"journal/holders/{holder}.json"


def _machine() -> str:
    """This machine since it was started, and this container of it: where a process number means one process."""
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{socket.gethostname()}/{boot}/{os.stat('/proc/self/ns/pid').st_ino}"
    return socket.gethostname()


def _process(pid: int) -> str | None:
    """When the process was started, so that a number used again is told apart; None when there is no such process."""
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if status[0] in "ZX" else status[19]
    if Path("/proc/self").exists():
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except OSError:
        pass
    return "alive"

"""Keeps calls within the provider's documented limits.

Per account and model: submits a second and tasks in progress (the catalog's rows). Per account: 20 queries a second,
and 20 list calls a second, counted apart (provider-api.md). An in-process limiter always holds them; where a Prefect
server has a global concurrency limit named ``wanflow-submit-<model>``, that one holds across processes too.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from aiolimiter import AsyncLimiter

from blocks import catalog
from blocks.catalog.model import Limits
from blocks.client import Client
from tasks.shared_limits import LIMIT_PREFIX, shared_limit

QUERIES_PER_SECOND = 20.0
"""Single queries an account may make, all its keys together; list calls are counted apart."""

# Calls are spaced evenly, because a bucket that lets a second's worth through at once exceeds a limit counted over a
# sliding second; the margin absorbs what the network does to the spacing.
_MARGIN = 1.04
_QUERY_MARGIN = 1.1
_UNDOCUMENTED = Limits(submits_per_second=5.0)
# Tasks beyond the progress limit wait in the provider's queue, 500 of an account and model (models-extra.yaml
# rate_limits.queue); staying below leaves room for the account's other users.
_QUEUE = 400
_LONGEST_ASKED_SECONDS = 300.0
_LONGEST_WAIT_SECONDS = 330.0  # five minutes that the provider asks for, and their jitter


class Pace:
    """The limits of one account at one address, within one event loop. ``pace_for`` gives the shared one.

    Args:
        client: whose account; its region's limits count where the catalog knows several.
        limits: another source of limits than the catalog, by model.
        queue: tasks that may wait at the provider beyond those in progress.
        queries_per_second: of single tasks, and as many list calls.
        backoff_seconds: the first wait after a failed call and the longest one; by default short on this machine.
        chance: numbers in [0, 1), for jitter.
    """

    def __init__(
        self,
        client: Client | None = None,
        *,
        limits: Callable[[str], Limits] | None = None,
        queue: int = _QUEUE,
        queries_per_second: float = QUERIES_PER_SECOND,
        backoff_seconds: tuple[float, float] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        region = client.region if client is not None else "beijing"
        near = client is not None and client.is_loopback
        self._limits = limits or (lambda model: documented_limits(model, region))
        self._queue = queue
        self._submits: dict[str, AsyncLimiter] = {}
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._queries = _spaced(queries_per_second, _QUERY_MARGIN)
        self._listings = _spaced(queries_per_second, _QUERY_MARGIN)
        self._backoff = backoff_seconds or ((0.1, 2.0) if near else (1.0, 60.0))
        self._chance = chance

    @asynccontextmanager
    async def submit(self, model: str) -> AsyncIterator[None]:
        """Wait until a submit of this model is due, and hold the shared limit while it is made.

        Args:
            model: its id.

        Yields:
            When the POST may be sent; nothing but the POST belongs inside.
        """
        limiter = self._submits.get(model)
        if limiter is None:
            rate = self._limits(model).submits_per_second or _UNDOCUMENTED.submits_per_second
            limiter = self._submits[model] = _spaced(rate or 1.0, _MARGIN)
        # The spacing comes last: what waits for the shared limit's server together would go out together.
        async with shared_limit(LIMIT_PREFIX + model):
            await limiter.acquire()
            yield

    def slot(self, model: str) -> AbstractAsyncContextManager[None]:
        """Hold one of the account's places for tasks of this model, from before the submit until the task's end.

        Args:
            model: its id; a model without a documented limit has places without end.

        Returns:
            A context manager that waits for a place.
        """
        places = self._slots.get(model)
        if places is None:
            most = self._limits(model).in_progress
            places = self._slots[model] = asyncio.Semaphore(most + self._queue if most else sys.maxsize)
        return places

    @asynccontextmanager
    async def query(self) -> AsyncIterator[None]:
        """Wait until a query of a single task is due."""
        await self._queries.acquire()
        yield

    @asynccontextmanager
    async def listing(self) -> AsyncIterator[None]:
        """Wait until a call of the task list is due."""
        await self._listings.acquire()
        yield

    async def back_off(
        self, attempt: int, retry_after: float | None = None, *, at_most: float = _LONGEST_WAIT_SECONDS
    ) -> None:
        """Wait before a call that was not accepted is made again: longer each time, never two callers in step.

        Args:
            attempt: how many failed, from 1.
            retry_after: seconds the provider asks for, honoured up to five minutes.
            at_most: no wait is longer, seconds.
        """
        first, most = self._backoff
        delay = min(first * 2.0 ** min(max(attempt, 1) - 1, 20), most) * (0.5 + self._chance() / 2)
        asked = min(retry_after or 0.0, _LONGEST_ASKED_SECONDS)
        await asyncio.sleep(min(max(delay, asked * (1 + self._chance() / 10)), at_most))


_paces: dict[asyncio.AbstractEventLoop, dict[str, Pace]] = {}


def pace_for(client: Client) -> Pace:
    """Return the pace that everybody in this event loop shares who uses the client's account."""
    for loop in [loop for loop in _paces if loop.is_closed()]:
        _paces.pop(loop, None)
    paces = _paces.setdefault(asyncio.get_running_loop(), {})
    if client.account not in paces:
        paces[client.account] = Pace(client)
    return paces[client.account]


def documented_limits(model: str, region: str = "beijing") -> Limits:
    """Return the limits of a model in a region, Beijing's where no others are known.

    Args:
        model: its id; an unknown one gets a moderate guess.
        region: the client's region; Virginia has the ``us`` and ``global`` deployments.
    """
    row = catalog.MODELS.get(model)
    if row is None:
        return _UNDOCUMENTED
    for deployment, limits in row.limits_in.items():
        if deployment == region or (region == "virginia" and deployment in ("us", "global")):
            return limits
    return row.limits


def _spaced(rate: float, margin: float) -> AsyncLimiter:
    return AsyncLimiter(1, margin / rate)

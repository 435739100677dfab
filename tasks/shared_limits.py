"""Limits that hold across processes: Prefect's global concurrency limits, where a server has them."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Literal

logger = logging.getLogger("wanflow.limits")

LIMIT_PREFIX = "wanflow-submit-"
"""What the name of a model's limit begins with; the model's id follows."""

Kind = Literal["rate", "slot", "none"]

_RECHECK_SECONDS = 60.0
_known: dict[tuple[str, str], tuple[float, Kind]] = {}


@asynccontextmanager
async def shared_limit(name: str) -> AsyncIterator[None]:
    """Hold a Prefect global concurrency limit, where a server has one of this name.

    A limit with slot decay is a rate: one slot is taken. A limit without is held until the end. No server, no such
    limit, or a server that fails: nothing is waited for. Whether it exists is looked up once a minute.

    Args:
        name: of the limit.
    """
    kind = await _kind_of(name)
    if kind == "none":
        yield
        return
    from prefect.concurrency.asyncio import concurrency, rate_limit

    held: AbstractAsyncContextManager[None] | None = None
    try:
        if kind == "rate":
            await rate_limit(name, strict=False)
        else:
            held = concurrency(name, strict=False)
            await held.__aenter__()
    except Exception as error:
        held = None
        logger.warning("Prefect's limit %s could not be taken (%s); going on without it.", name, type(error).__name__)
    try:
        yield
    finally:
        # What happened inside must come out as it is: a submit that was accepted is not lost to a failing release.
        if held is not None:
            try:
                await held.__aexit__(None, None, None)
            except Exception as error:
                logger.warning("Prefect's limit %s could not be given back (%s).", name, type(error).__name__)


async def _kind_of(name: str) -> Kind:
    # Without Prefect imported there is no run and no server; without an address the server is a temporary one of this
    # process, which has no limits.
    if "prefect" not in sys.modules:
        return "none"
    from prefect.settings import get_current_settings

    address = get_current_settings().api.url
    if not address:
        return "none"
    known = _known.get((address, name))
    if known is not None and time.monotonic() - known[0] < _RECHECK_SECONDS:
        return known[1]
    kind = await _looked_up(name)
    _known[(address, name)] = (time.monotonic(), kind)
    return kind


async def _looked_up(name: str) -> Kind:
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    try:
        async with get_client() as prefect:
            limit = await prefect.read_global_concurrency_limit_by_name(name)
    except ObjectNotFound:
        return "none"
    except Exception as error:
        logger.warning("Prefect's limits cannot be read (%s); only this process's own count.", type(error).__name__)
        return "none"
    if not limit.active:
        return "none"
    return "rate" if limit.slot_decay_per_second > 0 else "slot"

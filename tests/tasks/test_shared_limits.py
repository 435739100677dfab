"""Prefect's limits are taken where they are, and hold nobody up where they are not."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from tasks import shared_limits
from tasks.shared_limits import shared_limit

NOBODY = "http://127.0.0.1:9/api"


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    """Nothing remembered of the limits of other tests."""
    shared_limits._known.clear()
    yield
    shared_limits._known.clear()


@pytest.mark.slow
@pytest.mark.parametrize("known", [None, "slot", "rate"])
async def test_a_server_that_is_gone_holds_nobody_up(known: shared_limits.Kind | None) -> None:
    """Whether the limit cannot be looked up or not be taken, the submit goes on."""
    if known is not None:
        shared_limits._known[NOBODY, "wanflow-submit-m"] = (time.monotonic(), known)
    done = False
    with temporary_settings({PREFECT_API_URL: NOBODY, PREFECT_CLIENT_MAX_RETRIES: 0}):
        async with shared_limit("wanflow-submit-m"):
            done = True
    assert done


async def test_a_limit_that_is_switched_off_is_none(prefect_server: str) -> None:
    """What is switched on or off on the server is noticed with the next look."""
    name = "wanflow-submit-switched"
    seen = []
    async with get_client() as prefect:
        await prefect.upsert_global_concurrency_limit_by_name(name, 1)
        for active in (True, False):
            await prefect.update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate(active=active))
            seen.append(await shared_limits._kind_of(name))
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(shared_limits, "_RECHECK_SECONDS", 0.0)
                seen.append(await shared_limits._kind_of(name))
    assert seen == ["slot", "slot", "slot", "none"]

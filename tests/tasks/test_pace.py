"""The pace: documented limits, spaced calls, waits, and Prefect's limits where a server has them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import pytest
from prefect.client.orchestration import get_client

from blocks.catalog.model import Limits
from blocks.client import Client
from tasks import shared_limits
from tasks.pace import Pace, _paces, documented_limits, pace_for
from tasks.shared_limits import LIMIT_PREFIX, shared_limit
from tests.tasks.conftest import Open


async def test_submits_of_a_model_keep_its_rate() -> None:
    """At twenty a second, eleven submits asked for at once take half a second, without a burst."""
    pace = Pace(limits=lambda model: Limits(submits_per_second=20.0))
    moments: list[float] = []

    async def submit() -> None:
        async with pace.submit("wan2.6-t2v"):
            moments.append(time.monotonic())

    began = time.monotonic()
    await asyncio.gather(*(submit() for _ in range(11)))

    assert moments[-1] - began >= 0.45
    assert max(sum(start <= moment < start + 0.2 for moment in moments) for start in moments) <= 6


async def test_each_model_has_a_rate_of_its_own() -> None:
    """A slow model does not hold up another."""
    pace = Pace(limits=lambda model: Limits(submits_per_second=0.01 if model == "slow" else 1000.0))
    async with pace.submit("slow"):
        pass

    async with asyncio.timeout(5):
        for _ in range(3):
            async with pace.submit("quick"):
                pass


async def test_queries_and_list_calls_are_counted_apart() -> None:
    """Using up the query limit leaves the list calls theirs."""
    pace = Pace(queries_per_second=0.01)
    async with pace.query():
        pass

    async with asyncio.timeout(5), pace.listing():
        pass


async def test_places_in_progress_are_the_limit_and_the_queue() -> None:
    """No more tasks are handed in than the account may run and queue; a place comes free at the end of a task."""
    pace = Pace(limits=lambda model: Limits(in_progress=2), queue=1)
    held = 0

    async with pace.slot("m"), pace.slot("m"), pace.slot("m"):
        fourth = asyncio.create_task(pace.slot("m").__aenter__())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        held = int(not fourth.done())
    await fourth

    assert held == 1


async def test_a_model_without_a_documented_limit_has_places_without_end() -> None:
    """Where the pages are silent nobody waits for a place."""
    pace = Pace(limits=lambda model: Limits())

    async with asyncio.timeout(5):
        for _ in range(1000):
            await pace.slot("m").__aenter__()


@pytest.mark.parametrize(
    ("model", "region", "limits"),
    [
        ("wan2.6-t2v", "beijing", Limits(5, 5)),
        ("wan2.2-t2v-plus", "singapore", Limits(2, 2)),
        ("wanx2.1-kf2v-plus", "singapore", Limits(1, 2)),
        ("nobody-knows-it", "beijing", Limits(5, None)),
    ],
)
def test_limits_are_those_of_the_row_and_the_region(model: str, region: str, limits: Limits) -> None:
    """The catalog's row says what is documented, by region where regions differ."""
    assert documented_limits(model, region) == limits


async def test_everybody_in_a_loop_shares_the_accounts_pace() -> None:
    """Two clients of one account are held back together, another account is not."""
    one, two = Client("http://127.0.0.1:1/api/v1"), Client("http://127.0.0.1:1/api/v1")
    other = Client("http://127.0.0.1:2/api/v1")

    assert pace_for(one) is pace_for(two)
    assert pace_for(one) is not pace_for(other)


async def test_two_runs_of_one_process_keep_the_limits_together(studio: Open) -> None:
    """A second session of the same account takes its turns at the first one's pace."""
    place = studio()

    async with place.session(results=False) as one, place.session(results=False) as two:
        assert two is not one
        assert two.pace is one.pace


def test_every_loop_has_a_pace_of_its_own() -> None:
    """A pace holds on to its loop, so the next loop gets a new one, which works; those of loops that ended go."""

    async def use() -> int:
        pace = pace_for(Client("http://127.0.0.1:1/api/v1"))
        async with pace.query(), pace.submit("wan2.6-t2v"):
            return id(pace)

    paces = [asyncio.run(use()) for _ in range(3)]
    assert len(paces) == 3 and sum(loop.is_closed() for loop in _paces) <= 1


async def test_backing_off_takes_longer_each_time_and_at_least_what_is_asked() -> None:
    """The wait doubles up to its limit, half of it left to chance, and Retry-After is honoured."""
    waited: list[float] = []
    pace = Pace(backoff_seconds=(0.02, 0.05), chance=lambda: 1.0)

    for attempt, retry_after in ((1, None), (2, None), (9, None), (1, 0.1)):
        began = time.monotonic()
        await pace.back_off(attempt, retry_after)
        waited.append(time.monotonic() - began)

    for seconds, expected in zip(waited, (0.02, 0.04, 0.05, 0.1), strict=True):
        assert expected <= seconds + 0.002 < expected + 0.05


async def test_no_wait_is_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that asks for a day is given five minutes, and the ten thousandth failure waits as the tenth."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    pace = Pace(chance=lambda: 0.0)
    await pace.back_off(1, 86_400)
    await pace.back_off(10)
    await pace.back_off(10_000)
    assert waited == [300, 30, 30]


async def test_tests_need_not_wait() -> None:
    """With no backoff at all nothing waits."""
    pace = Pace(backoff_seconds=(0, 0))

    async with asyncio.timeout(1):
        for attempt in range(1, 50):
            await pace.back_off(attempt)


def test_the_client_and_its_errors_come_without_prefect() -> None:
    """A script that only talks to the service does not pay for importing Prefect."""
    code = """
import asyncio, sys, blocks.client, tasks.pace, tasks.watching

async def submit():
    async with tasks.pace.Pace().submit("wan2.6-t2v"):
        sys.exit("prefect" in sys.modules)

asyncio.run(submit())
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_without_a_server_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No address of a Prefect server: no limit is looked up, and no temporary server is started."""

    async def looked_up(name: str) -> str:
        raise AssertionError("looked up")

    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setattr(shared_limits, "_known", {})
    monkeypatch.setattr(shared_limits, "_looked_up", looked_up)
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        async with shared_limit(LIMIT_PREFIX + "wan2.6-t2v"):
            pass


class TestOnAServer:
    """With a Prefect server."""

    @pytest.fixture(autouse=True)
    async def afresh(self, prefect_server: str) -> AsyncIterator[None]:
        """Nothing remembered of the limits of other tests."""
        shared_limits._known.clear()
        yield
        shared_limits._known.clear()

    async def test_a_limit_that_does_not_exist_is_looked_up_once(self, caplog: pytest.LogCaptureFixture) -> None:
        """A server without our limits costs one call a minute, and not a word in the log."""
        looked_up = shared_limits._looked_up
        calls: list[str] = []

        async def counted(name: str) -> shared_limits.Kind:
            calls.append(name)
            return await looked_up(name)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(shared_limits, "_looked_up", counted)
            for _ in range(5):
                async with shared_limit("wanflow-submit-nothing"):
                    pass

        assert calls == ["wanflow-submit-nothing"]
        assert not [record for record in caplog.records if "wanflow-submit" in record.getMessage()]

    async def test_a_slot_is_held_during_the_submit_and_given_back(self) -> None:
        """A limit without decay is held while the POST is made, and free again after it, also when it failed."""
        name = "wanflow-submit-slots"
        async with get_client() as prefect:
            await prefect.upsert_global_concurrency_limit_by_name(name, 1)
            with pytest.raises(ZeroDivisionError):
                async with Pace().submit("slots"):
                    during = (await prefect.read_global_concurrency_limit_by_name(name)).active_slots
                    raise ZeroDivisionError
            after = (await prefect.read_global_concurrency_limit_by_name(name)).active_slots

        assert (during, after) == (1, 0)

    async def test_a_rate_is_taken_from_the_server(self) -> None:
        """A limit with decay gives its slots back by itself: the third submit of two waits for it."""
        name = "wanflow-submit-rate"
        async with get_client() as prefect:
            await prefect.upsert_global_concurrency_limit_by_name(name, 2, slot_decay_per_second=2.0)
        began = time.monotonic()
        for _ in range(4):
            async with shared_limit(name):
                pass

        assert time.monotonic() - began >= 0.5

    async def test_a_server_that_fails_holds_nobody_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A limit that cannot be taken or given back is a line in the log, not a lost submit."""

        class Broken:
            async def __aenter__(self) -> None:
                return None

            async def __aexit__(self, *error: object) -> None:
                raise OSError("the server is gone")

        async def kind(name: str) -> shared_limits.Kind:
            return "slot"

        monkeypatch.setattr(shared_limits, "_kind_of", kind)
        monkeypatch.setattr("prefect.concurrency.asyncio.concurrency", lambda *args, **options: Broken())
        done = False

        async with shared_limit("wanflow-submit-broken"):
            done = True

        assert done

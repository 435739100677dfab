"""Prefect's server as wanflow starts it does not stand still over a locked database."""

from __future__ import annotations

import asyncio
import contextvars
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from prefect.server.database.configurations import AioSqliteConfiguration

from flows import prefect_server

# One connection holds the lock; a statement of another failed over it, and the same connection waits for the lock now.
# What is left of the failed statement is collected in the loop, which alone can let the holder commit.
SCRIPT = """
import asyncio, gc, sqlite3, sys, time
import aiosqlite
from flows.prefect_server import _close_failed_cursors

async def main(path):
    gc.disable()
    holder, other = [await aiosqlite.connect(path, isolation_level=None) for _ in range(2)]
    await holder.execute("pragma journal_mode = wal")
    await holder.execute("create table t (x)")
    await holder.execute("begin immediate")
    await other.execute("pragma busy_timeout = 0")
    cursor = await other.cursor()
    try:
        await cursor.execute("insert into t values (1)")
    except sqlite3.OperationalError as error:
        assert "locked" in str(error)
    await other.execute("pragma busy_timeout = 10000")
    waits = asyncio.create_task(other.execute("begin immediate"))
    for _ in range(50):
        await holder.execute("select count(*) from t")
    del cursor
    began = time.monotonic()
    gc.collect()
    stood = time.monotonic() - began
    await holder.execute("commit")
    await waits
    await other.execute("commit")
    for connection in (holder, other):
        await connection.close()
    print(stood)

if "mended" in sys.argv:
    _close_failed_cursors()
asyncio.run(main(sys.argv[1]))
"""


def test_a_failed_statement_does_not_stop_the_server(tmp_path: Path) -> None:
    """The loop goes on at once where it would stand until the other connection gave up, ten seconds later."""
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "prefect.db"), "mended"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert float(said.stdout) < 2


async def test_who_writes_waits_for_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that reads and then writes is not refused for what another wrote meanwhile: that one waits."""
    monkeypatch.setattr(AioSqliteConfiguration, "begin_transaction", AioSqliteConfiguration.begin_transaction)
    prefect_server._write_in_turn()
    database = AioSqliteConfiguration(f"sqlite+aiosqlite:///{tmp_path / 'prefect.db'}")
    engine = await database.engine()
    order = []

    async def write(name: str, *, meanwhile: bool) -> None:
        session = await database.session(engine)
        async with session, database.begin_transaction(session):
            found = (await session.execute(sa.text("select x from t"))).scalar_one()
            if meanwhile:
                other = asyncio.create_task(write("other", meanwhile=False), context=apart)
                await asyncio.wait({other}, timeout=0.3)
                beside = await database.session(engine)
                async with beside, database.begin_transaction(beside):
                    await beside.execute(sa.text("select x from t"))
                others.append(other)
            await session.execute(sa.text("update t set x = :x"), {"x": found + 1})
            order.append(name)

    others: list[asyncio.Task[None]] = []
    apart = contextvars.copy_context()
    async with engine.begin() as connection:
        await connection.execute(sa.text("create table t (x)"))
        await connection.execute(sa.text("insert into t values (0)"))
    async with asyncio.timeout(20):
        await write("one", meanwhile=True)
        await asyncio.gather(*others)
    async with engine.connect() as connection:
        assert (await connection.execute(sa.text("select x from t"))).scalar_one() == 2
    assert order == ["one", "other"]


async def test_who_came_first_writes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writers have their turn in the order they came; until then they leave the connections to those who read."""
    monkeypatch.setattr(AioSqliteConfiguration, "begin_transaction", AioSqliteConfiguration.begin_transaction)
    prefect_server._write_in_turn()
    database = AioSqliteConfiguration(f"sqlite+aiosqlite:///{tmp_path / 'prefect.db'}")
    engine = await database.engine()
    async with engine.begin() as connection:
        await connection.execute(sa.text("create table t (x)"))
    writes, goes_on = asyncio.Event(), asyncio.Event()

    async def write(number: int) -> None:
        session = await database.session(engine)
        async with session, database.begin_transaction(session):
            await session.execute(sa.text("insert into t values (:x)"), {"x": number})
            writes.set()
            await goes_on.wait()

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for number in range(20):  # more than there are connections
            group.create_task(write(number))
        await writes.wait()
        async with engine.connect() as connection:
            assert (await connection.execute(sa.text("select count(*) from t"))).scalar_one() == 0
        goes_on.set()
    async with engine.connect() as connection:
        assert (await connection.execute(sa.text("select x from t order by rowid"))).scalars().all() == [*range(20)]

"""Prefect's server, kept from standing still: ``python -m flows.prefect_server server start``.

On SQLite a statement that fails (the database is locked) leaves its cursor to the garbage collector. That takes it in
the server's one event loop and waits there for the connection, which waits up to a minute for a lock that only this
loop could give back: the server answers nobody. Here such a cursor is closed at once, in its connection's thread.

And a transaction that reads before it writes fails at once on SQLite, however long it may wait, when another wrote in
between: the server answers 503, and its clients wait 2, 4, 8 … 32 seconds each time before they give up, a run with
them. Here whoever is going to write waits for its turn before it reads: in the order they came, without a connection
until then. SQLite itself lets whoever happens to ask next go first, and some wait ten seconds.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from flows.settings import apply_defaults

if TYPE_CHECKING:
    from fastapi import FastAPI


def create_app() -> FastAPI:
    """Prefect's API, as uvicorn starts it."""
    _close_failed_cursors()
    _write_in_turn()
    from prefect.server.api.server import create_app

    return create_app()


def start_temporary(port: int) -> subprocess.Popen[bytes]:
    """Start the server as Prefect starts its temporary one: API alone, on this machine alone.

    Args:
        port: a free one.
    """
    from prefect.settings import get_current_settings

    app = ["--app-dir", str(Path(__file__).resolve().parents[1]), "--factory", "flows.prefect_server:create_app"]
    where = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error", "--lifespan", "on"]
    temporary = {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}
    settings = get_current_settings().to_environment_variables(exclude_unset=True)
    return subprocess.Popen(
        [sys.executable, "-m", "uvicorn", *app, *where], env={**os.environ, **temporary, **settings}
    )


def _close_failed_cursors() -> None:
    from aiosqlite import cursor

    cursors: Any = cursor.Cursor
    plain = cursors._execute

    async def execute(self: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await plain(self, function, *args, **kwargs)
        except BaseException:
            self._conn._tx.put_nowait((None, self._cursor.close))  # nobody waits for it, the cancelled neither
            raise

    cursors._execute = execute


def _write_in_turn() -> None:
    from prefect.server.database import configurations

    sqlite: Any = configurations.AioSqliteConfiguration
    mode: Any = getattr(configurations, "SQLITE_BEGIN_MODE", None)
    plain: Any = getattr(sqlite, "begin_transaction", None)
    if mode is None or plain is None or "with_for_update" not in inspect.signature(plain).parameters:
        return

    turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    @asynccontextmanager
    async def begin_transaction(self: Any, session: Any, with_for_update: bool = False) -> AsyncIterator[Any]:
        if mode.get() is not None:
            async with plain(self, session, with_for_update=with_for_update) as transaction:
                yield transaction
            return
        turn = turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())
        async with turn, plain(self, session, with_for_update=True) as transaction:
            await session.connection()  # its turn begins here, not with its first statement
            token = mode.set("DEFERRED")  # a second session of the same request would wait for itself
            try:
                yield transaction
            finally:
                mode.reset(token)

    sqlite.begin_transaction = begin_transaction


def main() -> None:
    """Prefect's command line, with a server that does not stand still."""
    apply_defaults()
    _close_failed_cursors()
    _write_in_turn()
    from prefect.cli import app

    app()


if __name__ == "__main__":
    main()

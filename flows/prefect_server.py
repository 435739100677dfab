"""Prefect's server, kept from standing still: ``python -m flows.prefect_server server start``.

On SQLite a statement that fails (the database is locked) leaves its cursor to the garbage collector. That takes it in
the server's one event loop and waits there for the connection, which waits up to a minute for a lock that only this
loop could give back: the server answers nobody. Here such a cursor is closed at once, in its connection's thread.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.settings import apply_defaults

if TYPE_CHECKING:
    from fastapi import FastAPI


def create_app() -> FastAPI:
    """Prefect's API, as uvicorn starts it."""
    _close_failed_cursors()
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


def main() -> None:
    """Prefect's command line, with a server that does not stand still."""
    apply_defaults()
    _close_failed_cursors()
    from prefect.cli import app

    app()


if __name__ == "__main__":
    main()

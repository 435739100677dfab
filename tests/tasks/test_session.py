"""Whom a session asks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from blocks.emulator import Emulator
from tasks.rhythm import LOOPBACK
from tasks.session import open_session
from tests.ports import free_port
from tests.tasks.conftest import Open


async def test_a_gateway_of_this_machine_is_no_emulator(
    studio: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a loopback address gives is paid for, unless it is our emulator that answers there; "unknown" waits."""
    studio()
    async with open_session(str(tmp_path)) as session:
        assert session.emulated and session.watcher.rhythm is LOOPBACK

    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    async with await asyncio.start_server(nothing, "127.0.0.1", 0) as gateway:
        port = gateway.sockets[0].getsockname()[1]
        monkeypatch.setenv("DASHSCOPE_BASE_URL", f"http://127.0.0.1:{port}/qwen/api/v1")
        async with open_session(str(tmp_path)) as session:
            assert not session.emulated and session.watcher.rhythm.unknown_age >= 30


async def test_an_emulator_that_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answered when the session was opened: who it is, is asked again once somebody does."""
    port = free_port()
    monkeypatch.setenv("DASHSCOPE_BASE_URL", f"http://127.0.0.1:{port}/api/v1")
    async with open_session(str(tmp_path), patience_seconds=30) as session:
        assert not session.emulated
        reached = asyncio.create_task(session.preflight())
        emulator = Emulator(port=port, render="none")
        await asyncio.to_thread(emulator.start)
        try:
            await reached
            assert session.emulated
        finally:
            await asyncio.to_thread(emulator.stop)

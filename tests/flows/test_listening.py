"""What listens for connections does so on this machine only, unless somebody says otherwise."""

from __future__ import annotations

import inspect
import subprocess
from typing import Any

import pytest

from flows import prefect_server, up
from tests.flows.conftest import wanflow


def test_up_serves_this_machine() -> None:
    """The command offers nothing else; the function behind it and its places begin with the loopback address."""
    assert up.Ports().host == inspect.signature(up.up).parameters["host"].default == "127.0.0.1"
    assert "--host" not in wanflow("up", "--help").stdout


def test_a_temporary_server_serves_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefect's server of one run takes no connection from elsewhere."""
    started: list[Any] = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_: started.append(command))
    prefect_server.start_temporary(4321)
    [command] = started
    assert command[command.index("--host") + 1] == "127.0.0.1" and command.count("--host") == 1

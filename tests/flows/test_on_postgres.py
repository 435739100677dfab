"""The same code beyond one machine's SQLite: a Prefect server on PostgreSQL, two runs of one film at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from blocks.emulator import Emulator
from flows.settings import DEFAULTS
from tests.conftest import postgres
from tests.ports import free_port

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

KEY = "hunted77ac03e1b94f52"
STORY = {
    "title": "Two at once",
    "size": "1280*720",
    "scenes": [{"shots": [{"prompt": prompt, "seconds": 2}]} for prompt in ("a slow quay", "a slow crane")],
}


@pytest.fixture
def database() -> Iterator[Callable[..., str]]:
    """A PostgreSQL server of its own; gives a way to run one of its programs against it."""
    programs = postgres()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="wanflow-postgres-"))
    account = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    if account:
        shutil.chown(folder, account)
    data, port = str(folder / "data"), str(free_port())

    def run(program: str, *words: str) -> str:
        done = subprocess.run(
            [programs / program, *words],
            user=account,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PGHOST": "127.0.0.1", "PGPORT": port, "PGUSER": "wanflow"},
            stdout=(folder / "said").open("w"),
            stderr=subprocess.STDOUT,
            timeout=120,
        )
        said = (folder / "said").read_text(encoding="utf-8")
        assert done.returncode == 0, said
        return said

    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run("initdb", "-D", data, "-A", "trust", "-U", "wanflow", "-E", "UTF8", "--locale=C", "--no-sync")
    run("pg_ctl", "-D", data, "-l", str(folder / "log"), "-o", options, "-w", "start")
    try:
        yield lambda program, *words: port if program == "port" else run(program, *words)
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def environment(database: Callable[..., str], tmp_path: Path, until: Callable[..., None]) -> Iterator[dict[str, str]]:
    """What a command needs to use a Prefect server on that database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DASHSCOPE_"))}
    port = str(free_port())
    found = {
        **kept,
        **DEFAULTS,
        "PREFECT_HOME": str(tmp_path / "home"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": (
            f"postgresql+asyncpg://wanflow@127.0.0.1:{database('port')}/postgres"
        ),
        "WANFLOW_STORAGE": str(tmp_path / "media"),
        "DASHSCOPE_API_KEY": KEY,
    }
    command = [sys.executable, "-m", "flows.prefect_server", "server", "start", "--port", port]
    with (tmp_path / "server.log").open("w") as log:
        server = subprocess.Popen(command, env=found, cwd=tmp_path, stdout=log, stderr=log)

    def answers() -> bool:
        assert server.poll() is None, (tmp_path / "server.log").read_text(encoding="utf-8")
        try:
            return httpx.get(f"{found['PREFECT_API_URL']}/health", timeout=2).is_success
        except httpx.HTTPError:
            return False

    try:
        until(answers, 120)
        yield found
    finally:
        server.terminate()
        server.wait(60)


def test_two_runs_of_one_film_share_what_is_paid(
    emulator: Emulator, environment: dict[str, str], database: Callable[..., str], tmp_path: Path
) -> None:
    """Both deliver, each scene was accepted once, both runs are recorded, and the key is nowhere in the database."""
    (tmp_path / "story.json").write_text(json.dumps(STORY), encoding="utf-8")
    before = len(emulator.tasks())
    command = [sys.executable, "-m", "flows.cli", "run", "film", "-f", "story.json", "--json"]
    runs = [
        subprocess.Popen(
            command,
            env={**environment, "DASHSCOPE_BASE_URL": emulator.base_url},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said: list[Any] = []
    for run in runs:
        out, err = run.communicate(timeout=240)
        assert run.returncode == 0, err
        said.append(json.loads(out))
    tasks = [{one["task_id"] for one in production["generations"]} for production in said]
    assert tasks[0] == tasks[1] and len(tasks[0]) == len(emulator.tasks()) - before == 2
    assert len({production["page"] for production in said}) == 2
    count = "select count(*) from flow_run where state_type = 'COMPLETED'"
    assert database("psql", "-d", "postgres", "-Atc", count).split() == ["2"]
    dump = database("pg_dump", "-d", "postgres")
    assert "a slow quay" in dump and KEY not in dump

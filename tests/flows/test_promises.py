"""What is promised to people under faults, the whole way from the command line: nothing lost, nothing paid twice."""

from __future__ import annotations

import inspect
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blocks.emulator import Emulator, Scenario, serve
from tests.flows.conftest import wanflow
from tests.ports import free_port

Submits = Callable[[], list[str]]
CLIP = ["generate", "wan2.6-t2v", "-p", "duration=2", "-p", "size=1280*720"]
STORY = """title: Three scenes
size: 1280*720
scenes:
  - shots: [{prompt: a quiet street, seconds: 2}]
  - shots: [{prompt: SECOND, seconds: 2}]
  - shots: [{prompt: a loud square, seconds: 2}]
"""


def story(second: str) -> str:
    Path("story.yaml").write_text(STORY.replace("SECOND", second))
    return "story.yaml"


# Nothing finished is lost.


@pytest.mark.slow
def test_a_task_that_takes_too_long(
    service: Emulator, prefect_server: str, submits: Submits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is reported with its id and what picks it up; that does, and pays nothing again."""
    with monkeypatch.context() as patched:
        patched.setattr("tasks.stages.patience_seconds", lambda model: 0.5)
        given_up = wanflow(*CLIP, "-i", "prompt=a slow river")
    [task] = service.tasks()[:1]
    said = " ".join(given_up.stdout.split())
    assert given_up.exit_code == 3 and f"Task {task.task_id} (wan2.6-t2v) has not ended after" in said
    assert f"`wanflow generations resume {task.task_id}`" in said
    listed = json.loads(wanflow("generations", "list", "--json").stdout)
    assert [(one["task_id"], one["state"]) for one in listed] == [(task.task_id, "running")]
    resumed = wanflow("generations", "resume", task.task_id, "--json")
    assert resumed.exit_code == 0, resumed.stderr
    [done] = json.loads(resumed.stdout)
    assert done["status"] == "SUCCEEDED" and Path(done["outputs"][0]).is_file()
    again = json.loads(wanflow(*CLIP, "-i", "prompt=a slow river", "--json").stdout)
    assert again["generations"][0]["cached"] and submits() == ["a slow river"]


@pytest.mark.slow
def test_a_refused_scene(service: Emulator, prefect_server: str, submits: Submits) -> None:
    """The others are delivered; the refused prompt is named with the reason; edited, only that scene is paid for."""
    first = wanflow("run", "film", "-f", story("something indecent"))
    assert first.exit_code == 4, first.stderr
    said = " ".join(first.stdout.split())
    assert "✗ scene 2: DataInspectionFailed: Output data may contain inappropriate content." in said
    assert "The prompt: something indecent." in said
    assert len(submits()) == 3
    whole = wanflow("run", "film", "-f", story("something decent"), "--json")
    assert whole.exit_code == 0, whole.stderr
    made = json.loads(whole.stdout)
    assert [one["cached"] for one in made["generations"]] == [True, False, True]
    assert made["cost"]["amount"] == 1.2 and submits()[3:] == ["something decent."]


def test_a_refused_request_is_told_from_the_others(service: Emulator, prefect_server: str) -> None:
    """`generate` quotes the prompt that moderation refused."""
    refused = wanflow(*CLIP, "-i", "prompt=something forbidden")
    assert refused.exit_code == 3 and "  The prompt: something forbidden\n" in refused.stdout


@pytest.mark.slow
@pytest.mark.parametrize("words", [[*CLIP, "-i", "prompt=a quiet street"], ["run", "film", "-f", "story.yaml"]])
def test_a_prefect_server_that_is_gone(service: Emulator, submits: Submits, tmp_path: Path, words: list[str]) -> None:
    """Its address, left in the environment, is named with what to do: exit code 2, nothing sent, no traceback."""
    (tmp_path / "story.yaml").write_text(STORY.replace("SECOND", "a bridge"))
    api = f"http://127.0.0.1:{free_port()}/api"
    environment = {**os.environ, "PREFECT_API_URL": api, "PREFECT_CLIENT_MAX_RETRIES": "0"}
    command = [sys.executable, "-m", "flows.cli", *words, "--storage", str(tmp_path / "media"), "--json"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    said = f"Prefect's server at {api}/ does not answer. Start it (`wanflow up`), or unset PREFECT_API_URL"
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert said in json.loads(done.stdout)["error"]["message"] and submits() == []


# Files that somebody sent.

TAG = "!!python/object/apply:os.system ['touch owned']"


@pytest.mark.parametrize("tag", [TAG, "!!python/name:os.system", "!include /etc/passwd"])
@pytest.mark.parametrize(
    "words",
    [
        ["plan", "bad.yaml"],
        ["run", "bad.yaml"],
        ["run", "film", "-f", "bad.yaml"],
        ["run", "moving-picture", "-f", "bad.yaml"],
        ["emulator", "--port", "0", "--scenario", "bad.yaml"],
    ],
)
def test_a_file_that_would_run_something(service: Emulator, submits: Submits, words: list[str], tag: str) -> None:
    """Pipelines, storyboards, parameters and scenarios are data: a tag is refused with its place, exit code 2."""
    Path("bad.yaml").write_text(f"title: {tag}\n")
    result = wanflow(*words)
    assert result.exit_code == 2 and "bad.yaml:1:8: not valid YAML: the tag " in result.stderr, result.stderr
    assert len(result.stderr.splitlines()) == 1 and not Path("owned").exists() and submits() == []


@pytest.mark.parametrize(
    "text",
    [
        "title: &t [*t]\n",
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "\n".join(
            f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]"
            for before, name in zip("abcdefgh", "bcdefghi", strict=True)
        ),
    ],
)
def test_a_file_without_end(service: Emulator, text: str) -> None:
    """A few lines that stand for endless ones are refused, and fill no memory."""
    Path("bad.yaml").write_text(text)
    result = wanflow("plan", "bad.yaml")
    assert result.exit_code == 2 and "it holds too many values" in result.stderr, result.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [("rules: [{at: submit, do: explode}]\n", "bad.yaml:1:"), ("seed: [1\n", "bad.yaml:2:1: not valid YAML")],
)
def test_a_scenario_that_is_none(service: Emulator, text: str, said: str) -> None:
    """It is refused with its place, and nothing is served."""
    Path("bad.yaml").write_text(text)
    result = wanflow("emulator", "--port", "0", "--scenario", "bad.yaml")
    assert result.exit_code == 2 and said in result.stderr and "Traceback" not in result.stderr


# Who can reach what.


def test_the_emulator_is_for_this_machine(service: Emulator) -> None:
    """Unless told otherwise it listens on the loopback address only, as an object, as a function and as a command."""
    port = int(service.url.rpartition(":")[2])
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", port), timeout=2).close()
    with socket.create_connection(("127.0.0.1", port), timeout=2):
        pass
    assert inspect.signature(serve).parameters["host"].default == "127.0.0.1"
    assert "[default: 127.0.0.1]" in wanflow("emulator", "--help").stdout


# The key.

HUNTED = "hunted4f1d9a7c2b55e0"
"""Without the beginning by which a key is known."""

CRASH = """
from flows.settings import apply_defaults
apply_defaults()
import flows.productions
async def broken(session):
    raise RuntimeError(f"the disk is full of surprises, {session}")
flows.productions.ready = broken
from flows.cli import main
main()
"""
SAVE = "import asyncio; from flows.registration import save_blocks; asyncio.run(save_blocks())"


@pytest.fixture
def quoting() -> Iterator[Emulator]:
    """A service that quotes the key when it refuses it."""
    message = f"Invalid API-key provided: {HUNTED}"
    refusal = {"kind": "refuse", "http_status": 401, "code": "InvalidApiKey", "message": message}
    rules = [{"at": "submit", "prompt": "refused", "do": refusal}]
    with Emulator(render="none", scenario=Scenario.model_validate({"rules": rules})) as running:
        yield running


@pytest.mark.slow
@pytest.mark.kill
def test_the_key_is_nowhere(quoting: Emulator, tmp_path: Path) -> None:
    """A film, a refused key, a crash, a saved account: no output, log, result, file or database holds the key."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DASHSCOPE_"))}
    environment = {
        **kept,
        "PREFECT_HOME": str(tmp_path / "home"),
        "PREFECT_LOGGING_LEVEL": "DEBUG",
        "DASHSCOPE_API_KEY": HUNTED,
        "DASHSCOPE_BASE_URL": quoting.base_url,
        "WANFLOW_STORAGE": str(tmp_path / "media"),
        "COLUMNS": "200",
    }
    (tmp_path / "story.yaml").write_text(STORY.replace("SECOND", "a bridge"))
    said: dict[str, str] = {}

    def process(name: str, *words: str, code: int) -> None:
        done = subprocess.run(
            [sys.executable, *words], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=240
        )
        assert done.returncode == code, done.stderr[-3000:]
        said[name] = done.stdout + done.stderr

    process("film", "-m", "flows.cli", "run", "film", "-f", "story.yaml", "--verbose", code=0)
    words = ["generate", "wan2.6-t2v", "-p", "duration=2", "--verbose", "-i"]
    process("refused", "-m", "flows.cli", *words, "prompt=refused", code=3)
    process("crash", "-c", CRASH, *words, "prompt=a broken lamp", code=1)
    process("doctor", "-m", "flows.cli", "doctor", code=0)
    process("block", "-c", SAVE, code=0)
    assert "InvalidApiKey" in said["refused"] and "***" in said["refused"]
    assert "RuntimeError: the disk is full of surprises" in said["crash"] and "Traceback" in said["crash"]
    assert [name for name, text in said.items() if HUNTED in text] == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    database = tmp_path / "home" / "prefect.db"
    assert database in files and b"a broken lamp" in b"".join(
        path.read_bytes() for path in files if path.name.startswith("prefect.db")
    )
    assert [path for path in files if HUNTED.encode() in path.read_bytes()] == []

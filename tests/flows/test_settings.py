"""What wanflow wants of Prefect, and what a user may say otherwise."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest

from blocks.emulator import Emulator, Scenario
from flows.settings import DEFAULTS, apply_defaults

PROJECT = Path(__file__).parents[2]


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"PREFECT_HOME": str(home), **more}


def test_a_silent_user_gets_all_defaults(tmp_path: Path) -> None:
    """A user who says nothing gets every default."""
    found = environment(tmp_path)
    apply_defaults(found)
    assert {name: found[name] for name in DEFAULTS} == dict(DEFAULTS)


def test_the_users_environment_wins(tmp_path: Path) -> None:
    """What the user's environment says stays."""
    found = environment(tmp_path, PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="7")
    apply_defaults(found)
    assert found["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] == "7"


@pytest.mark.parametrize(("active", "kept"), [("mine", True), ("other", False)])
def test_the_users_active_profile_wins(tmp_path: Path, active: str, kept: bool) -> None:
    """What the active Prefect profile says is not overruled by a variable of ours; another profile does not count."""
    (tmp_path / "profiles.toml").write_text(
        f'active = "{active}"\n[profiles.mine]\nPREFECT_SERVER_DATABASE_TIMEOUT = "11"\n[profiles.other]\n'
    )
    found = environment(tmp_path)
    apply_defaults(found)
    assert ("PREFECT_SERVER_DATABASE_TIMEOUT" not in found) is kept


def test_a_broken_profile_file_is_prefects_to_report(tmp_path: Path) -> None:
    """A profile file that cannot be read stops nothing here."""
    (tmp_path / "profiles.toml").write_text("active = ")
    found = environment(tmp_path)
    apply_defaults(found)
    assert found["DO_NOT_TRACK"] == "1"


def test_the_server_rests_between_two_looks() -> None:
    """Prefect's server looks for task runs to write at most once a second; without a rest it takes a whole core."""
    interval = DEFAULTS["PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL"]
    assert int(float(interval)) >= 1  # as `task_run_recorder.py` cuts it


@pytest.mark.slow
def test_prefect_understands_every_name(tmp_path: Path) -> None:
    """Prefect takes each variable for a setting: none is misspelt."""
    given = {name: value for name, value in DEFAULTS.items() if name.startswith("PREFECT_")}
    program = (
        "from prefect.settings import get_current_settings as now\n"
        "print('\\n'.join(now().to_environment_variables(exclude_unset=True)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment(tmp_path), **given, "PATH": os.environ["PATH"]},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(given) <= set(answer.stdout.split())


@pytest.mark.parametrize(
    ("said", "before", "level"),
    [({}, logging.NOTSET, "INFO"), ({"PREFECT_LOGGING_LEVEL": "debug"}, logging.NOTSET, "DEBUG"), ({}, 40, "ERROR")],
)
def test_our_loggers_have_the_level_of_prefects(tmp_path: Path, said: dict[str, str], before: int, level: str) -> None:
    """What Prefect's own loggers would say, ours do; a level that somebody set stays."""
    ours = logging.getLogger("wanflow")
    kept = ours.level
    try:
        ours.setLevel(before)
        apply_defaults(environment(tmp_path, **said))
        assert logging.getLevelName(ours.level) == level
    finally:
        ours.setLevel(kept)


@pytest.mark.slow
def test_what_we_say_is_kept_with_the_run(prefect_server: str, tmp_path: Path) -> None:
    """A line of ours below a warning is in the log of its run on the server, and not on the terminal."""
    rules = [{"at": "submit", "times": 1, "do": "lose_answer"}]
    with Emulator(render="none", scenario=Scenario.model_validate({"rules": rules})) as service:
        given = {
            **{name: value for name, value in os.environ.items() if name != "PREFECT_LOGGING_LEVEL"},
            "DASHSCOPE_API_KEY": "sk-any",
            "DASHSCOPE_BASE_URL": service.base_url,
            "WANFLOW_STORAGE": str(tmp_path / "media"),
            "PYTHONPATH": str(PROJECT),
        }
        words = ["generate", "wan2.6-t2v", "-i", "prompt=a lamp", "-p", "duration=2"]
        done = subprocess.run(
            [sys.executable, "-m", "flows.cli", *words], env=given, cwd=tmp_path, capture_output=True, text=True
        )
        [task] = service.tasks()
    assert done.returncode == 0 and "was lost" not in done.stdout + done.stderr, done.stderr
    said = f"The answer to a submit of wan2.6-t2v was lost; it was accepted as task {task.task_id}."
    asked = {"logs": {"level": {"le_": logging.INFO}}, "sort": "TIMESTAMP_DESC"}
    rows = httpx.post(f"{prefect_server}/logs/filter", json=asked, timeout=30).raise_for_status().json()
    [line] = [row for row in rows if row["message"] == said]
    assert line["name"] == "wanflow.reconciling" and line["flow_run_id"]


def test_the_project_file_says_the_same() -> None:
    """`prefect` typed in the project's folder and `wanflow` typed elsewhere run with the same settings."""
    written = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["prefect"]

    def flat(table: dict[str, object], prefix: str) -> dict[str, str]:
        rows: dict[str, str] = {}
        for key, value in table.items():
            name = f"{prefix}_{key.upper()}"
            rows.update(flat(value, name) if isinstance(value, dict) else {name: str(value)})
        return rows

    ours = {name: value for name, value in DEFAULTS.items() if name.startswith("PREFECT_")}
    assert {name: value.lower() for name, value in flat(written, "PREFECT").items()} == ours

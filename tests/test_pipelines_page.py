"""Every pipeline of docs/pipelines.md is planned, and every command of it is run."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from blocks.storage import MediaStorage
from flows import pipelines_page
from flows.document import InvalidInput
from flows.pipeline import Param, Step, load
from flows.plan import make_plan
from tasks.operations import OPERATIONS
from tasks.reach import Reach
from tests.pages import ROOT, Page, run, shell
from tests.ports import free_port
from tests.waiting import until

PAGE = Page("docs/pipelines.md")
PIPELINES = [name for name, text in PAGE.files.items() if "\nsteps:" in text and name != "wrong.yaml"]
ELSEWHERE = {
    "wanflow run best.yaml -p approved=yes --approve": "tests/flows/test_asking.py",
    **{
        command: "test_what_the_page_breaks_is_left_out"
        for command in PAGE.commands
        if command.startswith(("wanflow emulator", "DASHSCOPE_BASE_URL="))
    },
    **{
        command: "test_a_pipeline_of_the_page_is_deployed_and_gets_a_schedule"
        for command in PAGE.commands
        if command.startswith("prefect ")
    },
}
HERE = [command for command in PAGE.commands if command not in ELSEWHERE]

NEEDED: dict[str, dict[str, Any]] = {
    "walk.yaml": {"picture": "portrait.jpg"},
    "portrait.yaml": {"picture": "portrait.jpg", "style": 2},
    "best.yaml": {"approved": True},
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of the page, in which the commands are run one after the other."""
    return PAGE.lay_out(tmp_path_factory.mktemp("desk"))


def test_every_yaml_block_has_a_name_and_the_page_has_pipelines() -> None:
    """No example is left out of the tests."""
    assert len(PAGE.files) == sum(kind == "yaml" for kind, _ in PAGE.blocks)
    assert len(PIPELINES) >= 6 and len(HERE) >= 12 and set(ELSEWHERE) <= set(PAGE.commands)
    assert len(PAGE.files["boat.yaml"].splitlines()) == 1 + 3, "the page says that three lines are a pipeline"


@pytest.mark.parametrize("name", PIPELINES)
async def test_a_pipeline_of_the_page_is_planned(name: str, tmp_path: Path) -> None:
    """It is valid, every step is priced, and it delivers something."""
    folder = PAGE.lay_out(tmp_path)
    pipeline, _ = load(folder / name)
    reach = Reach(folder, MediaStorage(url=str(tmp_path / "media")))
    plan = await make_plan(pipeline, NEEDED.get(name, {}), reach, emulated=True)
    assert plan.calls and plan.total_cny > 0 and not plan.unknown and plan.deliver


def test_the_mistake_of_the_page_is_told_as_it_says(tmp_path: Path) -> None:
    """The error that the page shows is the one that is printed, with its line and column."""
    (said,) = [text for kind, text in PAGE.blocks if kind == "text"]
    with pytest.raises(InvalidInput) as error:
        load(PAGE.lay_out(tmp_path) / "wrong.yaml")
    assert str(error.value).strip() == said.strip()


def test_the_page_speaks_of_all_that_a_file_may_hold() -> None:
    """Every field of a step and every type of parameter is explained somewhere on it."""
    types = Param.model_json_schema()["properties"]["type"]["enum"]
    for word in [*Step.model_fields, *types, *Param.model_fields]:
        assert re.search(rf"\b{word}\b", PAGE.text), word


def test_the_table_of_operations_is_that_of_the_code() -> None:
    """Each operation is there with what it takes and gives; `make docs` was run."""
    assert pipelines_page.page(PAGE.text) == PAGE.text, "run `make docs`"
    for name, operation in OPERATIONS.items():
        (row,) = [line for line in PAGE.text.splitlines() if line.startswith(f"| `{name}`<br>")]
        for field in [*operation.inputs.model_fields, *operation.outputs]:
            assert f"`{field}`" in row, (name, field)


def test_no_link_of_the_page_leads_nowhere() -> None:
    """Files that it links to are there, and so are the headings."""
    headings = {
        re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in re.findall(r"^#+ (.*)$", PAGE.text, re.M)
    }
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", PAGE.text):
        file, _, heading = target.partition("#")
        assert (ROOT / "docs" / file).exists() if file else heading in headings, target


@pytest.fixture(scope="module")
def environment(prefect_server: str) -> Iterator[dict[str, str]]:
    with shell(prefect_server) as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize("command", HERE)
def test_a_command_of_the_page_works(command: str, desk: Path, environment: dict[str, str]) -> None:
    """A command as it stands in the page ends well and says something."""
    assert run(command, desk, environment).strip() or command.startswith("printf")


@pytest.mark.slow
def test_what_the_page_breaks_is_left_out(tmp_path: Path, environment: dict[str, str]) -> None:
    """The scenario of the page makes the items of one word fail; the rest is delivered, and the exit code says so."""
    [serve] = [command for command in PAGE.commands if command.startswith("wanflow emulator")]
    [command] = [command for command in PAGE.commands if command.startswith("DASHSCOPE_BASE_URL=")]
    folder, port = PAGE.lay_out(tmp_path), free_port()
    mine = {**environment, "WANFLOW_STORAGE": str(tmp_path / "media")}
    words = [*serve.split(), "--port", str(port), "--render", "none"]
    program = str(Path(sys.executable).with_name("wanflow"))
    with subprocess.Popen(words, executable=program, cwd=folder, env=mine, stderr=subprocess.DEVNULL) as emulator:
        try:
            until(lambda: _listens(port), 60)
            told = command.replace("8100", str(port))
            done = subprocess.run(
                ["bash", "-c", told], cwd=folder, env=mine, capture_output=True, text=True, timeout=240
            )
        finally:
            emulator.send_signal(signal.SIGINT)
    assert done.returncode == 4, done.stderr
    for time in ("at dawn", "at night"):
        assert f"(a tea house, {time}): InternalError.Algo: no tea" in done.stdout
    assert "made    2 generations (2 failed)" in done.stdout


def _listens(port: int) -> bool:
    with socket.socket() as asks:
        return asks.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.slow
def test_a_pipeline_of_the_page_is_deployed_and_gets_a_schedule(
    tmp_path: Path, environment: dict[str, str], prefect_server: str
) -> None:
    """Put into the library it is a deployment; run, schedule and work pool take what the page's commands say."""
    folder = PAGE.lay_out(tmp_path)
    for name in ("flows", "tasks", "blocks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(folder / "walk.yaml", folder / "flows" / "library")
    mine = {**environment, "PYTHONPATH": str(folder), "PWD": str(folder)}
    serve = (
        "import flows.productions as productions; from flows.deployments import deployments\n"
        "[one.apply() for one in deployments(productions) if one.name == 'walk']"
    )
    run(f'python -c "{serve}"', folder, mine)
    run("prefect work-pool create wanflow --type process", folder, mine)
    try:
        for command in PAGE.commands:
            if command.startswith("prefect "):
                run(command.replace("prefect deploy ", "prefect --no-prompt deploy "), folder, mine)
        found = {}
        for name in ("walk", "mondays"):
            found[name] = (
                httpx.get(f"{prefect_server}/deployments/name/walk/{name}", timeout=20).raise_for_status().json()
            )
        crons = [(one["schedules"][0]["schedule"]["cron"], one["schedules"][0]["active"]) for one in found.values()]
        assert crons == [("0 6 * * 1", True)] * 2
        assert found["mondays"]["parameters"] == {"picture": str(folder / "portrait.jpg"), "max_cost": 5}
        asked = {"deployments": {"name": {"any_": ["walk"]}}, "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
        runs = httpx.post(f"{prefect_server}/flow_runs/filter", json=asked, timeout=20).raise_for_status().json()
        assert {"picture": str(folder / "portrait.jpg"), "motion": "She looks up", "max_cost": 5} in [
            one["parameters"] for one in runs
        ]
    finally:
        for name in ("walk", "mondays"):
            run(f"prefect --no-prompt deployment delete walk/{name}", folder, mine)
        run("prefect --no-prompt work-pool delete wanflow", folder, mine)


def test_the_parameter_file_of_the_page_fits_its_pipeline() -> None:
    """What it gives are parameters of the pipeline it is for."""
    assert set(yaml.safe_load(PAGE.files["walk-params.yaml"])) <= set(yaml.safe_load(PAGE.files["walk.yaml"])["params"])

"""Every command of the README is run, in the order in which it stands there."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocks import catalog
from blocks.media import probe
from flows import library
from tests.pages import ROOT, Page, run, shell
from tests.ports import free_port
from tests.waiting import until

README = Page("README.md")

ELSEWHERE = {
    "make film": "test_make_film_makes_the_example_film",
    "make test": "this is what it runs",
    "wanflow up": "test_the_film_is_run_from_its_deployment",
    "prefect deployment run film/film": "test_the_film_is_run_from_its_deployment",
    "wanflow models wan2.7-t2v": "test_the_model_of_the_readme_becomes_one_of_the_catalog",
    "make docs": "test_the_model_of_the_readme_becomes_one_of_the_catalog",
    **{
        command: "test_the_model_of_the_readme_is_generated"
        for command in README.commands
        if "generate wan2.7" in command
    },
}
HERE = [command for command in README.commands if command not in ELSEWHERE]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the README says is there: its files, a picture, the examples."""
    folder = README.lay_out(tmp_path_factory.mktemp("desk"))
    (folder / "flows").symlink_to(ROOT / "flows")
    return folder


@pytest.fixture(scope="module")
def environment(desk: Path, prefect_server: str) -> Iterator[dict[str, str]]:
    with shell(prefect_server) as found:
        yield found


def test_the_readme_has_commands_and_knows_which_are_run_elsewhere() -> None:
    """No command is forgotten: each is run here or named with where it is."""
    assert len(HERE) >= 12
    assert set(ELSEWHERE) <= set(README.commands)


@pytest.mark.slow
@pytest.mark.parametrize("command", [command for command in HERE if not command.startswith("export")])
def test_a_command_of_the_readme_works(command: str, desk: Path, environment: dict[str, str]) -> None:
    """A command as it stands in the README ends well."""
    assert run(command, desk, environment).strip() or command.startswith("echo")


def test_every_built_in_pipeline_is_in_the_gallery_with_an_example() -> None:
    """The gallery names each pipeline once with what goes in and comes out, and its example is there."""
    gallery = README.text.partition("\n## Gallery\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| \[?`([\w-]+)`(?:\]\((.+?)\))? \| (.+) \| (.+) \|$", gallery, re.MULTILINE)
    assert [name for name, *_ in rows] == ["film", "campaign", *library.names()]
    for name, file, goes_in, comes_out in rows[2:]:
        assert file == f"flows/library/{name}.yaml" and goes_in and comes_out
        assert (ROOT / "flows" / "examples" / f"{name}.yaml").is_file(), name


@pytest.mark.slow
def test_make_film_makes_the_example_film(desk: Path, environment: dict[str, str], tmp_path: Path) -> None:
    """`make film` ends with a film and its review page."""
    said = run("make film", ROOT, {**environment, "WANFLOW_STORAGE": str(tmp_path / "media"), "COLUMNS": "300"})
    assert "film.mp4" in said
    assert len(list(tmp_path.glob("media/productions/the-night-train-*/index.html"))) == 1


@pytest.mark.slow
def test_the_film_is_run_from_its_deployment(tmp_path: Path, environment: dict[str, str]) -> None:
    """`wanflow up` serves the film with no key; its deployment makes one; Ctrl-C ends all of it."""
    port = free_port()
    mine = {name: value for name, value in environment.items() if not name.startswith(("DASHSCOPE_", "PREFECT_API"))}
    mine |= {"PREFECT_HOME": str(tmp_path / "prefect")}
    command = ["wanflow", "up", "--port", str(port), "--emulator-port", str(free_port())]
    program = str(Path(sys.executable).with_name("wanflow"))
    with (tmp_path / "up.log").open("w") as log:
        up = subprocess.Popen(
            command, executable=program, cwd=tmp_path, env=mine, stdout=log, stderr=log, start_new_session=True
        )
        try:
            until(lambda: "Ctrl-C stops" in (tmp_path / "up.log").read_text(encoding="utf-8"))
            run(
                "prefect deployment run film/film", tmp_path, mine | {"PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}
            )
            until(lambda: list(tmp_path.glob("media/productions/*/index.html")))
        finally:
            up.send_signal(signal.SIGINT)
            assert up.wait(timeout=60) == 0


@pytest.mark.slow
def test_the_python_of_the_readme_works(desk: Path, environment: dict[str, str]) -> None:
    """The Python example makes a film and prints where its page is."""
    (code,) = [text for kind, text in README.blocks if kind == "python" and not text.startswith("# blocks/")]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=desk, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip().splitlines()[-1]).is_file()


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project to which the README's model was added as it says: each block where it belongs."""
    folder = tmp_path_factory.mktemp("extended")
    for name in ("flows", "tasks", "blocks", "docs/models/inputs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for _, text in README.blocks:
        named = re.match(r"# (blocks/[\w./-]+)[:,](.*)\n", text)
        if named is None:
            continue
        file, where = folder / named[1], named[2]
        before = file.read_text(encoding="utf-8") if file.is_file() else ""
        mark = {" before MODELS": "\nMODELS = (\n", " in MODELS": "\n)\n", " under public": "public:\n"}.get(where)
        if mark is None:
            assert not before
            file.write_text(text, encoding="utf-8")
            continue
        at = before.rindex(mark)
        at = at + len(mark) if where == " under public" else at + 1
        file.write_text(f"{before[:at]}{text}{before[at:]}", encoding="utf-8")
    return folder


def run_extended(words: list[str], folder: Path, environment: dict[str, str]) -> str:
    """What a command of the extended copy prints."""
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_the_model_of_the_readme_becomes_one_of_the_catalog(extended: Path) -> None:
    """Added as the README says, it is listed, described with its sources, priced, and gets its page."""
    assert "wan2.7-t2v" not in catalog.MODELS, "the README calls it a model that is not there"
    said = json.loads(run_extended(["-m", "flows.cli", "models", "wan2.7-t2v", "--json"], extended, {**os.environ}))
    assert {field["source"]["sure"] for field in said["fields"]} == {"public"}
    assert said["sources"]["typical_seconds"]["sure"] == "assumed"
    run_extended(["-m", "flows.model_pages"], extended, {**os.environ})
    page = (extended / "docs/models/wan2.7-t2v.md").read_text(encoding="utf-8")
    assert "The request above costs ¥1.20 in Beijing: 2 seconds at ¥0.60." in page
    assert "| `parameters.ratio` | 16:9 \\| 9:16" in page
    assert "wan2.7-t2v.md" in (extended / "docs/models/README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_model_of_the_readme_is_generated(extended: Path, prefect_server: str, tmp_path: Path) -> None:
    """Added as the README says, it is planned, sent, rendered by the emulator and paid for like any other."""
    (command,) = [command for command in README.commands if "generate wan2.7" in command]
    mine = {name: value for name, value in os.environ.items() if not name.startswith("DASHSCOPE_")}
    mine |= {"PREFECT_API_URL": prefect_server, "WANFLOW_STORAGE": str(tmp_path / "media")}
    words = ["-m", "flows.cli", *shlex.split(command)[1:], "--json"]
    (made,) = json.loads(run_extended(words, extended, mine))["generations"]
    assert (made["status"], made["cost"]["amount"]) == ("SUCCEEDED", 1.2)
    (output,) = made["outputs"]
    film = probe(Path(output["uri"]))
    assert (film.width, film.height, film.seconds) == (1280, 720, 2)
    pipeline = tmp_path / "boat.yaml"
    pipeline.write_text(
        "pipeline: boat\nsteps:\n  boat: {model: wan2.7-t2v, input: {prompt: A boat}, parameters: {duration: 3}}\n",
        encoding="utf-8",
    )
    plan = json.loads(run_extended(["-m", "flows.cli", "plan", str(pipeline), "--json"], extended, mine))
    assert plan["total_cny"] == "3.0"

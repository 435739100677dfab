"""``wanflow`` as people type it: what it says, where it says it, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from blocks.emulator import Emulator
from tests.flows.conftest import wanflow

Submits = Callable[[], list[str]]

STORY = """title: A short film
size: 1280*720
scenes:
  - title: one
    shots: [{prompt: a quiet street, seconds: 2}]
  - title: two
    shots: [{prompt: SECOND, seconds: 2}]
"""


def story(second: str = "a loud square", text: str = STORY) -> str:
    Path("story.yaml").write_text(text.replace("SECOND", second), encoding="utf-8")
    return "story.yaml"


def one_document(result: Result) -> Any:
    """Stdout as the one JSON document that it is."""
    return json.loads(result.stdout)


def test_help_names_every_command() -> None:
    """All commands are listed with what they do."""
    said = wanflow("--help").stdout
    for command in (
        "plan",
        "run",
        "generate",
        "pipelines",
        "new",
        "models",
        "emulator",
        "up",
        "doctor",
        "generations",
        "spend",
    ):
        assert re.search(rf"^  {command} +\S", said, re.MULTILINE), command


@pytest.mark.slow
def test_lists_and_help_do_not_wait_for_prefect() -> None:
    """What needs no run starts without Prefect, media or the engine."""
    code = (
        "import sys; from typer.testing import CliRunner; from flows.cli import app\n"
        "for words in (['--help'], ['models'], ['models', 'qwen-plus', '--json'], ['pipelines']):\n"
        "    assert CliRunner().invoke(app, words).exit_code == 0, words\n"
        "print([name for name in ('prefect', 'av', 'flows.engine') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_models_are_listed_and_described_for_people_and_as_json() -> None:
    """Every model of the catalog is there; one model shows fields, limits, prices and an example that is accepted."""
    listed = one_document(wanflow("models", "--json"))
    assert {"wan2.6-t2v", "video-style-transform", "qwen-plus"} <= {row["id"] for row in listed}
    said = wanflow("models", "wan2.6-i2v").stdout
    for part in ("img_url *", "integer 2…15 (default 5)", "¥0.60 at 720P, ¥1.00 at 1080P a second", "Sources; "):
        assert part in said, part
    assert one_document(wanflow("models", "wan2.6-i2v", "--json"))["id"] == "wan2.6-i2v"
    wrong = wanflow("models", "wan2.6-iv")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("there is no model 'wan2.6-iv'; the nearest: wan2.6-i2v")


@pytest.mark.slow
def test_every_model_can_be_shown_within_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """No model's page fails, and none is wider than a terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    for row in one_document(wanflow("models", "--json")):
        result = wanflow("models", row["id"])
        assert result.exit_code == 0, row["id"]
        assert max(map(len, result.stdout.splitlines())) <= 80, row["id"]
        assert re.search(rf"^wanflow (generate |run docs/models/pipelines/){re.escape(row['id'])}", result.stdout, re.M)


def test_pipelines_are_listed_with_their_parameters() -> None:
    """The film and every pipeline file of the library are there."""
    names = [pipeline["name"] for pipeline in one_document(wanflow("pipelines", "--json"))]
    assert names[0] == "film" and "moving-picture" in names
    shown = wanflow("pipelines").stdout
    assert all(name in shown for name in names) and max(map(len, shown.splitlines())) <= 80
    assert "picture *" in wanflow("pipelines", "moving-picture").stdout
    assert one_document(wanflow("pipelines", "moving-picture", "--json"))["params"]["picture"]["required"]
    refused = wanflow("pipelines", "moving-pictures")
    assert refused.exit_code == 2 and "moving-picture" in refused.stderr


def test_a_plan_is_a_table_within_80_columns_and_sends_nothing(service: Emulator, submits: Submits) -> None:
    """Steps, prices and the sum; the money stands right-aligned under its head."""
    result = wanflow("plan", "film", "-f", story(), "-p", "style=5")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    rows = [line for line in lines if "¥" in line and line.startswith("scene")]
    assert len(rows) == 4 and len({len(row.rstrip()) for row in rows}) == 1
    assert "scene 2: Paper Craft  video-style-transform" in result.stdout
    assert lines[-1] == "4 generations: ¥4.40"
    assert "film after " in result.stdout and "scene 2: Paper Craft after " in result.stdout
    where = Path(os.environ["WANFLOW_STORAGE"])
    assert result.stderr == f"service {service.base_url}\nstorage {where} (WANFLOW_STORAGE)\n"
    drawn = wanflow("plan", "film", "-f", story(), "--draw", "film.svg")
    assert drawn.stderr.endswith("The drawing is written to film.svg\n")
    assert drawn.exit_code == 0 and Path("film.svg").read_text(encoding="utf-8").count("<g>") == 3
    refused = wanflow("plan", "film", "-f", story(), "--draw", "film.png")
    assert refused.exit_code == 2 and ".svg, .mmd or .md" in refused.stderr
    plan = one_document(wanflow("plan", "film", "-f", story(), "--json"))
    assert (plan["total_cny"], [step["name"] for step in plan["steps"]]) == ("2.4", ["scene-1", "scene-2", "film"])
    assert submits() == []


BAD = "title: A film\nscenes:\n  - shots:\n      - {prompt: PROMPT, seconds: SECONDS}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "title: A film\nscenes:\n  - shots:\n      - {promt: a street}\n",
            "story.yaml:4:10: scenes[0].shots[0].promt: unknown field 'promt'. Did you mean 'prompt'? "
            "Known here: prompt, seconds.\n",
        ),
        (
            "titel: A film\nscenes: [{shots: [{prompt: x}]}]\n",
            "story.yaml:1:1: titel: unknown field 'titel'. Did you mean",
        ),
        (
            "title: A\nsize: 1280x720\nscenes: [{shots: [{prompt: x}]}]\n",
            "story.yaml:2:1: size: '1280x720' is not taken by wan2.6-t2v; did you mean 1280*720?; allowed: 1280*720, ",
        ),
        (
            BAD.replace("PROMPT", "a street").replace("SECONDS", "16"),
            "story.yaml:4:28: scenes[0].shots[0].seconds: a shot of 16 s; wan2.6-t2v makes at most 15 s. Shorten it or "
            "make two shots of it.\n",
        ),
        (
            BAD.replace("PROMPT", "'  '").replace("SECONDS", "3"),
            "story.yaml:4:10: scenes[0].shots[0].prompt: an empty prompt: say what the shot shows\n",
        ),
        (
            "title: A\nmodel: wan2.6-t3v\nscenes: [{shots: [{prompt: x}]}]\n",
            "story.yaml:2:1: model: there is no model 'wan2.6-t3v'; the nearest: wan2.6-t2v",
        ),
        (
            "title: A\nstyle: paper crafts\nscenes: [{shots: [{prompt: x}]}]\n",
            "story.yaml:2:1: style: there is no style preset 'paper crafts'. Did you mean 'paper craft'?",
        ),
        (
            "title: A\nmusic: missing.mp3\nscenes: [{shots: [{prompt: x}]}]\n",
            "story.yaml:2:1: music: there is no file ",
        ),
        ("title: A\n", "a storyboard has `scenes`, or a `brief` from which they are written; give one of the two"),
        ("title: [A\n", "story.yaml:2:1: not valid YAML"),
    ],
)
def test_a_storyboard_that_cannot_be_filmed_costs_nothing(
    service: Emulator, submits: Submits, text: str, said: str
) -> None:
    """Each mistake is one line with file, line and remedy; exit code 2; nothing was sent."""
    counts = service.counts
    result = wanflow("run", "film", "-f", story(text=text))
    assert result.exit_code == 2
    assert said in result.stderr and len(result.stderr.splitlines()) == 1, result.stderr
    assert (result.stdout, submits(), service.counts) == ("", [], counts)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "flim"], "there is no pipeline 'flim'. Did you mean 'film'? Known: film, "),
        (["run", "film"], "film needs a storyboard: -f storyboard.yaml, or -p title=… -p brief=…"),
        (["run", "film", "-f", "nothing.yaml"], "cannot read nothing.yaml: No such file or directory"),
        (["run", "nothing.yaml"], "cannot read nothing.yaml: No such file or directory"),
        (["run", "moving-picture", "-p", "picture"], "-p 'picture': write KEY=VALUE, e.g. -p duration=5"),
        (["run", "moving-picture", "-p", "motion=x"], "picture: is required: The first frame"),
        (["run", "moving-picture", "-p", "motion=x", "-p", "picture=no.png"], "picture: there is no file "),
        (["run", "film", "-f", "story.yaml", "--max-cost", "much"], "--max-cost takes an amount in CNY such as 12.50"),
        (["run", "film", "-f", "story.yaml", "--max-cost", "1"], "the plan comes to 2.4 CNY, over the limit of 1 CNY"),
        (["run", "film", "-f", "story.yaml", "--storage", "nope://x"], "storage nope://x: "),
        (["run", "film", "-f", "story.yaml", "--storage", "/proc/none"], "cannot write to the storage /proc/none: "),
        (["run", "film", "-f", "story.yaml", "-p", "sed=3"], "sed: unknown field 'sed'. Did you mean 'seed'?"),
        (["run", "film", "-f", "story.yaml", "-p", "scenes.7.seed=3"], "there is no such place in the storyboard"),
        (["generate"], "give one of: --request FILE, --requests FILE.jsonl, or MODEL -i KEY=VALUE"),
        (["generate", "wan2.6-t2v", "-i", "promt=x"], "input.promt: is no field of wan2.6-t2v; did you mean prompt?"),
        (["generate", "wan2.6-t2v", "-i", "prompt="], "input.prompt: is empty"),
        (
            ["generate", "wan2.6-t2v", "-i", "prompt=x", "-p", "duration=20"],
            "parameters.duration: 20 is not taken by wan2.6-t2v; allowed: 2 to 15",
        ),
        (["generate", "wan2.6-tv", "-i", "prompt=x"], "there is no model 'wan2.6-tv'; the nearest: wan2.6-t2v"),
        (["generate", "wan2.6-i2v", "-i", "img_url=no.png"], "input.img_url: there is no file "),
        (["generate", "--request", "no.json"], "cannot read no.json: No such file or directory"),
        (["generate", "--request", "story.yaml"], "story.yaml: not valid JSON: "),
        (["generate", "--requests", "three.jsonl"], "three.jsonl:3: parameters.size: '9*9' is not taken by wan2.6-t2v"),
        (["generate", "--requests", "empty.jsonl"], "empty.jsonl: holds no request; write one a line"),
        (["generate", "--request", "story.yaml", "-p", "seed=1"], "-i and -p go with MODEL"),
    ],
)
def test_wrong_input_ends_with_2_and_one_clear_line(
    service: Emulator, submits: Submits, words: list[str], said: str
) -> None:
    """Whatever is wrong with the words of a command is said before anything is sent."""
    story()
    good = {"model": "wan2.6-t2v", "input": {"prompt": "x"}}
    bad = {**good, "parameters": {"size": "9*9"}}
    Path("three.jsonl").write_text("\n".join(map(json.dumps, [good, good, bad])))
    Path("empty.jsonl").write_text("\n")
    result = wanflow(*words)
    assert result.exit_code == 2, result.stderr
    assert said in result.stderr and len(result.stderr.splitlines()) == 1, result.stderr
    assert (result.stdout, submits()) == ("", [])


def test_wrong_input_with_json_is_one_document(service: Emulator) -> None:
    """Programs read the error from stdout, people from stderr."""
    result = wanflow("generate", "wan2.6-t2v", "-i", "prompt=", "--json")
    assert result.exit_code == 2
    error = one_document(result)["error"]
    assert error["code"] == "InvalidInput" and error["message"] in result.stderr


def test_a_film_is_made_and_made_again_for_nothing(
    service: Emulator, prefect_server: str, submits: Submits, tmp_path: Path
) -> None:
    """`run` delivers a production and says where; the second run sends nothing."""
    first = wanflow("run", "film", "-f", story(), "--json")
    assert first.exit_code == 0, first.stderr
    made = one_document(first)
    assert (made["state"], made["error"], made["cost"]) == ("done", None, {"amount": 2.4, "currency": "CNY"})
    assert made["deliverables"][0]["path"] == "film.mp4" and Path(made["deliverables"][0]["uri"]).is_file()
    assert Path(made["page"]).is_file()
    assert [step["state"] for step in made["steps"]] == ["done"] * 3
    sent = submits()
    again = wanflow("run", "film", "-f", "story.yaml")
    assert again.exit_code == 0, again.stderr
    assert "A short film: done" in again.stdout and "film    /" in again.stdout
    assert "2 generations, all cached" in again.stdout and "the cache saved ¥2.40" in again.stdout
    finished = [line for line in again.stderr.splitlines() if line.startswith("✓")]
    assert len(finished) == 3 and all(line.endswith(" done: cached") for line in finished)
    assert submits() == sent and sorted(sent) == ["a loud square.", "a quiet street."]


@pytest.mark.slow
def test_a_film_with_a_refused_scene_is_delivered_in_part(
    service: Emulator, prefect_server: str, submits: Submits
) -> None:
    """Exit code 4: the other scene is there, and what failed is named."""
    result = wanflow("run", "film", "-f", story("something forbidden"))
    assert result.exit_code == 4, result.stderr
    assert "A short film: partly delivered" in result.stdout
    assert "✗ scene 2: DataInspectionFailed: Input data may contain inappropriate content." in result.stdout
    failed = wanflow(
        "run", "film", "-f", story("x", text=BAD.replace("PROMPT", "forbidden").replace("SECONDS", "2")), "--json"
    )
    assert failed.exit_code == 3
    assert one_document(failed)["error"]["message"].startswith("scene 1: DataInspectionFailed")


REQUEST = {"model": "wan2.6-t2v", "input": {"prompt": "a lantern"}, "parameters": {"duration": 2, "size": "1280*720"}}


def test_generate_answers_with_the_documented_document(
    service: Emulator, prefect_server: str, submits: Submits, tmp_path: Path
) -> None:
    """Every field of the JSON is there; the same request in any form is the same generation, paid for once."""
    Path("request.json").write_text(json.dumps(REQUEST))
    result = wanflow("generate", "--request", "request.json", "--json")
    assert result.exit_code == 0, result.stderr
    document = one_document(result)
    assert list(document) == ["generations"]
    [made] = document["generations"]
    assert list(made) == [
        *("fingerprint", "model", "status", "task_id", "cached", "usage", "cost", "outputs", "values", "error")
    ]
    assert re.fullmatch("[0-9a-f]{64}", made["fingerprint"])
    assert (made["model"], made["status"], made["cached"], made["error"]) == ("wan2.6-t2v", "SUCCEEDED", False, None)
    assert made["task_id"] == service.tasks()[0].task_id
    assert made["usage"]["duration"] == 2 and made["cost"] == {"amount": 1.2, "currency": "CNY"}
    [output] = made["outputs"]
    assert list(output) == ["uri", "media_type", "bytes", "sha256"]
    assert output["media_type"] == "video/mp4" and Path(output["uri"]).stat().st_size == output["bytes"]
    words = ["-i", "prompt=a lantern", "-p", "duration=2", "-p", "size=1280*720"]
    again = one_document(wanflow("generate", "wan2.6-t2v", *words, "--json"))["generations"][0]
    assert again == {**made, "cached": True}
    piped = wanflow("generate", "--request", "-", stdin=json.dumps(REQUEST))
    assert piped.exit_code == 0 and output["uri"] in piped.stdout and "cached" in piped.stdout
    assert submits() == ["a lantern"]
    anew = one_document(wanflow("generate", "--request", "request.json", "--take", "2", "--json"))["generations"][0]
    assert anew["fingerprint"] != made["fingerprint"] and submits() == ["a lantern"] * 2


@pytest.mark.slow
def test_many_requests_keep_their_order_and_one_refusal_is_a_part(
    service: Emulator, prefect_server: str, submits: Submits
) -> None:
    """Exit code 4, results in the order of the lines, the refused one with the provider's code."""
    prompts = ["a slow lamp", "forbidden", "a quick lamp"]
    bodies = [{**REQUEST, "input": {"prompt": prompt}} for prompt in prompts]
    Path("requests.jsonl").write_text("\n".join(map(json.dumps, bodies)) + "\n\n")
    result = wanflow("generate", "--requests", "requests.jsonl", "--json")
    assert result.exit_code == 4, result.stderr
    made = one_document(result)["generations"]
    assert [one["status"] for one in made] == ["SUCCEEDED", "FAILED", "SUCCEEDED"]
    assert made[1]["error"]["code"] == "DataInspectionFailed" and made[1]["outputs"] == []
    by_task = {task.task_id: task.body["input"].get("prompt") for task in service.tasks()}
    assert [by_task[made[n]["task_id"]] for n in (0, 2)] == ["a slow lamp", "a quick lamp"]
    only = wanflow("generate", "wan2.6-t2v", "-i", "prompt=forbidden too", "-p", "duration=2")
    assert only.exit_code == 3 and "✗ wan2.6-t2v  DataInspectionFailed: " in only.stdout


@pytest.mark.slow
def test_stdout_of_a_real_process_is_one_document(service: Emulator, prefect_server: str) -> None:
    """Prefect's log, progress and warnings stay away from stdout."""
    command = [sys.executable, "-m", "flows.cli", "generate", "wan2.6-t2v", "-i", "prompt=a door", "-p", "duration=2"]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["generations"][0]["status"] == "SUCCEEDED"


@pytest.mark.slow
def test_an_interrupted_run_ends_with_130_and_the_next_picks_its_task_up(
    service: Emulator, prefect_server: str, submits: Submits, until: Callable[..., None]
) -> None:
    """Ctrl-C leaves the running task at the provider; the same command waits for it and sends nothing."""
    words = ["generate", "wan2.6-t2v", "-i", "prompt=an endless road", "-p", "duration=2", "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until(
        lambda: process.poll() is not None or (submits() and service.tasks()[0].status == "RUNNING"),
        seconds=60,
    )
    os.kill(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert json.loads(stdout)["error"]["code"] == "Interrupted"
    assert stderr.splitlines()[-1].startswith("Interrupted. ") and "Traceback" not in stderr
    result = wanflow(*words)
    assert result.exit_code == 0, result.stderr
    assert one_document(result)["generations"][0]["task_id"] == service.tasks()[0].task_id
    assert submits() == ["an endless road"]

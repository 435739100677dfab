"""The examples under every model."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

import flows
from blocks import catalog
from blocks.emulator import Emulator
from blocks.media import probe
from flows import model_words
from flows.generating import Ask, asks_of
from flows.model_examples import examples
from flows.pipeline import load
from tasks.inputs import check_inputs
from tasks.session import open_session
from tests.flows.conftest import wanflow

ROOT = Path(flows.__file__).parents[1]
OWN = [model for model, row in catalog.MODELS.items() if row.same_as is None]


def asked(words: list[str]) -> Ask:
    """What a ``generate`` command asks for, read from its text as a shell reads it."""
    _, generate, model, *options = shlex.split(model_words.typed(words).replace("\\\n", " "))
    assert generate == "generate"
    given: dict[str, list[str]] = {"-i": [], "-p": []}
    for option, value in zip(options[::2], options[1::2], strict=True):
        given[option].append(value)
    (ask,) = asks_of(model, None, None, given["-i"], given["-p"])
    return ask


@pytest.mark.parametrize("model", catalog.MODELS)
def test_a_command_asks_for_exactly_its_request(model: str) -> None:
    """Typed as it stands, each command is the request of the catalog; no line is wider than a terminal."""
    for example in catalog.examples(model):
        words = model_words.command(example["request"])
        assert asked(words).body == example["request"]
    for _, words in examples(model):
        assert max(map(len, model_words.typed(words).splitlines())) <= 80


async def test_every_example_is_taken_with_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request is valid, and each of its files is what the model takes: sides, length, format, transparency."""
    monkeypatch.chdir(ROOT)
    async with open_session(str(tmp_path), offline=True) as session:
        for model in OWN:
            for example in catalog.examples(model):
                request = catalog.request(example["request"])
                lengths = await check_inputs(request, session.storage, {}, base=session.base)
                assert all(lengths.values()), model


def test_every_function_of_a_model_has_an_example() -> None:
    """Models with several functions show each of them, under its name."""
    for model, row in catalog.MODELS.items():
        if row.variants:
            assert [example["title"] for example in catalog.examples(model)] == list(row.variants)


def test_the_files_of_the_examples_are_small() -> None:
    """All of them together are less than 300 KB, and each is used."""
    files = {path.name: path.stat().st_size for path in (ROOT / "docs/models/inputs").iterdir()}
    assert sum(files.values()) < 300_000
    used = json.dumps([catalog.examples(model) for model in OWN])
    assert all(f"docs/models/inputs/{name}" in used for name in files)


@pytest.mark.parametrize("model", catalog.PAIRINGS)
def test_a_pipeline_checks_before_it_asks(model: str, service: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipeline beside a page can be planned; only when the check says yes is anything else asked."""
    title, words = examples(model)[0]
    assert (title, words[1]) == ("checked first", "run")
    declared, _ = load(ROOT / words[2])
    assert all(step.require == ["${check.passed}"] for name, step in declared.steps.items() if name != "check")
    monkeypatch.chdir(ROOT)
    result = wanflow("plan", *words[2:], "--json")
    assert result.exit_code == 0, result.output
    assert [step["name"] for step in json.loads(result.stdout)["steps"]] == list(declared.steps)


@pytest.mark.slow
@pytest.mark.parametrize("model", OWN)
def test_every_example_runs(
    model: str, emulator: Emulator, prefect_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command under a model runs as it stands, in the folder of the repository, and ends well."""
    monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
    monkeypatch.setenv("DASHSCOPE_API_KEY", f"sk-{tmp_path.name}")
    monkeypatch.setenv("WANFLOW_STORAGE", str(tmp_path / "media"))
    monkeypatch.chdir(ROOT)
    for _, words in examples(model):
        result = wanflow(*words[1:], "--json")
        assert result.exit_code == 0, result.output
        said = json.loads(result.stdout)
        if words[1] == "generate":
            assert said["generations"][0]["outputs"] or catalog.find(model).kind in ("check", "template", "text")
        else:
            assert said["state"] == "done" and f"{model}.mp4" in json.dumps(said)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["emo-v1", "wan2.2-kf2v-flash", "wanx-background-generation-v2"])
def test_an_example_is_worth_looking_at(
    model: str, prefect_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no key, an example is rendered in full by the embedded service: a film that moves, a whole picture."""
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    monkeypatch.delenv("DASHSCOPE_BASE_URL", raising=False)
    monkeypatch.setenv("WANFLOW_STORAGE", str(tmp_path / "media"))
    monkeypatch.chdir(ROOT)
    (_, words), *_ = examples(model)
    result = wanflow(*words[1:], "--json")
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    made = (said["deliverables"] if words[1] == "run" else said["generations"][0]["outputs"])[0]
    file = probe(Path(made["uri"].removeprefix("file://")))
    assert file.width and file.height and (file.kind == "image" or (file.seconds or 0) >= 3)

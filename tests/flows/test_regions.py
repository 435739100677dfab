"""A region that lacks a model refuses it as any other bad input, whichever command asks."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocks import catalog
from flows.productions import generate
from tests.flows.conftest import wanflow, written

LACKING = "wanx2.1-t2v-turbo is served in beijing, not in singapore; there it is called wan2.1-t2v-turbo"
OWN = "wan2.1-t2v-turbo"
PIPELINE = """
pipeline: street
steps:
  rain: {model: MODEL, input: {prompt: rain}}
deliver: {rain.mp4: "${rain.video}"}
"""


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[bytes]]:
    """The environment leads to Singapore, by way of a proxy that notes what is asked of it and lets nothing through."""
    asked: list[bytes] = []

    class Note(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            line = self.rfile.readline()
            if b"dashscope" in line:
                asked.append(line)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Note) as proxy:
        threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.server_address[1]}")
        monkeypatch.setenv("DASHSCOPE_BASE_URL", "https://dashscope-intl.aliyuncs.com/api/v1")
        monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-nobody")
        monkeypatch.setenv("WANFLOW_STORAGE", str(tmp_path / "media"))
        monkeypatch.chdir(tmp_path)
        yield asked
        proxy.shutdown()


def test_a_request_for_what_the_region_lacks_is_bad_input(called: list[bytes]) -> None:
    """`generate` ends with 2, names the model, both regions and what to take instead; nothing goes out."""
    said = wanflow("generate", "wanx2.1-t2v-turbo", "-i", "prompt=rain", "--patience", "0")
    assert (said.exit_code, called) == (2, [])
    assert LACKING in said.stderr and f"taken by: wan2.6-t2v, wan2.5-t2v-preview, wan2.2-t2v-plus, {OWN}" in said.stderr
    assert json.loads(wanflow("generate", "wanx2.1-t2v-turbo", "-i", "prompt=rain", "--json").stdout)["error"]


def test_one_of_several_requests_stops_them_all_and_is_named(called: list[bytes], tmp_path: Path) -> None:
    """The line of the file that the region cannot serve is told; the others are not sent either."""
    lines = [{"model": name, "input": {"prompt": "rain"}} for name in (OWN, "wanx2.1-t2v-turbo")]
    (tmp_path / "two.jsonl").write_text("\n".join(map(json.dumps, lines)))
    said = wanflow("generate", "--requests", "two.jsonl", "--patience", "0")
    assert (said.exit_code, called) == (2, [])
    assert f"two.jsonl:2: model: {LACKING}" in said.stderr


@pytest.mark.parametrize("command", ["plan", "run"])
def test_a_pipeline_with_what_the_region_lacks_is_bad_input(called: list[bytes], tmp_path: Path, command: str) -> None:
    """`plan` and `run` end with 2 and name the step; nothing goes out."""
    written(tmp_path, PIPELINE.replace("MODEL", "wanx2.1-t2v-turbo"))
    said = wanflow(command, "pipeline.yaml")
    assert (said.exit_code, called) == (2, [])
    assert f"steps.rain.model: {LACKING}" in said.stderr.replace("\n", " ")
    written(tmp_path, PIPELINE.replace("MODEL", OWN))
    assert wanflow("plan", "pipeline.yaml").exit_code == 0


@pytest.mark.parametrize("command", ["plan", "run"])
def test_a_model_that_may_be_asked_instead_must_be_served_too(
    called: list[bytes], tmp_path: Path, command: str
) -> None:
    """A fallback that the region lacks is refused as the first model is, beside it or alone; one that it has is not."""
    both = "{model: wanx2.1-t2v-plus, fallback: [wan2.6-t2v, wanx2.1-t2v-turbo]"
    alone = both.replace("wanx2.1-t2v-plus", OWN)
    for asked, places in ((both, ["model: wanx2.1-t2v-plus is", f"fallback: {LACKING}"]), (alone, [LACKING])):
        written(tmp_path, PIPELINE.replace("{model: MODEL", asked))
        said = wanflow(command, "pipeline.yaml")
        assert (said.exit_code, called) == (2, [])
        assert all(f"steps.rain.{place}" in said.stderr for place in places[:-1])
        assert f"steps.rain.fallback: {LACKING}; taken by: wan2.6-t2v, " in said.stderr
        assert said.stderr.count("is served in") == len(places)
    written(tmp_path, PIPELINE.replace("{model: MODEL", alone.replace("wanx2.1-t2v-turbo", "wan2.5-t2v-preview")))
    assert wanflow("plan", "pipeline.yaml").exit_code == 0


async def test_the_flow_that_workers_run_refuses_it_too(called: list[bytes], prefect_server: str) -> None:
    """A deployed `generate` sends none of its requests when the region lacks one of the models."""
    asked = [{"model": name, "input": {"prompt": "rain"}} for name in (OWN, "wanx2.1-t2v-turbo")]
    with pytest.raises(catalog.InvalidRequest, match=LACKING):
        await generate(asked, patience_seconds=0)
    assert called == []

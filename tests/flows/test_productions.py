"""What a production delivers: films, manifests, pages, and what the UI is told."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, FlowRunFilter, FlowRunFilterId

from blocks.emulator import Emulator, Rule, Scenario
from blocks.media import probe
from blocks.storage import MediaStorage
from flows.manifest import Manifest
from flows.pipeline import Pipeline
from flows.producing import ProductionFailed
from flows.production import Production, folder_of
from flows.productions import LIBRARY, film, flows_to_serve, generate, pipeline_flow
from flows.storyboard import Storyboard
from tasks import journal
from tasks.budget import BudgetExceeded

KEY = "sk-a-key-to-hunt-for"


def board(**more: Any) -> Storyboard:
    scenes = [
        {"title": "One", "shots": [{"prompt": "A red door", "seconds": 2}, {"prompt": "A hand", "seconds": 3}]},
        {"title": "Two", "shots": [{"prompt": "A forbidden garden", "seconds": 4}]},
    ]
    return Storyboard.model_validate({"title": "Two doors", "size": "1280*720", "seed": 5, "scenes": scenes, **more})


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefect_server: str) -> Path:
    """The folder that results land in."""
    monkeypatch.setenv("WANFLOW_STORAGE", str(tmp_path / "media"))
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    return tmp_path / "media"


@pytest.fixture
def service(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulator that renders nothing."""
    with Emulator(render="none") as emulator:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
        yield emulator


def text_of(production: Production, name: str) -> str:
    return Path(production.uri, name).read_text(encoding="utf-8")


def files_of(production: Production) -> set[str]:
    home = Path(production.uri)
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}


def files_with(folder: Path, content: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and content in path.read_bytes()]


def sha256_of(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def manifest_of(production: Production) -> Manifest:
    return Manifest.model_validate_json(text_of(production, "manifest.json"))


async def test_a_production_holds_the_film_its_scenes_and_what_made_them(service: Emulator) -> None:
    """Film, scenes raw and styled, storyboard, pipeline, manifest, page and pictures are in one folder."""
    production = await film(board(style=7))
    assert files_of(production) == {
        "film.mp4",
        "film.jpg",
        "scenes/01-raw.mp4",
        "scenes/01-raw.jpg",
        "scenes/01-styled.mp4",
        "scenes/01-styled.jpg",
        "scenes/02-raw.mp4",
        "scenes/02-raw.jpg",
        "scenes/02-styled.mp4",
        "scenes/02-styled.jpg",
        "storyboard.yaml",
        "pipeline.yaml",
        "manifest.json",
        "index.html",
        "contact-sheet.jpg",
    }
    assert probe(f"{production.uri}/film.mp4").seconds == pytest.approx(2, abs=0.2)
    manifest = manifest_of(production)
    assert manifest.state == "done"
    assert [one.model for one in manifest.generations] == ["wan2.6-t2v", "video-style-transform"] * 2
    first = manifest.generations[0]
    assert first.seed == 5
    assert first.task_id
    assert first.request_id
    assert first.usage
    assert first.cost_cny == Decimal("3.0")
    assert first.assets[0].sha256
    assert first.submitted_at is not None
    assert first.finished_at is not None
    # Both scenes are the same clip here, so the second restyling is the first one's.
    assert sorted(one.cached for one in manifest.generations) == [False, False, False, True]
    assert manifest.cost_cny == sum(one.cost_cny or 0 for one in manifest.generations if not one.cached)
    assert [(scene.number, scene.seconds, scene.styled) for scene in manifest.scenes] == [
        (1, 5, "scenes/01-styled.mp4"),
        (2, 4, "scenes/02-styled.mp4"),
    ]
    assert Storyboard.model_validate(board().model_dump()).scenes == board().scenes


@pytest.mark.slow
async def test_a_second_run_pays_nothing(service: Emulator) -> None:
    """Every generation comes from the cache, nothing is submitted, and the manifest says what was saved."""
    first = await film(board())
    sent = dict(service.submits)
    second = await film(board())
    assert dict(service.submits) == sent
    manifest = manifest_of(second)
    assert all(one.cached for one in manifest.generations)
    assert manifest.cost_cny == 0
    assert manifest.saved_cny == manifest_of(first).cost_cny
    assert second.folder != first.folder


async def test_a_refused_scene_leaves_the_others(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One moderated scene fails the film, not the other scene; the manifest and the page name it and the reason."""
    rule = Rule.model_validate({"at": "task", "prompt": "forbidden", "do": "moderate"})
    with Emulator(render="none", scenario=Scenario(rules=[rule])) as emulator:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
        production = await film(board())
    assert production.state == "partly"
    manifest = manifest_of(production)
    assert [one.path for one in manifest.deliverables if one.path.endswith(".mp4")] == ["scenes/01-raw.mp4"]
    assert manifest.scenes[0].error is None
    assert "DataInspectionFailed" in (manifest.scenes[1].error or "")
    page = text_of(production, "index.html")
    assert "A forbidden garden" in page
    assert "DataInspectionFailed" in page


async def test_a_run_that_delivers_nothing_fails_with_the_reason(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When no scene can be made the flow fails, naming each reason; its manifest is there all the same."""
    rule = Rule.model_validate({"at": "task", "do": "moderate"})
    with Emulator(render="none", scenario=Scenario(rules=[rule])) as emulator:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
        with pytest.raises(ProductionFailed, match="scene 1: DataInspectionFailed") as caught:
            await film(board())
    assert manifest_of(caught.value.production).state == "failed"


async def test_a_plan_over_the_limit_sends_nothing(service: Emulator) -> None:
    """A limit below the plan's price stops the run before the first request."""
    with pytest.raises(BudgetExceeded, match="over the limit of 5"):
        await film(board(), max_cost=Decimal(5))
    assert not service.submits


@pytest.mark.slow
async def test_a_brief_becomes_a_film(service: Emulator) -> None:
    """The chat model writes the scenes, within the limit of costs; what it wrote is in production and manifest."""
    asked = Storyboard.model_validate(
        {"title": "Whale", "size": "1280*720", "brief": {"text": "A whale and a lamp", "scenes": 2, "seconds": 10}}
    )
    production = await film(asked, max_cost=Decimal("10.02"))
    manifest = manifest_of(production)
    assert manifest.generations[0].model == "qwen-plus"
    assert sum(scene.seconds for scene in manifest.scenes) == 10
    assert "scenes:" in text_of(production, "storyboard.yaml")


@pytest.mark.slow
async def test_the_ui_is_told_the_plan_the_cost_and_where_it_is(service: Emulator) -> None:
    """A run leaves a plan table, a progress bar at 100 %, a contact sheet, a cost table and a link."""
    production = await film(board())
    assert production.manifest.flow_run_id is not None
    async with get_client() as client:
        run = FlowRunFilter(id=FlowRunFilterId(any_=[production.manifest.flow_run_id]))  # type: ignore[list-item]
        artifacts = await client.read_artifacts(
            artifact_filter=ArtifactFilter(
                flow_run_id=ArtifactFilterFlowRunId(any_=[production.manifest.flow_run_id])  # type: ignore[list-item]
            )
        )
        runs = await client.read_flow_runs(flow_run_filter=run)
    kept = {artifact.key: artifact.data for artifact in artifacts}
    assert set(kept) == {"film-plan", "film-progress", "film-contact-sheet", "film-cost", "film-production"}
    assert kept["film-progress"] == 100
    assert [row["Step"] for row in json.loads(str(kept["film-plan"]))] == ["scene 1", "scene 2", "film"]
    assert "data:image/jpeg;base64," in str(kept["film-contact-sheet"])
    assert [run.name for run in runs] == ["film: Two doors"]


@pytest.mark.slow
async def test_the_key_is_in_no_file_of_a_production(service: Emulator, place: Path) -> None:
    """Not one byte of the storage holds the key, nor a signed query string in what people are shown."""
    production = await film(board(style=3))
    assert not files_with(place, KEY.encode())
    shown = [text_of(production, name) for name in ("manifest.json", "index.html")]
    assert not any("Signature=" in text for text in shown)


@pytest.mark.slow
async def test_a_pipeline_is_a_flow_with_a_form_of_its_parameters(service: Emulator, tmp_path: Path) -> None:
    """A pipeline file's parameters become typed flow parameters, and the flow delivers what the file says."""
    Image.new("RGB", (640, 480), (90, 120, 150)).save(tmp_path / "boat.png")
    moving = LIBRARY["moving-picture"]
    assert moving.parameters.properties["seconds"]["default"] == 5
    assert "local path" in moving.parameters.properties["picture"]["description"]
    assert moving.parameters.required == ["picture", "motion"]
    production = await moving(picture=str(tmp_path / "boat.png"), motion="It rocks", then="It sinks", seconds=2)
    assert [one.path for one in production.manifest.deliverables] == ["film.mp4", "film.jpg"]
    assert [one.model for one in production.manifest.generations] == ["wan2.6-i2v-flash"] * 2


@pytest.mark.slow
async def test_a_pipeline_that_only_checks_delivers_its_pictures(service: Emulator, tmp_path: Path) -> None:
    """A production without scenes has a contact sheet of its deliverables; a picture is of the kind its name says."""
    Image.new("RGB", (640, 480), (90, 120, 150)).save(tmp_path / "boat.png")
    pipeline = Pipeline.model_validate(
        {
            "pipeline": "still",
            "params": {"picture": {"type": "image"}},
            "steps": {
                "clip": {
                    "model": "wan2.6-i2v-flash",
                    "input": {"img_url": "${picture}"},
                    "parameters": {"duration": 2},
                },
                "end": {"use": "last_frame", "input": {"video": "${clip.video}"}},
            },
            "deliver": {"end.png": "${end.image}", "end.jpg": "${end.image}"},
        }
    )
    production = await pipeline_flow(pipeline, tmp_path)(picture="boat.png")
    assert {"end.png", "end.jpg", "contact-sheet.jpg"} <= files_of(production)
    for delivered in production.manifest.deliverables:
        assert delivered.asset.sha256 == sha256_of(delivered.asset.uri)
        with Image.open(delivered.asset.uri) as picture:
            kinds = {".jpg": "image/jpeg", ".png": "image/png"}
            assert Image.MIME[str(picture.format)] == delivered.asset.media_type == kinds[Path(delivered.path).suffix]


@pytest.mark.slow
async def test_single_requests_keep_their_order_and_their_failures(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three requests of which the middle one is refused give three generations, in order, the middle one failed."""
    rule = Rule.model_validate({"at": "submit", "prompt": "forbidden", "do": "refuse"})
    bodies = [
        {"model": "wan2.6-t2v", "input": {"prompt": prompt}, "parameters": {"size": "1280*720", "duration": 2}}
        for prompt in ("one", "forbidden", "three")
    ]
    with Emulator(render="none", scenario=Scenario(rules=[rule])) as emulator:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
        generations = await generate(bodies)
    assert [one.succeeded for one in generations] == [True, False, True]
    assert generations[1].failure is not None
    assert generations[1].failure.code == "DataInspectionFailed"


@pytest.mark.slow
async def test_cancelled_requests_are_all_seen_through(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run ends when the last of its tasks is cancelled at the provider, however fast the first one was."""
    slow = Rule.model_validate({"at": "cancel", "nth": [1], "do": {"kind": "slow", "seconds": 0.7}})
    bodies = [{"model": "wan2.6-t2v", "input": {"prompt": one}, "parameters": {"duration": 2}} for one in "abc"]
    with Emulator(scenario=Scenario(queue_seconds=600, rules=[slow]), render="none") as emulator:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
        run = asyncio.create_task(generate(bodies))
        storage = MediaStorage(url=str(place))
        async with asyncio.timeout(20):
            while len([one for one in await journal.entries(storage) if one.submission]) < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert [task.status for task in emulator.tasks()] == ["CANCELED"] * 3
        assert await journal.entries(storage) == []


def test_titles_are_safe_as_folders() -> None:
    """Slashes, dots and blanks of a title cannot leave the folder; Chinese stays readable."""
    assert folder_of("../../etc/passwd: 雨夜!", "ab12") == "productions/etc-passwd-雨夜-ab12"
    assert folder_of("…", "ab12") == "productions/production-ab12"


def test_every_served_flow_can_be_found_by_its_name() -> None:
    """A deployment's process finds each flow as an attribute of this module."""
    import flows.productions as module

    for flow in flows_to_serve():
        assert getattr(module, flow.name.replace("-", "_")) is flow

from __future__ import annotations

import asyncio
import base64
import json
import re
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from PIL import Image
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterId, FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import Artifact
from prefect.context import FlowRunContext

from tasks import reporting


def generation(**changes: Any) -> Any:
    """A paid and finished generation, with changes."""
    given = {
        "step": "scene_1",
        "model": "wan2.6-t2v",
        "fingerprint": "ab" * 32,
        "status": "SUCCEEDED",
        "cached": False,
        "task_id": "0385dc79-5ff8-4d82-bcb6-000000000001",
        "cost_cny": Decimal("6.00"),
        "quoted_cny": Decimal("6"),
        "seconds_taken": 12.34,
        "error": None,
    }
    return SimpleNamespace(**given | changes)


def manifest(*generations: Any) -> Any:
    """A production of these generations."""
    return SimpleNamespace(
        production="night-train-4f2a",
        title="The *Night* Train",
        pipeline="film",
        state="done",
        generations=list(generations),
        cost_cny=Decimal("6.00"),
        saved_cny=Decimal("4.50"),
        unknown_costs=1,
    )


def jpeg(width: int, height: int) -> bytes:
    """A picture that compresses badly."""
    noise = np.random.default_rng(7).integers(0, 255, (height, width, 3), dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(noise).save(out, "JPEG", quality=95)
    return out.getvalue()


async def stored(artifact: UUID | None) -> Artifact:
    """The artifact as the server has it."""
    assert artifact is not None
    async with get_client() as client:
        (found,) = await client.read_artifacts(artifact_filter=ArtifactFilter(id=ArtifactFilterId(any_=[artifact])))
    return found


async def in_a_flow(make: Any) -> Any:
    """The result of awaiting ``make()`` inside a flow run."""

    @flow
    async def showing() -> Any:
        return await make()

    return await showing()


async def test_nothing_is_shown_outside_a_flow_run() -> None:
    """Outside a flow run nothing is shown, and nothing breaks."""
    bar = reporting.Progress(pipeline="film", title="A film")
    await bar.update(1, 2)
    await bar.flush()
    assert await reporting.plan_table([{"Step": "a"}], None, pipeline="film", title="A film") is None
    assert await reporting.cost_table(manifest(generation())) is None
    assert await reporting.contact_sheet_artifact(b"not even a picture", pipeline="film", title="A film") is None
    assert await reporting.production_link("https://media.test/index.html", "A film") is None
    reporting.generation_event(generation(), "succeeded")
    reporting.production_event(manifest())


@pytest.mark.parametrize(
    ("parts", "expected"),
    [(("film", "cost"), "film-cost"), (("My Film!", "plan"), "my-film-plan"), (("夜车", ""), "production")],
)
def test_keys_are_what_prefect_takes(parts: tuple[str, ...], expected: str) -> None:
    """Any pipeline name gives a key of lowercase letters, digits and dashes."""
    assert reporting.key(*parts) == expected


async def test_the_plan_is_a_table_with_its_total(prefect_server: str) -> None:
    """The plan shows a row per step, its prices as words and the total above it."""
    rows = [
        {"Step": "scene_1", "Calls": 1, "Needs": [], "CNY": Decimal("6")},
        {"Step": "style", "Calls": 4, "Needs": ["scene_1", "scene_2"], "CNY": None},
    ]
    shown = await stored(
        await in_a_flow(
            lambda: reporting.plan_table(
                rows, Decimal("6"), pipeline="film", title="Rain", unknown=4, seconds=(60.0, 300.0)
            )
        )
    )
    assert (shown.type, shown.key) == ("table", "film-plan")
    assert json.loads(str(shown.data)) == [
        {"Step": "scene_1", "Calls": 1, "Needs": "", "CNY": "¥6.00"},
        {"Step": "style", "Calls": 4, "Needs": "scene_1, scene_2", "CNY": "unknown"},
    ]
    assert shown.description == "**Rain**: ¥6.00, and 4 of unknown price; likely 60 to 300 s"


async def test_the_cost_table_tells_cached_failed_and_unknown_apart(prefect_server: str) -> None:
    """The cost table tells what was paid, what came from storage, what failed and what nobody knows."""
    shown = await stored(
        await in_a_flow(
            lambda: reporting.cost_table(
                manifest(
                    generation(),
                    generation(step="scene_2", cached=True, cost_cny=Decimal(0), seconds_taken=None),
                    generation(step="scene_3", status="FAILED", cost_cny=Decimal(0)),
                    generation(step="scene_4", cost_cny=None, quoted_cny=None),
                )
            )
        )
    )
    assert shown.key == "film-cost"
    assert [(r["Status"], r["Cost"], r["Took"]) for r in json.loads(str(shown.data))] == [
        ("succeeded", "¥6.00", "12.3 s"),
        ("cached", "–", "–"),
        ("failed", "¥0.00", "12.3 s"),
        ("succeeded", "unknown", "12.3 s"),
    ]
    assert shown.description == r"**The \*Night\* Train**: ¥6.00, saved by the cache ¥4.50, and 1 of unknown cost"


async def test_the_progress_bar_moves_seldom_and_ends_full(prefect_server: str) -> None:
    """However often it is told, the bar moves once in its interval, and the end is always shown."""
    now = 0.0
    bar = reporting.Progress(pipeline="film", title="Rain", every=2.0, clock=lambda: now)
    seen: list[tuple[float, str | None]] = []

    async def work() -> None:
        nonlocal now
        for done, at in ((1, 0.0), (2, 0.5), (3, 1.9), (4, 2.1), (5, 2.2), (8, 2.3)):
            now = at
            await bar.update(done, 8, f"scene {done}")
            shown = await stored(bar._artifact)
            seen.append((float(str(shown.data)), shown.description))

    await in_a_flow(work)
    assert seen == [
        (12.5, "Rain: scene 1"),
        (12.5, "Rain: scene 1"),
        (12.5, "Rain: scene 1"),
        (50.0, "Rain: scene 4"),
        (50.0, "Rain: scene 4"),
        (100.0, "Rain: scene 8"),
    ]


async def test_many_voices_move_one_progress_bar(prefect_server: str) -> None:
    """Told by many at once, there is still one bar, and it ends full."""
    bar = reporting.Progress(pipeline="film", title="Many voices", every=0)

    async def work() -> list[Artifact]:
        await asyncio.gather(*(bar.update(done, 8, f"scene {done}") for done in range(1, 9)))
        async with get_client() as client:
            return await client.read_artifacts(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_id()])))

    def run_id() -> UUID:
        context = FlowRunContext.get()
        assert context and context.flow_run
        return context.flow_run.id

    (shown,) = await in_a_flow(work)
    assert float(str(shown.data)) == 100


async def test_a_contact_sheet_without_a_link_is_shown_inline_and_small(prefect_server: str) -> None:
    """A contact sheet from a disk is shown as a JPEG inside markdown, made to fit."""
    sheet = jpeg(2000, 1500)
    assert len(sheet) > 1_000_000
    shown = await stored(
        await in_a_flow(lambda: reporting.contact_sheet_artifact(sheet, pipeline="film", title="Rain"))
    )
    found = re.fullmatch(r"!\[Contact sheet of Rain\]\(data:image/jpeg;base64,([A-Za-z0-9+/=]+)\)", str(shown.data))
    assert shown.type == "markdown" and found
    assert len(found[1]) <= reporting.PICTURE_BYTES
    with Image.open(BytesIO(base64.b64decode(found[1]))) as picture:
        assert picture.format == "JPEG" and picture.width / picture.height == pytest.approx(4 / 3, abs=0.01)


async def test_a_contact_sheet_on_the_web_is_shown_by_its_link(prefect_server: str) -> None:
    """A contact sheet that a browser can reach is linked, not copied into the server's database."""
    link = "https://media.test/film/contact-sheet.jpg"
    shown = await stored(
        await in_a_flow(lambda: reporting.contact_sheet_artifact(b"", pipeline="film", title="Rain", link=link))
    )
    assert (shown.type, shown.data) == ("image", link)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://media.test/雨/index.html?X-Signature=abc", "[Rain](https://media.test/%E9%9B%A8/index.html)"),
        ("/srv/media/productions/rain/index.html", "/srv/media/productions/rain/index.html"),
        ("s3://films/productions/rain/index.html", "s3://films/productions/rain/index.html"),
    ],
)
async def test_a_production_is_linked_only_where_a_browser_can_go(prefect_server: str, uri: str, expected: str) -> None:
    """An http link is a link, without its signature; any other place is text to copy."""
    shown = await stored(await in_a_flow(lambda: reporting.production_link(uri, "Rain", pipeline="film")))
    assert shown.key == "film-production" and expected in str(shown.data)
    assert "Signature" not in str(shown.data) and ("](" in str(shown.data)) == uri.startswith("https")


async def test_what_cannot_be_shown_stops_nothing(prefect_server: str, caplog: pytest.LogCaptureFixture) -> None:
    """A picture nobody can read is a warning in the run's log, not the end of a paid production."""
    broken = b"\xff\xd8" + b"0" * reporting.PICTURE_BYTES
    shown = await in_a_flow(lambda: reporting.contact_sheet_artifact(broken, pipeline="film", title="Rain"))
    assert shown is None and "Not shown in the UI" in caplog.text


async def test_events_name_the_generation_and_the_production(
    monkeypatch: pytest.MonkeyPatch, prefect_server: str
) -> None:
    """Events carry what an automation asks for: which model, how it ended, what it cost."""
    sent: list[tuple[str, dict[str, str], dict[str, Any]]] = []
    monkeypatch.setattr(
        reporting, "emit_event", lambda event, resource, payload: sent.append((event, resource, payload))
    )
    failed = generation(status="FAILED", error={"code": "DataInspectionFailed", "message": "refused"})

    async def work() -> None:
        reporting.generation_event(generation(cost_cny=None), "succeeded")
        reporting.generation_event(failed, "failed")
        reporting.production_event(manifest(generation()))

    await in_a_flow(work)
    assert [name for name, _, _ in sent] == [
        "wanflow.generation.succeeded",
        "wanflow.generation.failed",
        "wanflow.production.finished",
    ]
    assert sent[0][1]["wanflow.model"] == "wan2.6-t2v" and sent[0][2]["cost_cny"] is None
    assert sent[1][2]["error"]["code"] == "DataInspectionFailed"
    assert sent[2][1]["prefect.resource.id"] == "wanflow.production.night-train-4f2a"
    json.dumps([payload for _, _, payload in sent])

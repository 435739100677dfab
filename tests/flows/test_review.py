from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest

from flows.manifest import Deliverable, Manifest, ManifestGeneration, ManifestScene, ManifestStep
from flows.review import render
from tasks.asset import Asset

END = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
PRESIGNED = "https://bucket.test/scene.mp4?Expires=99&Signature=s3cr3t"


class Page(HTMLParser):
    """A parsed page: every element with its attributes, and the text a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._quiet = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._quiet = tag in ("script", "style") or (self._quiet and tag not in ("body", "p"))

    def handle_endtag(self, tag: str) -> None:
        self._quiet = self._quiet and tag not in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def asset(path: str, media_type: str = "video/mp4", **changes: Any) -> Asset:
    """A finished file of a production."""
    given: dict[str, Any] = {
        "uri": f"/media/{path}",
        "path": path,
        "media_type": media_type,
        "bytes": 2_345_678,
        "sha256": "0123456789abcdef" * 4,
        "width": 1280,
        "height": 720,
    }
    return Asset(**given | changes)


def deliverable(path: str, media_type: str = "video/mp4", **changes: Any) -> Deliverable:
    """A file at its place in the production."""
    return Deliverable(path=path, asset=asset(path, media_type, **changes))


def generation(**changes: Any) -> ManifestGeneration:
    """A paid and finished generation of the first scene."""
    given: dict[str, Any] = {
        "step": "scene_1",
        "fingerprint": "f" * 64,
        "model": "wan2.6-t2v",
        "request": {"model": "wan2.6-t2v", "input": {"prompt": "rain"}, "parameters": {"duration": 5}},
        "task_id": "0385dc79-5ff8-4d82-bcb6-00000000000a",
        "status": "SUCCEEDED",
        "seed": 4711,
        "usage": {"duration": 5, "SR": 720},
        "cost_cny": Decimal("3.0"),
        "seconds_taken": 61.4,
        "assets": [asset("scenes/01-raw.mp4")],
    }
    return ManifestGeneration(**given | changes)


def scene(number: int = 1, **changes: Any) -> ManifestScene:
    """A scene of two shots, filmed and restyled."""
    given: dict[str, Any] = {
        "number": number,
        "title": "雨巷",
        "prompt": "A quiet night. Shot 1 [0-2s] Rain falls. Shot 2 [2-5s] 猫跑过。",
        "shots": [{"prompt": "Rain falls.", "seconds": 2}, {"prompt": "猫跑过。", "seconds": 3}],
        "seconds": 5,
        "model": "wan2.6-t2v",
        "style": "paper craft",
        "raw": f"scenes/{number:02d}-raw.mp4",
        "styled": f"scenes/{number:02d}-styled.mp4",
        "generations": ["f" * 64],
    }
    return ManifestScene(**given | changes)


def manifest(**changes: Any) -> Manifest:
    """A film of one scene, finished, made by the real service."""
    given: dict[str, Any] = {
        "wanflow": "0.1.0",
        "production": "rain-4f2a",
        "title": "Rain over the old town",
        "pipeline": "film",
        "started_at": END - timedelta(seconds=75),
        "finished_at": END,
        "storage": "s3://ada:pass@films?secret=1",
        "service": "https://dashscope.test/api/v1",
        "region": "beijing",
        "state": "done",
        "generations": [generation()],
        "scenes": [scene()],
        "deliverables": [
            deliverable("film.mp4", seconds=5),
            deliverable("film.jpg", "image/jpeg"),
            deliverable("contact-sheet.jpg", "image/jpeg"),
            deliverable("scenes/01-raw.mp4", seconds=5),
            deliverable("scenes/01-styled.mp4", seconds=5),
            deliverable("storyboard.yaml", "application/yaml", width=None, height=None),
        ],
        "contact_sheet": "contact-sheet.jpg",
        "cost_cny": Decimal("3.00"),
        "saved_cny": Decimal("1.25"),
    }
    return Manifest(**given | changes)


def page(**changes: Any) -> Page:
    """The page of a film with changes."""
    return Page(render(manifest(**changes)))


def test_the_page_loads_nothing_from_elsewhere() -> None:
    """Every link of the page is relative, and every script and style is inline."""
    shown = page()
    links = [e[name] for _, e in shown.elements for name in ("src", "href", "poster") if e.get(name)]
    assert links and all(link and link.startswith(("./", "#", "data:,")) for link in links)
    assert "src" not in shown.all("script")[0] and [e["rel"] for e in shown.all("link")] == ["icon"]
    assert "url(" not in render(manifest()) and "@import" not in render(manifest())


def test_the_film_has_its_poster_and_every_scene_is_a_chapter() -> None:
    """The film comes first, under its poster; each scene starts where the one before it ended."""
    scenes = [scene(1), scene(2, styled=None, error="style 2: refused"), scene(3)]
    clips = [deliverable(f"scenes/0{n}-{kind}.mp4", seconds=4.5) for n in (1, 3) for kind in ("raw", "styled")]
    shown = page(scenes=scenes, deliverables=[*manifest().deliverables[:2], *clips])
    film = shown.all("video")[0]
    assert (film["src"], film["poster"], film["width"]) == ("./film.mp4", "./film.jpg", "1280")
    chapters = [(a["data-chapter"], a["data-until"]) for a in shown.all("a") if "data-chapter" in a]
    assert chapters == [("0.00", "4.50"), ("4.50", "9.00")]


def test_a_scene_stands_beside_its_prompt_and_all_its_facts() -> None:
    """A scene shows its prompt, shots with time marks, model, style, seed, task id, cost and seconds."""
    shown = page()
    for words in (
        "雨巷",
        "Shot 1 [0-2s] Rain falls.",
        "0:00–0:02",
        "0:02–0:05",
        "猫跑过。",
        "wan2.6-t2v",
        "paper craft",
        "4711",
        "0385dc79-5ff8-4d82-bcb6-00000000000a",
        "¥3.00",
        "1 min 1 s",
        "Side by side",
    ):
        assert words in shown.text, words
    copied = [b["data-copy"] for b in shown.all("button") if "data-copy" in b]
    assert copied == ["0385dc79-5ff8-4d82-bcb6-00000000000a"] * 2
    assert {"lang": "zh-Hans"} in shown.all("p") and {"lang": "en"} in shown.all("p")


def test_markup_in_any_text_is_inert() -> None:
    """A prompt, a title, an error or a name with markup in it is text, not markup."""
    evil = "</p><script>alert(1)</script><img src=x onerror=alert(2)>\"'"
    shown = page(
        title=evil,
        description=evil,
        scenes=[scene(title=evil, prompt=evil, style=evil, error=evil, shots=[{"prompt": evil, "seconds": 5}])],
        generations=[generation(model=evil, task_id=evil, error={"code": evil, "message": evil}, usage={"size": evil})],
        steps=[ManifestStep(name=evil, uses=evil, state="failed", reason=evil)],
        deliverables=[deliverable(evil), deliverable("javascript:alert(3)", "image/png")],
        flow_run_id=evil,
    )
    assert len(shown.all("script")) == 1
    assert not [e for _, e in shown.elements if any(name.startswith("on") for name in e)]
    assert not [e for e in shown.all("a") + shown.all("img") if "javascript:" in str(e.get("href")) + str(e.get("src"))]
    assert "alert(1)" in shown.text


def test_no_secret_and_no_presigned_address_reaches_the_page() -> None:
    """Query strings and user names of addresses, provider keys and inline media are left out wherever they stand."""
    secret = {
        "model": "m",
        "input": {
            "video_url": PRESIGNED,
            "img_url": "data:image/png;base64," + "A" * 5000,
            "prompt": f"see {PRESIGNED}",
        },
        "api_key": "verysecret",
        "parameters": {"authorization": "Bearer hush"},
    }
    html = render(
        manifest(
            generations=[
                generation(request=secret, error={"code": "X", "message": f"sk-0123456789abcdef at {PRESIGNED}"})
            ],
            scenes=[scene(prompt=f"see {PRESIGNED}", error=f"cannot read {PRESIGNED}", shots=[])],
        )
    )
    for word in ("s3cr3t", "Signature", "sk-0123", "verysecret", "hush", "AAAAAAAA", "ada:pass", "secret=1"):
        assert word not in html, word
    assert "https://bucket.test/scene.mp4" in html and "data:image/png,…" in html


def test_the_totals_tell_cost_savings_and_what_is_unknown() -> None:
    """An unknown cost is never shown as nothing, and the emulator's price is not called a cost."""
    shown = page(cost_cny=None, unknown_costs=2, generations=[generation(cost_cny=None)])
    assert "Cost unknown in this run, CNY" in shown.text and "Saved by cache ¥1.25" in shown.text
    assert "Cost unknown 2 not in the sum" in shown.text and "¥0.00" not in shown.text
    assert "animatic" not in shown.text
    animatic = page(service="emulator", region="emulator")
    assert "embedded emulator: an animatic, not a paid film" in animatic.text
    assert "List price ¥3.00 nothing was charged" in animatic.text


def test_a_failed_scene_says_why_and_which_prompt() -> None:
    """A failed scene is named at the top with its reason, and again beside the prompt that failed."""
    reason = "DataInspectionFailed: the text was refused"
    failed = scene(2, title="Harbour", raw=None, styled=None, error=reason, generations=["e" * 64])
    lost = generation(fingerprint="e" * 64, status="FAILED", error={"code": "DataInspectionFailed"}, assets=[])
    shown = page(state="partly", scenes=[scene(), failed], generations=[generation(), lost])
    assert "What failed Scene 2, Harbour : " + reason in shown.text
    assert "#scene-2" in [a["href"] for a in shown.all("a")] and "scene-2" in [a["id"] for a in shown.all("article")]
    assert "This scene failed. " + reason in shown.text and "Partly done" in shown.text and "No clip" in shown.text


@pytest.mark.parametrize("cached", [True, False])
def test_the_generations_stand_in_a_table(cached: bool) -> None:
    """The table of generations shows status, cache, usage, cost, task and the checksum in short."""
    shown = page(generations=[generation(cached=cached, index=1)], scenes=[])
    row = shown.text[shown.text.index("SHA-256 ") :]
    assert re.match(
        r"SHA-256 scene_1 2 wan2\.6-t2v succeeded (cached )?5 s, 720P (saved )?¥3\.00 1 min 1 s 0385dc79\S+ 01234567",
        row,
    )
    assert ("succeeded cached" in row) is cached and ("saved ¥3.00" in row) is cached
    assert '"duration": 5' in row


def test_other_productions_show_what_they_deliver_and_their_steps() -> None:
    """Without scenes the page is a gallery of what was delivered, and the steps that led there."""
    shown = page(
        pipeline="product-teaser",
        scenes=[],
        contact_sheet=None,
        deliverables=[
            deliverable("teaser.mp4", seconds=5),
            deliverable("plakat 雨#1.png", "image/png"),
            deliverable("voice.mp3", "audio/mpeg", width=None, height=None, seconds=3.25),
            deliverable("boxes.json", "application/json", width=None, height=None),
        ],
        steps=[
            ManifestStep(name="scene_1", title="Setting", uses="wanx-background-generation-v2", state="done"),
            ManifestStep(name="check", uses="emo-detect-v1", state="skipped", reason="not asked for"),
        ],
    )
    assert [v["src"] for v in shown.all("video")] == ["./teaser.mp4"]
    assert [i["src"] for i in shown.all("img")] == ["./plakat%20%E9%9B%A8%231.png"]
    assert [a["src"] for a in shown.all("audio")] == ["./voice.mp3"]
    assert "voice.mp3 3.2 s · 2.3 MB" in shown.text and "boxes.json" in shown.text
    assert "Setting wanx-background-generation-v2 done" in shown.text and "not asked for" in shown.text


def test_a_production_that_delivered_nothing_still_has_its_page() -> None:
    """A production that failed whole shows why, without a film and without a broken link."""
    lost = scene(raw=None, styled=None, error="AuthenticationError: wrong key", generations=[])
    shown = page(
        state="failed", scenes=[lost], deliverables=[], contact_sheet=None, generations=[], cost_cny=Decimal(0)
    )
    assert not shown.all("video") and not shown.all("img")
    assert "There is no film" in shown.text and "wrong key" in shown.text
    assert page(state="failed", scenes=[], deliverables=[], contact_sheet=None, generations=[]).text


def test_a_film_that_failed_outside_its_scenes_shows_the_step() -> None:
    """When every scene is well and something after them failed, the page leads to the step that did."""
    steps = [ManifestStep(name="score", uses="mux", state="failed", reason="the music cannot be read")]
    shown = page(state="partly", steps=steps)
    assert "What failed score : the music cannot be read" in shown.text
    assert "#steps" in [a["href"] for a in shown.all("a")] and "steps" in [h.get("id") for h in shown.all("h2")]


def test_the_page_is_light() -> None:
    """The page of a film of one scene stays under 40 KB, all included."""
    assert len(render(manifest()).encode()) < 40_000

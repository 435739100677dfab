from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from flows.manifest import Deliverable, Manifest, ManifestGeneration, ManifestScene
from flows.review import render
from tasks.asset import Asset

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))), None
)
FLAGS = ["--no-sandbox", "--headless=new", "--disable-gpu", "--disable-background-networking"]
PLAYABLE = "[...document.querySelectorAll('video')].every(video => video.readyState >= 2)"
VISIBLE = "[...document.querySelectorAll('#scene-1 video')].map(video => video.offsetParent !== null)"

pytestmark = pytest.mark.browser


def clip(path: Path, seconds: int, hue: int) -> None:
    """A small film in which something moves."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as film:
        stream = film.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for at in range(seconds * 10):
            picture = np.full((180, 320, 3), hue, dtype=np.uint8)
            picture[60:120, at * 2 % 260 : at * 2 % 260 + 60] = 250 - hue
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(stream.encode())


def delivered(folder: Path, path: str, media_type: str, seconds: float | None = None) -> Deliverable:
    """A file of the production as the manifest tells it."""
    content = (folder / path).read_bytes()
    asset = Asset(
        uri=str(folder / path),
        path=path,
        media_type=media_type,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        width=320,
        height=180,
        seconds=seconds,
        fps=10,
    )
    return Deliverable(path=path, asset=asset)


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of two scenes, English and Chinese, with its page, in a folder with a difficult name."""
    folder = tmp_path_factory.mktemp("productions") / "雨 #1 100%"
    for number, seconds in ((1, 2), (2, 3)):
        for hue, kind in ((60, "raw"), (160, "styled")):
            clip(folder / f"scenes/0{number}-{kind}.mp4", seconds, hue + number * 20)
    clip(folder / "film.mp4", 5, 90)
    Image.new("RGB", (320, 180), (90, 60, 30)).save(folder / "film.jpg")
    Image.new("RGB", (320, 180), (30, 60, 90)).save(folder / "sheet.jpg")
    scenes = [
        ManifestScene(
            number=number,
            title=title,
            prompt=text,
            shots=[{"prompt": text, "seconds": 1}, {"prompt": "x" * 200, "seconds": seconds - 1}],
            seconds=seconds,
            model="wan2.6-t2v",
            style="paper craft",
            raw=f"scenes/0{number}-raw.mp4",
            styled=f"scenes/0{number}-styled.mp4",
            generations=[str(number) * 64],
        )
        for number, seconds, title, text in (
            (1, 2, "The platform", "Snow falls. <script>document.title = 'taken'</script>"),
            (2, 3, "海边的清晨", "列车驶出隧道，大海忽然铺满画面。" * 9),
        )
    ]
    end = datetime.now(UTC)
    manifest = Manifest(
        wanflow="0.1.0",
        production="a-production-with-a-very-long-name-that-nobody-can-break-4f2a",
        title="The Night Train",
        pipeline="film",
        started_at=end - timedelta(seconds=70),
        finished_at=end,
        storage="/srv/" + "media/" * 20,
        service="emulator",
        region="emulator",
        state="done",
        scenes=scenes,
        contact_sheet="sheet.jpg",
        cost_cny=Decimal("3.10"),
        saved_cny=Decimal(0),
        generations=[
            ManifestGeneration(
                step=f"scene_{n}",
                fingerprint=str(n) * 64,
                model="wan2.6-t2v",
                request={"model": "wan2.6-t2v", "input": {"prompt": "x" * 900}},
                task_id=f"0385dc79-5ff8-4d82-bcb6-00000000000{n}",
                status="SUCCEEDED",
                usage={"duration": n + 1, "SR": 720},
                cost_cny=Decimal("1.55"),
            )
            for n in (1, 2)
        ],
        deliverables=[
            delivered(folder, "film.mp4", "video/mp4", 5),
            delivered(folder, "film.jpg", "image/jpeg"),
            delivered(folder, "sheet.jpg", "image/jpeg"),
            *(delivered(folder, f"scenes/0{n}-{k}.mp4", "video/mp4", n + 1) for n in (1, 2) for k in ("raw", "styled")),
        ],
    )
    (folder / "index.html").write_text(render(manifest), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@dataclass
class Shown:
    """The open page and what it did: requests and complaints."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def open_page(browser: Browser, production: Path, width: int, **context: str) -> Shown:
    """The production's page, loaded from the disk, its clips playable."""
    page = browser.new_page(viewport={"width": width, "height": 900}, **context)
    page.set_default_timeout(30_000)
    shown = Shown(page)
    page.on("request", lambda request: shown.requests.append(request.url))
    page.on("requestfailed", lambda request: shown.complaints.append(request.url))
    page.on("console", lambda message: shown.complaints.append(message.text))
    page.on("pageerror", lambda error: shown.complaints.append(str(error)))
    page.goto((production / "index.html").as_uri())
    page.wait_for_function(PLAYABLE)
    return shown


@pytest.fixture
def shown(browser: Browser, production: Path) -> Iterator[Shown]:
    """The page on a wide screen."""
    opened = open_page(browser, production, 1440)
    yield opened
    opened.page.close()


def test_the_page_opens_from_a_disk_without_a_word_to_the_network(shown: Shown) -> None:
    """From a disk every clip can be played, nothing is asked of the network, and the console stays silent."""
    assert shown.page.locator("video").count() == 5
    assert all(url.startswith("file://") for url in shown.requests if not url.startswith("data:"))
    assert shown.complaints == []
    assert shown.page.title() == "The Night Train"


def test_a_chapter_takes_the_film_to_its_scene(shown: Shown) -> None:
    """Choosing a scene plays the film from there, and the scene is marked as the one that plays."""
    chapter = shown.page.get_by_role("link", name="Play scene 2, 海边的清晨, from 0:02")
    chapter.click()
    shown.page.wait_for_function("document.getElementById('film').currentTime >= 2")
    assert shown.page.evaluate("document.getElementById('film').currentTime") < 4.5
    expect(chapter).to_have_attribute("aria-current", "true")
    assert shown.complaints == []


def test_a_chapter_is_reached_and_chosen_with_the_keyboard(shown: Shown) -> None:
    """A scene can be chosen without a mouse."""
    shown.page.get_by_role("link", name="Play scene 2").focus()
    shown.page.keyboard.press("Enter")
    shown.page.wait_for_function("document.getElementById('film').currentTime >= 2")


def test_a_shot_mark_plays_the_clip_from_that_shot(shown: Shown) -> None:
    """Choosing a shot plays its scene's clip from there; whatever played before stops."""
    shown.page.locator("[data-chapter]").first.click()
    shown.page.locator("#scene-2 [data-shot]").nth(1).click()
    shown.page.wait_for_function("document.querySelector('#scene-2 .styled video').currentTime >= 1")
    shown.page.wait_for_function("document.getElementById('film').paused")
    expect(shown.page.locator("#scene-2 li[data-from]").nth(1)).to_have_attribute("aria-current", "true")


def test_raw_and_styled_stand_side_by_side_and_play_together(shown: Shown) -> None:
    """The raw clip can be put beside the styled one or in its place; side by side they play together."""
    assert shown.page.evaluate(VISIBLE) == [True, False]
    shown.page.locator("#scene-1 label", has_text="Side by side").click()
    assert shown.page.evaluate(VISIBLE) == [True, True]
    boxes = [shown.page.locator(f"#scene-1 .{kind} video").bounding_box() for kind in ("styled", "raw")]
    assert boxes[0] and boxes[1] and boxes[0]["y"] == boxes[1]["y"] and boxes[0]["x"] < boxes[1]["x"]
    shown.page.locator("#scene-1 [data-shot]").nth(1).click()
    shown.page.wait_for_function("document.querySelector('#scene-1 .raw video').currentTime >= 1")
    shown.page.locator("#scene-1 label", has_text="Raw").click()
    assert shown.page.evaluate(VISIBLE) == [False, True]


def test_a_task_id_is_copied_with_one_click(browser: Browser, production: Path) -> None:
    """A click on a task id puts it on the clipboard and says so."""
    shown = open_page(browser, production, 1440)
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.page.locator("#scene-2 .copy").click()
    expect(shown.page.get_by_role("status")).to_have_text("Copied 0385dc79-5ff8-4d82-bcb6-000000000002")
    assert shown.page.evaluate("navigator.clipboard.readText()") == "0385dc79-5ff8-4d82-bcb6-000000000002"
    shown.page.close()


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 390, 768, 1600])
def test_no_screen_is_too_narrow(browser: Browser, production: Path, width: int) -> None:
    """From a small phone to a wide screen nothing is wider than the window, details opened or not."""
    shown = open_page(browser, production, width)
    for _ in range(2):
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
        shown.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    shown.page.close()


def test_text_can_be_read_against_its_ground(shown: Shown) -> None:
    """Every text colour of the page has a contrast of at least 4.5 to 1 against the darkest and the lightest ground."""
    palette = shown.page.evaluate(
        """() => Object.fromEntries(["room", "wall", "seat", "light", "dim", "lamp", "good", "bad"].map(
            name => [name, getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim()]))"""
    )

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for text in ("light", "dim", "lamp", "good", "bad"):
        for ground in ("room", "wall", "seat"):
            contrast = (luminance(palette[text]) + 0.05) / (luminance(palette[ground]) + 0.05)
            assert contrast >= 4.5, (text, ground, contrast)

"""One portrait, many stickers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from blocks.emulator import Emulator, Rule, Scenario
from blocks.media import probe
from flows.plan import Plan
from flows.producing import ProductionFailed
from flows.production import Production

Made = Callable[..., Awaitable[Production]]
Held = Callable[[Path], tuple[list[str], int]]
FACES = ["mengwa_kaixin", "jingdian_tiaopi", "dagong_zhuakuang", "mengwa_gandong"]


def stickers(production: Production, ending: str) -> list[str]:
    """The faces of which there is a sticker."""
    paths = [Path(one.path) for one in production.manifest.deliverables]
    return [path.stem for path in paths if path.suffix == ending and path.parent.name == "stickers"]


async def test_the_portrait_is_checked_once_for_all_faces(plan_of: Callable[..., Awaitable[Plan]]) -> None:
    """Four faces are one check and four clips; how long those will be, and what they cost, only the service knows."""
    plan = await plan_of("sticker-pack")
    assert {row.name: row.calls for row in plan.steps if row.paid} == {"check": 1, "clip": 4}
    assert (plan.total_cny, plan.unknown) == (Decimal("0.004"), ["clip"])


@pytest.mark.slow
async def test_another_face_is_asked_for_alone(made: Made, submits: Callable[[], list[str]]) -> None:
    """A face more is one clip more, smaller stickers are none; each is there in three forms, named after its face."""
    await made("sticker-pack", "faces=mengwa_kaixin")
    assert len(submits()) == 1
    production = await made("sticker-pack", "faces=mengwa_kaixin,jingdian_lei", "width=120")
    assert len(submits()) == 2
    assert [one.cached for one in production.manifest.generations] == [True, True, False]
    for ending in (".gif", ".webp", ".mp4"):
        assert stickers(production, ending) == ["mengwa_kaixin", "jingdian_lei"]


@pytest.mark.slow
async def test_a_face_that_fails_is_left_out(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Moderation refuses one clip of four: three stickers and their sheet are delivered, and the state says partly."""
    rule = Rule.model_validate({"at": "task", "model": "emoji-v1", "nth": [2], "do": "moderate"})
    with Emulator(render="none", scenario=Scenario(rules=[rule])) as emulator:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
        production = await made("sticker-pack")
        assert len(emulator.tasks()) == len(FACES)
    assert production.state == "partly"
    assert len(stickers(production, ".gif")) == 3
    assert set(stickers(production, ".gif")) < set(FACES)
    assert "sheet.jpg" in [one.path for one in production.manifest.deliverables]


@pytest.mark.slow
async def test_a_portrait_that_does_not_suit_costs_its_check_only(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the check says no, no sticker is asked for."""
    rule = Rule.model_validate({"at": "check", "do": "fail_check"})
    with Emulator(render="none", scenario=Scenario(rules=[rule])) as emulator:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
        with pytest.raises(ProductionFailed, match=r"check\.passed.*No human face detected"):
            await made("sticker-pack")
        assert not emulator.tasks()


@pytest.mark.slow
async def test_stickers_play_for_ever_and_differ(rendered: Made, held: Held) -> None:
    """GIF and WebP are 240 pixels wide, as long as the clip, and loop; MP4s are square; the sheet shows all four."""
    production = await rendered("sticker-pack")
    home = Path(production.uri)
    firsts = set()
    for face in FACES:
        for ending in ("gif", "webp"):
            with Image.open(home / f"stickers/{face}.{ending}") as sticker:
                assert sticker.size == (240, 240)
                assert getattr(sticker, "n_frames", 1) == 24
                assert sticker.info.get("loop") == 0
                sticker.seek(12)
                firsts.add((ending, sticker.convert("RGB").tobytes()))
        film = probe(home / f"stickers/{face}.mp4")
        assert (film.width, film.height) == (512, 512)
        assert film.seconds == pytest.approx(2, abs=0.05)
        assert held(home / f"stickers/{face}.mp4") == (["video"], 60)
    assert len(firsts) == 2 * len(FACES)
    sheet = Image.open(home / "sheet.jpg")
    assert sheet.width == 1280 and sheet.height > 2 * 405
    assert sheet.convert("L").crop((437, 425, 842, 460)).getextrema()[1] > 150, "no name under a sticker"

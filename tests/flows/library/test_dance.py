"""Photos that dance."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from blocks.emulator import Emulator, Rule, Scenario
from blocks.media import probe
from blocks.media.frames import picture_at
from flows.document import InvalidInput
from flows.plan import Plan
from flows.production import Production

Made = Callable[..., Awaitable[Production]]
Held = Callable[[Path], tuple[list[str], int]]
PlanOf = Callable[..., Awaitable[Plan]]
CHECK, TEMPLATE, DANCE = "animate-anyone-detect-gen2", "animate-anyone-template-gen2", "animate-anyone-gen2"


async def test_the_clip_is_read_once_for_all_photos(plan_of: PlanOf) -> None:
    """Two photos are two checks and two dances, with one template of three seconds; nothing else is asked for."""
    plan = await plan_of("dance")
    rows = {row.name: (row.calls, row.quote_cny) for row in plan.steps if row.paid and row.calls}
    assert rows == {"check": (2, Decimal("0.008")), "template": (1, Decimal("0.24")), "danced": (2, None)}


@pytest.mark.parametrize(
    ("keep", "step", "price"), [("yes", "moved", Decimal("2.40")), ("no", "placed", Decimal("3.60"))]
)
async def test_the_background_decides_what_wan_makes(plan_of: PlanOf, keep: str, step: str, price: Decimal) -> None:
    """Before the photo's background people move, before the clip's they are placed; neither needs a check."""
    plan = await plan_of("dance", "family=wan-animate", f"keep_background={keep}")
    assert [row.name for row in plan.steps if row.paid and row.calls] == [step]
    assert plan.total_cny == price


async def test_a_dance_in_another_shape_than_the_photo_is_refused(plan_of: PlanOf) -> None:
    """The photos are 3:4: a dance of 9:16 would stretch them before their own background, not before the clip's."""
    with pytest.raises(InvalidInput, match=r"danced.*video_ratio: is 9:16; image_url is 720x960 .* 3:4 is nearer"):
        await plan_of("dance", "shape=9:16")
    await plan_of("dance", "shape=9:16", "keep_background=no")


@pytest.mark.slow
async def test_another_photo_dances_to_the_same_template(made: Made, submits: Callable[[], list[str]]) -> None:
    """A photo more is one check and one dance more, another background two dances; the template is not made again."""
    photos = [str(Path(__file__).parents[3] / f"flows/examples/dance/{name}.jpg") for name in ("maya", "leo")]
    await made("dance", f"photos={photos[0]}")
    assert sorted(submits()) == [DANCE, TEMPLATE]
    second = await made("dance", f"photos={','.join(photos)}")
    assert sorted(submits()) == [DANCE, DANCE, TEMPLATE]
    fresh = [one.model for one in second.manifest.generations if not one.cached]
    assert sorted(fresh) == [CHECK, DANCE]
    assert [one.path for one in second.manifest.deliverables if one.path.endswith(".mp4")] == [
        "dance-01.mp4",
        "dance-02.mp4",
    ]
    third = await made("dance", f"photos={','.join(photos)}", "keep_background=no", "shape=9:16")
    assert [one.model for one in third.manifest.generations if not one.cached] == [DANCE, DANCE]


@pytest.mark.slow
async def test_a_photo_that_does_not_suit_is_left_out(
    made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """When the check refuses one of two photos, the other dances alone and the production says that it is partial."""
    rule = Rule.model_validate({"at": "check", "times": 1, "do": {"kind": "fail_check", "reason": "No body."}})
    with Emulator(render="none", scenario=Scenario(rules=[rule])) as emulator:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
        production = await made("dance")
    assert production.state == "partly"
    assert [one.path for one in production.manifest.deliverables if one.path.endswith(".mp4")] == ["dance.mp4"]
    assert [one.model for one in production.manifest.generations].count(DANCE) == 1


@pytest.mark.slow
async def test_when_no_photo_suits_the_clip_is_not_read(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """All photos refused, nothing is paid beyond the checks."""
    rule = Rule.model_validate({"at": "check", "do": "fail_check"})
    with Emulator(render="none", scenario=Scenario(rules=[rule])) as emulator:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
        with pytest.raises(Exception, match="photos that suit"):
            await made("dance")
        assert not emulator.tasks()


@pytest.mark.slow
async def test_the_dances_last_as_long_as_the_clip_and_sound_like_it(rendered: Made, held: Held) -> None:
    """Both films are upright, three seconds, move, keep their photo's background, and carry the clip's music."""
    production = await rendered("dance")
    for number, name in enumerate(("maya", "leo"), 1):
        path = Path(production.uri) / f"dance-{number:02}.mp4"
        film = probe(path)
        assert (film.width, film.height, film.fps, film.has_audio) == (816, 1104, 15, True)
        assert film.seconds == pytest.approx(3, abs=0.1)
        assert held(path) == (["audio", "video"], 45)
        early, late = (np.asarray(picture_at(path, at).convert("RGB").resize((204, 276)), int) for at in (0.1, 0.6))
        changed = np.abs(early - late).max(axis=-1) > 40
        assert 0.03 < changed.mean() < 0.35
        assert changed[45:130].mean() > 0.05, "head and arms stand still"
        around = (changed[:30], changed[-8:], changed[:, :20], changed[:, -20:])
        assert not any(rim.any() for rim in around), f"what is around {name} dances"

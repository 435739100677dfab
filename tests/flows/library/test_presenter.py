"""A portrait that says what was recorded."""

from __future__ import annotations

import wave
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

import flows
from blocks.emulator import Emulator, Rule, Scenario
from blocks.media import probe
from blocks.media.frames import picture_at
from flows.document import InvalidInput
from flows.plan import Plan
from flows.producing import ProductionFailed
from flows.production import Production

Made = Callable[..., Awaitable[Production]]
Held = Callable[[Path], tuple[list[str], int]]
PlanOf = Callable[..., Awaitable[Plan]]
WELCOME = Path(flows.__file__).parent / "examples" / "presenter" / "1-welcome.mp3"


@pytest.mark.parametrize(
    ("need", "asked", "price"),
    [
        ("cheapest", ["light_check", "light", "close_check", "close"], "0.12"),
        ("long", ["light_check", "light", "close_check", "close"], "0.12"),
        ("close-up", ["close_check", "close", "last_check", "last"], "0.12"),
        ("full-body", ["body_check", "body", "close_check", "close", "last_check", "last"], "2.82"),
    ],
)
async def test_the_need_decides_who_may_be_asked(plan_of: PlanOf, need: str, asked: list[str], price: str) -> None:
    """Each need has its models in order; those that stand by are in the plan, those without a chance are not."""
    plan = await plan_of("presenter", f"need={need}")
    assert [row.name for row in plan.steps if row.paid and row.calls] == asked
    assert plan.unknown == ["close"]
    assert round(plan.total_cny, 2) == Decimal(price)


@pytest.mark.parametrize(("need", "refused"), [("close-up", True), ("cheapest", False)])
async def test_too_long_a_recording_is_refused_before_the_portrait_is_checked(
    plan_of: PlanOf, tmp_path: Path, need: str, refused: bool
) -> None:
    """A close-up takes a minute at most, so 70 seconds are refused at once; where it only stands by, they are not."""
    path = tmp_path / "speech.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(2 * 8000 * 70))
    said = "steps.close.input.audio_url: speech.wav is 70.0 seconds long; allowed: at most 60"
    with pytest.raises(InvalidInput, match=said) if refused else nullcontext():
        plan = await plan_of("presenter", f"need={need}", f"speech={path}")
        assert plan.warnings == [f"should emo-v1 be asked after another check's no, it refuses {said}"]


@contextmanager
def service(monkeypatch: pytest.MonkeyPatch, *refusing: str) -> Iterator[Emulator]:
    """A service of which some checks refuse every picture."""
    rules = [Rule.model_validate({"at": "check", "model": model, "do": "fail_check"}) for model in refusing]
    with Emulator(render="none", scenario=Scenario(rules=rules)) as emulator:
        monkeypatch.setenv("DASHSCOPE_BASE_URL", emulator.base_url)
        yield emulator


def asked_in(production: Production) -> list[str]:
    """The models that were asked, once each, in their order."""
    return list(dict.fromkeys(one.model for one in production.manifest.generations))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "refusing", "asked"),
    [
        (["need=cheapest"], [], ["liveportrait-detect", "liveportrait"]),
        (["need=full-body"], [], ["wan2.2-s2v-detect", "wan2.2-s2v"]),
        (["need=close-up"], ["emo-*"], ["emo-detect-v1", "liveportrait-detect", "liveportrait"]),
        (["need=long"], ["liveportrait-*"], ["liveportrait-detect", "emo-detect-v1", "emo-v1"]),
        (
            ["model=wan2.2-s2v"],
            ["wan2.2-*", "emo-*"],
            ["wan2.2-s2v-detect", "emo-detect-v1", "liveportrait-detect", "liveportrait"],
        ),
    ],
)
async def test_a_check_that_refuses_leads_to_the_next_model(
    made: Made, monkeypatch: pytest.MonkeyPatch, given: list[str], refusing: list[str], asked: list[str]
) -> None:
    """Only the checks that are needed are paid for, and one model makes the video."""
    with service(monkeypatch, *refusing) as emulator:
        production = await made("presenter", *given, f"speech={WELCOME}")
        assert [task.model for task in emulator.tasks()] == asked[-1:]
    assert asked_in(production) == asked
    assert production.state == "done"


@pytest.mark.slow
async def test_when_every_check_refuses_the_run_fails(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is filmed, and the run does not end as if all were well; nor does the next, which pays for no check."""
    with service(monkeypatch, "*") as emulator:
        for _ in range(2):
            with pytest.raises(ProductionFailed, match="all recordings"):
                await made("presenter")
        assert not emulator.tasks()


@pytest.mark.slow
async def test_another_recording_is_filmed_alone(made: Made, submits: Callable[[], list[str]]) -> None:
    """One more recording is one more clip; another mood films both anew; the check is not paid again."""
    await made("presenter", f"speech={WELCOME}")
    assert len(submits()) == 1
    more = WELCOME.with_name("2-goodbye.mp3")
    second = await made("presenter", f"speech={WELCOME},{more}")
    assert len(submits()) == 2
    assert [one.cached for one in second.manifest.generations] == [True, True, False]
    third = await made("presenter", "mood=active", f"speech={WELCOME},{more}")
    assert len(submits()) == 4
    assert [one.cached for one in third.manifest.generations] == [True, False, False]


@pytest.mark.slow
async def test_the_video_is_as_long_as_the_speech_and_moves_its_mouth(rendered: Made, held: Held) -> None:
    """Two recordings become one video of 5.4 seconds with sound, of the portrait's size, in which the mouth moves."""
    production = await rendered("presenter")
    path = Path(production.uri) / "presenter.mp4"
    film = probe(path)
    assert (film.width, film.height, film.fps, film.has_audio) == (768, 1024, 24, True)
    assert film.seconds == pytest.approx(5.4, abs=0.15)
    assert held(path) == (["audio", "video"], pytest.approx(5.4 * 24, abs=3))
    mouths = [np.asarray(picture_at(path, at / 12).convert("L"), float)[480:600, 300:470] for at in range(12)]
    assert np.std(np.stack(mouths), axis=0).mean() > 3

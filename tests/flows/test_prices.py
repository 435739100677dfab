"""What a plan refuses before the steps before it are paid."""

from __future__ import annotations

import wave
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from flows.document import InvalidInput
from flows.pipeline import Pipeline
from flows.plan import make_plan
from tasks.reach import Reach

RESTYLED: dict[str, Any] = {
    "pipeline": "restyled",
    "steps": {
        "rain": {"model": "wan2.6-t2v", "input": {"prompt": "rain"}, "parameters": {"duration": 2, "size": "1280*720"}},
        "drawn": {"model": "video-style-transform", "input": {"video_url": "${rain.video}"}},
    },
}


async def test_what_the_region_lacks_is_refused_before_the_steps_before_it_are_paid(storage: Any) -> None:
    """The first step could be paid for in Singapore, the second only in Beijing: nothing is begun."""
    pipeline, reach = Pipeline.model_validate(RESTYLED), Reach(None, storage)
    with pytest.raises(InvalidInput, match="drawn.model: .*is served in beijing, not in singapore"):
        await make_plan(pipeline, {}, reach, emulated=False, region="singapore", place="singapore")


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    """A recording of two minutes and a second."""
    path = tmp_path / "voice.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(2 * 8000 * 121))
    return path


@pytest.mark.parametrize("place", ["beijing", "emulator", "gateway", "custom", None])
async def test_elsewhere_the_plan_is_made(storage: Any, place: str | None) -> None:
    """Where all of it is served, or where nobody but the owner of the address knows."""
    plan = await make_plan(Pipeline.model_validate(RESTYLED), {}, Reach(None, storage), emulated=False, place=place)
    assert plan.calls == 2


@pytest.mark.parametrize(("when", "refused"), [(None, True), ("${said.passed}", True), ("not ${said.passed}", False)])
async def test_a_file_that_does_not_suit_is_refused_before_what_goes_with_it_is_made(
    storage: Any, voice: Path, when: str | None, refused: bool
) -> None:
    """Too long a voice for a film to come refuses the plan; what is there for a check's no alone is warned of."""
    said = {"model": "wan2.2-s2v-detect", "input": {"image_url": "https://example.com/portrait.png"}}
    dubbed = {"model": "videoretalk", "input": {"video_url": "${rain.video}", "audio_url": str(voice)}}
    steps = {"rain": RESTYLED["steps"]["rain"], "said": said, "dubbed": dubbed | ({"when": when} if when else {})}
    pipeline = Pipeline.model_validate({"pipeline": "dubbed", "steps": steps, "deliver": {"a.mp4": "${dubbed.video}"}})
    with (
        pytest.raises(InvalidInput, match=r"dubbed.input.audio_url: voice.wav is 121\.0 seconds")
        if refused
        else nullcontext()
    ):
        plan = await make_plan(pipeline, {}, Reach(None, storage), emulated=True)
        assert plan.calls == 3
        assert plan.warnings == [
            "should videoretalk be asked after another check's no, it refuses steps.dubbed.input.audio_url: voice.wav"
            " is 121.0 seconds long; the bounds themselves are out; allowed: 2 to 120"
        ]


@pytest.mark.parametrize(("seconds", "refused"), [(15, True), (5, False)])
async def test_a_film_to_come_that_will_be_too_long_is_refused_before_it_is_made(
    storage: Any, seconds: int, refused: bool
) -> None:
    """Fifteen seconds thrice are 45, and restyling takes 30: none of them is paid for; three times five are fine."""
    rain = {"model": "wan2.6-t2v", "input": {"prompt": "rain"}, "parameters": {"duration": seconds}}
    film = {"use": "concatenate", "input": {"videos": ["${rain.video}"] * 3}}
    drawn = {"model": "video-style-transform", "input": {"video_url": "${film.video}"}}
    pipeline = Pipeline.model_validate({"pipeline": "drawn", "steps": {"rain": rain, "film": film, "drawn": drawn}})
    said = r"drawn.input.video_url: will be 45\.0 seconds long; allowed: at most 30"
    with pytest.raises(InvalidInput, match=said) if refused else nullcontext():
        assert (await make_plan(pipeline, {}, Reach(None, storage), emulated=True)).calls == 2


@pytest.mark.parametrize(
    ("require", "said"),
    [
        ("${size} >= 360", r"drawn.require\[0\]: requires \${size} >= 360, which is not so: size is 100"),
        ("${voiced.seconds} > 200", "requires .*, which is not so: voiced.seconds is 121"),
        ("${checked.passed}", None),
    ],
)
async def test_a_demand_that_is_sure_not_to_hold_is_refused_before_anything_is_paid(
    storage: Any, voice: Path, require: str, said: str | None
) -> None:
    """By a parameter, or by what a look at a given file says; what a model will say is left to the run."""
    checked = {"model": "wan2.2-s2v-detect", "input": {"image_url": "https://example.com/portrait.png"}}
    voiced = {"use": "probe", "input": {"media": str(voice)}}
    drawn = {"require": require, **RESTYLED["steps"]["drawn"]}
    steps = {**RESTYLED["steps"], "checked": checked, "voiced": voiced, "drawn": drawn}
    params = {"size": {"type": "integer", "default": 100}}
    pipeline = Pipeline.model_validate({"pipeline": "drawn", "params": params, "steps": steps})
    with pytest.raises(InvalidInput, match=said) if said else nullcontext():
        plan = await make_plan(pipeline, {}, Reach(None, storage), emulated=True)
        assert [(step.name, step.cached) for step in plan.steps if step.name == "voiced"] == [("voiced", 0)]

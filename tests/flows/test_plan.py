"""The plan prices a pipeline without a call."""

from __future__ import annotations

import wave
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from blocks import media
from blocks.emulator import Emulator
from flows.document import InvalidInput
from flows.engine import run_steps
from flows.pipeline import Pipeline
from flows.plan import Plan, make_plan
from tasks.reach import Reach
from tasks.session import Session

Planned = Callable[..., Any]

STYLED = """
pipeline: styled
steps:
  shot:
    title: the shot
    model: wan2.6-t2v
    input: {prompt: a street}
    parameters: {duration: 10, size: 1280*720}
  style: {model: video-style-transform, input: {video_url: "${shot.video}"}}
  film: {use: concatenate, input: {videos: ["${style.video}", "${shot.video}"]}}
deliver: {film.mp4: "${film.video}"}
"""


def price(plan: Plan, step: str) -> Decimal | None:
    return next(row.quote_cny for row in plan.steps if row.name == step)


async def test_every_step_has_its_price_and_restyling_that_of_the_seconds_before_it(planned: Planned) -> None:
    """Ten seconds at 720P cost 6.00, restyling the clip that is still to come 5.00, joining nothing."""
    plan = await planned(STYLED)
    assert [price(plan, name) for name in ("shot", "style", "film")] == [Decimal("6.0"), Decimal("5.0"), Decimal(0)]
    assert plan.total_cny == Decimal("11.0") and plan.unknown == [] and plan.calls == 2
    assert [row.needs for row in plan.steps] == [[], ["shot"], ["shot", "style"]]
    assert [row.title for row in plan.steps] == ["the shot", "style", "film"]
    assert plan.deliver == ["film.mp4"]


async def test_a_fan_out_counts_and_prices_every_item(planned: Planned) -> None:
    """Three items are three calls and three prices."""
    plan = await planned(
        """
pipeline: p
params: {words: {type: list, default: [dawn, noon, dusk]}}
steps:
  shots:
    for_each: ${words}
    model: wan2.6-t2v
    input: {prompt: "${item}"}
    parameters: {duration: 5, size: 1280*720}
"""
    )
    assert (plan.steps[0].calls, plan.steps[0].seconds, plan.total_cny) == (3, 15, Decimal("9.0"))


async def test_a_price_that_nobody_knows_is_unknown_and_not_nothing(planned: Planned) -> None:
    """The length of a video on the web is not known, nor that of a request whose seconds a run decides."""
    plan = await planned(
        """
pipeline: p
steps:
  style: {model: video-style-transform, input: {video_url: "https://example.com/a.mp4"}}
  shot: {model: wan2.6-t2v, input: {prompt: a street}}
  look: {use: probe, input: {media: "${shot.video}"}}
  next: {model: wan2.6-t2v, input: {prompt: a square}, parameters: {duration: "${look.seconds}"}}
"""
    )
    assert price(plan, "style") is None and price(plan, "next") is None
    assert plan.unknown == ["style", "next"]
    assert plan.total_cny == price(plan, "shot")


async def test_a_local_video_is_measured_for_its_price(planned: Planned, tmp_path: Path) -> None:
    """Restyling a file of four seconds costs four seconds."""
    import numpy as np

    with media.VideoWriter(tmp_path / "clip.mp4", 320, 320, 10) as writer:
        for _ in range(40):
            writer.write(np.zeros((320, 320, 3), dtype=np.uint8))
    text = """
pipeline: p
params: {clip: {type: video}}
steps:
  style: {model: video-style-transform, input: {video_url: "${clip}"}}
"""
    plan = await planned(text, clip="clip.mp4")
    assert price(plan, "style") == Decimal("2.0")


async def test_skipped_steps_cost_nothing_and_say_why(planned: Planned) -> None:
    """What `when` leaves out is no call; a step that follows an alternative is still planned."""
    text = """
pipeline: p
params: {more: {type: boolean, default: false}}
steps:
  shot: {model: wan2.6-t2v, input: {prompt: a street}, parameters: {duration: 5, size: 1280*720}}
  extra: {when: "${more}", model: wan2.6-t2v, input: {prompt: a square}}
  after: {use: last_frame, input: {video: "${extra.video}"}}
  end: {use: last_frame, input: {video: "${extra.video or shot.video}"}}
"""
    plan = await planned(text)
    rows = {row.name: row for row in plan.steps}
    assert (rows["extra"].calls, rows["extra"].note) == (0, "skipped: its `when` does not hold")
    assert (rows["after"].calls, rows["end"].calls) == (0, 1)
    assert plan.total_cny == Decimal("3.0")
    assert (await planned(text, more=True)).calls == 2


async def test_the_same_request_twice_is_priced_once(planned: Planned) -> None:
    """Two steps with one fingerprint are one generation; another take is another one."""
    shot = "{model: wan2.6-t2v, input: {prompt: a street}, parameters: {duration: 5, size: 1280*720}"
    plan = await planned(f"pipeline: p\nsteps:\n  a: {shot}}}\n  b: {shot}}}\n  c: {shot}, take: 2}}\n")
    assert [row.quote_cny for row in plan.steps] == [Decimal("3.0"), Decimal(0), Decimal("3.0")]
    assert plan.steps[1].note == "asks for the same again: paid once"


@pytest.mark.slow
async def test_what_a_run_finished_is_cached_in_the_next_plan(session: Session, service: Emulator) -> None:
    """After the run all is there and costs nothing; what an emulator made does not stand for paid work."""
    import yaml

    pipeline = Pipeline.model_validate(yaml.safe_load(STYLED))
    await run_steps(pipeline, {})
    sent = service.counts["submit"]
    plan = await make_plan(pipeline, {}, session.reach, emulated=True)
    assert [row.cached for row in plan.steps] == [1, 1, 1]
    assert (plan.total_cny, plan.cached) == (Decimal(0), 2)
    assert plan.saved_cny > 6
    real = await make_plan(pipeline, {}, session.reach, emulated=False)
    assert (real.cached, real.total_cny) == (0, Decimal("11.0"))
    assert service.counts["submit"] == sent


async def test_a_fan_out_that_was_finished_goes_on_to_the_next_step(session: Session) -> None:
    """Cached items keep their order and are lists to the steps after them."""
    import yaml

    text = """
pipeline: p
steps:
  shots: {for_each: [one, two], model: wan2.6-t2v, input: {prompt: "${item}"}, parameters: {duration: 2}}
  film: {use: concatenate, input: {videos: "${shots.video}"}}
"""
    pipeline = Pipeline.model_validate(yaml.safe_load(text))
    await run_steps(pipeline, {})
    plan = await make_plan(pipeline, {}, session.reach, emulated=True)
    assert [(row.calls, row.cached) for row in plan.steps] == [(2, 2), (1, 1)]


@pytest.mark.parametrize("region", ["beijing", "singapore"])
async def test_prices_are_those_of_the_region(tmp_path: Path, storage: Any, region: str) -> None:
    """Singapore has its own price."""
    pipeline = Pipeline.model_validate(
        {
            "pipeline": "p",
            "steps": {"a": {"model": "wan2.6-t2v", "input": {"prompt": "x"}, "parameters": {"duration": 5}}},
        }
    )
    plan = await make_plan(pipeline, {}, Reach(None, storage), emulated=True, region=region)
    assert plan.total_cny == {"beijing": Decimal("5.0"), "singapore": Decimal("5.504430")}[region]


async def test_what_a_check_will_find_stands_in_the_plan(planned: Planned) -> None:
    """Boxes and templates that are still to come take their fields' places; checks are priced, the rest is unknown."""
    plan = await planned(
        """
pipeline: p
params: {face: {type: image}, voice: {type: audio}, dance: {type: video}}
steps:
  look: {model: emo-detect-v1, input: {image_url: "${face}"}, parameters: {ratio: "3:4"}}
  talk:
    when: ${look.passed}
    model: emo-v1
    input: {image_url: "${face}", audio_url: "${voice}", face_bbox: "${look.face_bbox}", ext_bbox: "${look.ext_bbox}"}
  steps: {model: animate-anyone-template-gen2, input: {video_url: "${dance}"}}
  dancing: {model: animate-anyone-gen2, input: {image_url: "${face}", template_id: "${steps.template_id}"}}
""",
        face="https://example.com/a.png",
        voice="https://example.com/a.mp3",
        dance="https://example.com/a.mp4",
    )
    assert price(plan, "look") == Decimal("0.004")
    assert plan.unknown == ["talk", "steps", "dancing"]


async def test_a_text_to_come_may_name_any_character(planned: Planned) -> None:
    """Whether a prompt that is still to be written names every reference is looked at when it is there."""
    text = """
pipeline: p
params: {cat: {type: image}}
steps:
  words: {model: qwen-plus, input: {messages: [{role: user, content: "A scene for character1, please."}]}}
  scene:
    model: wan2.6-r2v
    input: {prompt: PROMPT, reference_urls: ["${cat}"]}
    parameters: {duration: 5, size: 1280*720}
"""
    for prompt in ('"${words.text}"', '"In rain: ${words.text}"'):
        plan = await planned(text.replace("PROMPT", prompt), cat="https://example.com/a.png")
        assert price(plan, "scene") == Decimal("3.0")
    with pytest.raises(InvalidInput, match="does not name character1"):
        await planned(text.replace("PROMPT", "a cat naps"), cat="https://example.com/a.png")


async def test_the_voice_decides_how_long_a_portrait_talks(planned: Planned, tmp_path: Path) -> None:
    """A voice of six seconds beside a picture is six seconds of video."""
    with wave.open(str(tmp_path / "voice.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000 * 6))
    Image.new("RGB", (512, 512)).save(tmp_path / "face.png")
    plan = await planned(
        """
pipeline: p
params: {face: {type: image}, voice: {type: audio}}
steps:
  talk: {model: wan2.2-s2v, input: {image_url: "${face}", audio_url: "${voice}"}}
""",
        face=str(tmp_path / "face.png"),
        voice=str(tmp_path / "voice.wav"),
    )
    assert (price(plan, "talk"), plan.steps[0].seconds) == (Decimal("3.0"), 6)


MAYBE = """
pipeline: p
params: {portrait: {type: image, default: portrait.png}, voice: {type: audio, default: voice.wav}}
steps:
  check: {model: wan2.2-s2v-detect, input: {image_url: "${portrait}"}}
  talks:
    when: ${check.passed}
    model: wan2.2-s2v
    input: {image_url: "${portrait}", audio_url: "${voice}"}
    parameters: {resolution: 480P}
  instead:
    when: not ${check.passed}
    model: liveportrait
    input: {image_url: "${portrait}", audio_url: "${voice}"}
  styled: {model: video-style-transform, input: {video_url: "${talks.video}"}}
  film: {use: concatenate, input: {videos: ["${talks.video or instead.video}"]}}
deliver: {a.mp4: "${film.video}"}
"""


async def test_what_only_a_run_will_decide_is_told_apart(planned: Planned, tmp_path: Path) -> None:
    """Either the one model or the other will talk: neither price is certain, nor that of what follows from one."""
    Image.new("RGB", (640, 640)).save(tmp_path / "portrait.png")
    with wave.open(str(tmp_path / "voice.wav"), "wb") as voice:
        voice.setparams((1, 2, 16000, 0, "NONE", ""))
        voice.writeframes(bytes(64000))
    plan = await planned(MAYBE)
    assert {row.name for row in plan.steps if row.maybe} == {"talks", "instead", "styled", "film"}
    assert plan.total_cny - plan.maybe_cny == price(plan, "check") == Decimal("0.004")


async def test_what_only_a_run_can_count_is_not_refused_for_its_number(planned: Planned, tmp_path: Path) -> None:
    """One picture each second of a clip on the web may be many: a film that compares them is planned."""
    plan = await planned(
        """
pipeline: p
steps:
  shots: {use: frames, input: {video: "https://example.org/clip.mp4", every_seconds: 1}}
  moved:
    for_each: ${shots.images}
    model: wan2.6-i2v-flash
    input: {img_url: "${item}", prompt: it moves}
    parameters: {resolution: 720P, duration: 2, audio: false}
  compared: {use: side_by_side, input: {videos: "${moved.video}"}}
deliver: {a.mp4: "${compared.video}"}
"""
    )
    assert [row.name for row in plan.steps] == ["shots", "moved", "compared"]

"""What a job leads to."""

import pickle
import time
from pathlib import Path

import pytest
from PIL import Image

from blocks.emulator.clip import make_clip
from blocks.emulator.render import RenderJob, render


def test_jobs_and_results_cross_processes(tmp_path: Path) -> None:
    """A job and what came of it survive pickling."""
    job = RenderJob(
        "wan2.2-t2v-plus", "t", {"input": {"prompt": "sea"}, "parameters": {"duration": 0.1}}, {}, tmp_path, 1
    )
    assert pickle.loads(pickle.dumps(job)) == job
    rendered = render(job)
    assert pickle.loads(pickle.dumps(rendered)) == rendered
    assert rendered.files == (tmp_path / "t.mp4",)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["wan2.6-t2i", "qwen-image-max", "wan2.2-t2i-flash"])
def test_picture_models_give_pictures(tmp_path: Path, model: str) -> None:
    """As many PNG files as asked for, of the asked size, different from one another."""
    body = {"input": {"prompt": "A lighthouse at dawn"}, "parameters": {"n": 2, "size": "1024*768"}}
    rendered = render(RenderJob(model, "t", body, {}, tmp_path, 1))
    assert len(rendered.files) == 2
    pictures = []
    for file in rendered.files:
        with Image.open(file) as picture:
            assert (picture.format, picture.size) == ("PNG", (1024, 768))
            pictures.append(picture.convert("RGB").tobytes())
    assert pictures[0] != pictures[1]


def test_editing_a_picture_works_on_it(tmp_path: Path, picture: Path) -> None:
    """An edited picture keeps its ratio and is another picture."""
    body = {"input": {"prompt": "at night"}, "parameters": {}}
    rendered = render(RenderJob("wan2.5-i2i-preview", "t", body, {"input.images.0": picture}, tmp_path, 1))
    with Image.open(rendered.files[0]) as made, Image.open(picture) as given:
        assert made.width / made.height == pytest.approx(given.width / given.height, abs=0.01)
        assert made.convert("RGB").tobytes() != given.convert("RGB").resize(made.size).tobytes()


def test_a_model_nobody_thought_of_is_rendered(tmp_path: Path, picture: Path) -> None:
    """Unknown models get an honest video from whatever they were given."""
    video = tmp_path / "clip.mp4"
    make_clip(video)
    for inputs in ({}, {"input.image_url": picture}, {"input.video_url": video, "input.image_url": picture}):
        body = {"input": {}, "parameters": {"duration": 1}}
        rendered = render(RenderJob("some-new-model", "t", body, inputs, tmp_path, 1))
        assert rendered.files[0].stat().st_size > 1000
        assert rendered.seconds >= 1


@pytest.mark.slow
def test_rendering_is_fast_enough_to_wait_for(tmp_path: Path) -> None:
    """Three seconds at 720p take at most five seconds of processor time (they take about one and a half)."""
    body = {"input": {"prompt": "雨夜，侦探走过街头，镜头推进"}, "parameters": {"size": "1280*720", "duration": 3}}
    began = time.process_time()
    render(RenderJob("wan2.6-t2v", "t", body, {}, tmp_path, 1))
    assert time.process_time() - began < 5


@pytest.mark.slow
def test_restyling_is_fast_enough_to_wait_for(tmp_path: Path, story) -> None:  # type: ignore[no-untyped-def]
    """Ninety restyled frames at 720p take at most eight seconds of processor time (they take about two and a half)."""
    inputs = {"input.video_url": story[0].files[0]}
    began = time.process_time()
    render(RenderJob("video-style-transform", "t", {"input": {}, "parameters": {"style": 1}}, inputs, tmp_path, 1))
    assert time.process_time() - began < 8

"""A deliverable ends as what it holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PIPELINE = """
pipeline: ends
params: {{given: {{type: video, default: "https://example.com/given.mov"}}}}
steps:
  clip: {{model: wan2.6-t2v, input: {{prompt: rain}}}}
  frame: {{use: last_frame, input: {{video: "${{clip.video}}"}}}}
  sound: {{use: extract_audio, input: {{video: "${{clip.video}}"}}}}
  gif: {{use: animation, input: {{video: "${{clip.video}}"}}}}
  webp: {{use: animation, input: {{video: "${{clip.video}}", format: webp}}}}
  inner: {{pipeline: inner.yaml}}
deliver: {{"{path}": "${{{what}}}"}}
"""
INNER = """
pipeline: inner
steps:
  clip: {model: wan2.6-t2v, input: {prompt: rain}}
  gif: {use: animation, input: {video: "${clip.video}"}}
deliver: {moving.gif: "${gif.image}"}
"""


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("film.mp4", "clip.video"),
        ("end.png", "frame.image"),
        ("end.JPG", "frame.image"),
        ("sound.m4a", "sound.audio"),
        ("moving.gif", "gif.image"),
        ("moving.webp", "webp.image"),
        ("given.mov", "given"),
        ("moving.gif", "inner.moving"),
    ],
)
async def test_what_a_file_is_or_becomes_is_accepted(
    refusal: Callable[..., Any], tmp_path: Path, path: str, what: str
) -> None:
    """Films, sounds and animations as they are made, pictures also as what they are converted to."""
    (tmp_path / "inner.yaml").write_text(INNER, encoding="utf-8")
    assert await refusal(PIPELINE.format(path=path, what=what)) == "it was accepted"


@pytest.mark.parametrize(
    ("path", "what", "said"),
    [
        (
            "film.jpg",
            "clip.video",
            "ends in .jpg, but clip.video is a video, which is delivered as .mp4",
        ),
        (
            "film",
            "clip.video",
            "has no ending, but clip.video is a video, which is delivered as .mp4: write film.mp4",
        ),
        ("end.webp", "frame.image", "is an image, which is delivered as .png, .jpg, .jpeg: write end.png"),
        ("sound.mp3", "sound.audio", "is audio, which is delivered as .m4a: write sound.m4a"),
        ("a.png", "gif.image", "is an animation, which is delivered as .gif: write a.gif"),
        ("a.gif", "webp.image", "is an animation, which is delivered as .webp: write a.webp"),
        ("a.mp3", "given", "is a video, which is delivered as .mp4, .mov"),
        ("a.png", "inner.moving", "is an animation, which is delivered as .gif: write a.gif"),
        ("a.png", "frame.image or clip.video", "clip.video is a video, which is delivered as .mp4"),
    ],
)
async def test_another_ending_is_refused_with_the_right_one(
    refusal: Callable[..., Any], tmp_path: Path, path: str, what: str, said: str
) -> None:
    """Before anything is paid, with its place in the file."""
    (tmp_path / "inner.yaml").write_text(INNER, encoding="utf-8")
    refused = await refusal(PIPELINE.format(path=path, what=what))
    assert refused.startswith(f"pipeline.yaml:11:11: deliver.{path}: ") and said in refused

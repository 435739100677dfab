"""What a pipeline's deliverables are called as outputs of a step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows import library
from flows.output_names import output_names


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["film.mp4", "scenes/{n}.mp4", "film-{language}.mp4"], ["film", "scenes", "film-language"]),
        (["film.mp4", "cards/{place}-{time}.mp4"], ["film", "cards"]),
        (["cards.mp4", "cards/{place}-{time}.mp4"], ["cards", "cards-place-time"]),
        (["clip.gif", "clip.mp4", "clip.webp"], ["clip-gif", "clip-mp4", "clip-webp"]),
        (["all/{n}.gif", "all/{n}.mp4"], ["all-gif", "all-mp4"]),
        (["{n}.mp4", "1.png"], []),
    ],
)
def test_files_are_named_without_their_endings_or_with_what_tells_them_apart(
    paths: list[str], names: list[str]
) -> None:
    """The ending where it does, else what numbers or names the files of a list."""
    assert list(output_names(paths).values()) == names


def test_a_sticker_pack_gives_every_kind_of_sticker() -> None:
    """Not the last of them alone."""
    assert list(library.pipelines()["sticker-pack"].gives) == ["stickers-gif", "stickers-webp", "stickers-mp4", "sheet"]


INNER = """
pipeline: inner
steps:
  clip: {model: wan2.6-t2v, input: {prompt: rain}}
  small: {use: animation, input: {video: "${clip.video}"}}
deliver: {clip.gif: "${small.image}", FILE: "${clip.video}"}
"""
OUTER = "pipeline: outer\nsteps:\n  a: {pipeline: inner.yaml}\n  b: {use: last_frame, input: {video: '${a.NAME}'}}\n"


@pytest.mark.parametrize(
    ("file", "name", "said"),
    [
        ("clip.mp4", "clip-mp4", "it was accepted"),
        ("clip.mp4", "clip", "step 'a' has no output 'clip'. Did you mean 'clip-mp4'? It gives: clip-gif, clip-mp4."),
        ("clip.mp4", "clip-gif", "steps.b.input.video: wants a video, got an image"),
        (
            "clip-.gif",
            "clip",
            "inner.yaml:6:39: deliver.clip-.gif: in the pipeline inner.yaml: as outputs of a step clip.gif and "
            "clip-.gif would have one name; name them in `outputs`",
        ),
    ],
)
async def test_each_output_of_a_step_is_one_file(
    refusal: Callable[..., Any], tmp_path: Path, file: str, name: str, said: str
) -> None:
    """By its own name and with its own type; names that cannot be told apart are refused before anything is sent."""
    (tmp_path / "inner.yaml").write_text(INNER.replace("FILE", file), encoding="utf-8")
    assert said in await refusal(OUTER.replace("NAME", name))

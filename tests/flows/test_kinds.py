"""Kinds of values: files that are no media, and fields that only a run fills."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.arguments import pipeline_params
from flows.document import InvalidInput
from flows.pipeline import Pipeline
from flows.productions import pipeline_flow

INPUTS = Path(__file__).parents[2] / "docs" / "models" / "inputs"
SRT = "1\n00:00:00,000 --> 00:00:01,000\nGood evening\n"
CAPTIONED = """
pipeline: captioned
params: {clip: {type: video}, captions: {type: file}}
steps: {film: {use: subtitles, input: {video: "${clip}", file: "${captions}"}}}
deliver: {film.mp4: "${film.video}", captions.srt: "${captions}"}
"""
WRITTEN = """
pipeline: written
params: {clip: {type: video}}
steps:
  words: {model: qwen-plus, input: {messages: [{role: user, content: Say good evening}]}}
  film: {use: subtitles, input: {video: "${clip}", captions: [{start: 0, end: 1, text: "${words.text}"}]}}
deliver: {film.mp4: "${film.video}"}
"""


async def test_a_parameter_may_be_a_file_that_is_no_media(planned: Callable[..., Any], tmp_path: Path) -> None:
    """A file of captions goes to the operation that takes one, and may be delivered; a video is refused for it."""
    (tmp_path / "evening.srt").write_text(SRT, encoding="utf-8")
    clip = str(INPUTS / "clip.mp4")
    plan = await planned(CAPTIONED, clip=clip, captions="evening.srt")
    assert plan.deliver == ["film.mp4", "captions.srt"]
    with pytest.raises(InvalidInput, match="captions: wants a file, but .* is a video"):
        await planned(CAPTIONED, clip=clip, captions=clip)
    with pytest.raises(InvalidInput, match="clip: wants a video, but .* is a file"):
        await planned(CAPTIONED, clip="evening.srt", captions="evening.srt")


async def test_a_list_of_files_may_be_a_pattern(planned: Callable[..., Any], tmp_path: Path) -> None:
    """A folder or a pattern stands for its files; media beside them are left out."""
    (tmp_path / "said").mkdir()
    for name in ("b.srt", "a.srt", "poster.png"):
        (tmp_path / "said" / name).write_text(SRT, encoding="utf-8")
    many = """
pipeline: many
params: {clip: {type: video}, captions: {type: list, items: file}}
steps: {film: {for_each: "${captions}", use: subtitles, input: {video: "${clip}", file: "${item}"}}}
deliver: {"{n}.mp4": "${film.video}"}
"""
    for said in ("said", "said/*.*"):
        plan = await planned(many, clip=str(INPUTS / "clip.mp4"), captions=[said])
        assert plan.steps[0].calls == 2, said


async def test_a_value_within_a_list_may_be_known_only_to_a_run(
    planned: Callable[..., Any], refusal: Callable[..., Any]
) -> None:
    """A caption whose text a model writes is planned; a mistake beside it is still told."""
    plan = await planned(WRITTEN, clip=str(INPUTS / "clip.mp4"))
    assert [step.name for step in plan.steps] == ["words", "film"]
    wrong = WRITTEN.replace("captions: [", "show: nowhere, captions: [")
    assert "steps.film.input.show" in await refusal(wrong, clip=str(INPUTS / "clip.mp4"))


def test_a_file_is_a_path_on_the_command_line_and_in_the_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path starts from here, and the form says what may be named."""
    monkeypatch.chdir(tmp_path)
    pipeline = Pipeline.model_validate(
        {
            "pipeline": "captioned",
            "params": {"captions": {"type": "file", "description": "What is said."}},
            "steps": {"look": {"use": "probe", "input": {"media": "clip.mp4"}}},
        }
    )
    assert pipeline_params(pipeline, ["captions=a.srt"]) == {"captions": str(tmp_path / "a.srt")}
    form = str(pipeline_flow(pipeline).parameters.model_dump()["properties"]["captions"])
    assert "What is said. (file: a local path, storage URL or web URL)" in form, form

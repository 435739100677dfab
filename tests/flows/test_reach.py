"""A pipeline file reads no files outside its folder, unless it is allowed to."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from blocks.emulator import Emulator
from flows.cli import app
from flows.document import InvalidInput
from flows.pipeline import load
from flows.plan import make_plan
from tasks.reach import Reach
from tests.flows.conftest import wanflow, written

MODEL = """
pipeline: p
params: {{name: {{type: text, default: "{value}"}}, photo: {{type: image, default: inside.png}}}}
steps: {{clip: {{model: wan2.6-i2v-flash, input: {{img_url: "{used}", prompt: she turns}}}}}}
deliver: {{a.mp4: "${{clip.video}}"}}
"""
OPERATION = """
pipeline: p
steps: {{sheet: {{use: contact_sheet, input: {{sources: ["{value}"]}}}}}}
deliver: {{a.jpg: "${{sheet.image}}"}}
"""

FOLDER = """
pipeline: p
params: {shots: {type: list, items: image, default: ["VALUE"]}}
steps: {sheet: {use: contact_sheet, input: {sources: "${shots}"}}}
deliver: {a.jpg: "${sheet.image}"}
"""


@pytest.fixture
def plan(tmp_path: Path, storage: Any) -> Callable[..., Any]:
    """Plans a pipeline text of a folder that has a picture inside and one beside it."""
    (tmp_path / "mine").mkdir()
    for place in (tmp_path / "outside.png", tmp_path / "mine" / "inside.png"):
        Image.new("RGB", (640, 480)).save(place)

    async def planned(text: str, *, allowed: tuple[Path, ...] = (), **params: Any) -> Any:
        pipeline, _ = load(written(tmp_path / "mine", text))
        return await make_plan(pipeline, params, Reach(tmp_path / "mine", storage, allowed), emulated=True)

    return planned


OUTSIDE = ["../outside.png", "link.png"]


@pytest.mark.parametrize("value", OUTSIDE)
@pytest.mark.parametrize("how", ["literal", "default text", "default picture", "operation"])
async def test_files_outside_are_refused(plan: Callable[..., Any], tmp_path: Path, value: str, how: str) -> None:
    """However the file comes to name it: as an input, by a parameter's default, for a model or an operation."""
    (tmp_path / "mine").mkdir(exist_ok=True)
    (tmp_path / "mine" / "link.png").symlink_to(tmp_path / "outside.png")
    text = {
        "literal": MODEL.format(value="", used=value),
        "default text": MODEL.format(value=value, used="${name}"),
        "default picture": MODEL.format(value="", used="${photo}").replace("inside.png", value),
        "operation": OPERATION.format(value=value),
    }[how]
    with pytest.raises(InvalidInput, match="lies outside the folder of the file that names it") as caught:
        await plan(text)
    assert value in str(caught.value) and "--allow-files" in str(caught.value)
    assert (await plan(text, allowed=(tmp_path,))).calls in (0, 1)


@pytest.mark.parametrize("value", ["../empty", "../empty/*.png", "../outside*"])
async def test_folders_outside_are_not_even_looked_into(plan: Callable[..., Any], tmp_path: Path, value: str) -> None:
    """A folder or pattern that leads out is refused, whatever is there: nobody learns what lies beside a pipeline."""
    (tmp_path / "empty").mkdir()
    text = FOLDER.replace("VALUE", value)
    with pytest.raises(InvalidInput, match="lies outside the folder of the file that names it"):
        await plan(text)


async def test_a_pipeline_within_another_is_no_way_out(plan: Callable[..., Any], tmp_path: Path) -> None:
    """What a step gives to another pipeline is the word of the file, not of the user."""
    inner = """
pipeline: inner
params: {photo: {type: image}}
steps: {clip: {model: wan2.6-i2v-flash, input: {img_url: "${photo}", prompt: she turns}}}
outputs: {video: "${clip.video}"}
deliver: {a.mp4: "${clip.video}"}
"""
    outer = """
pipeline: outer
steps: {part: {pipeline: inner.yaml, input: {photo: PHOTO}}}
deliver: {a.mp4: "${part.video}"}
"""
    written(tmp_path / "mine", inner, "inner.yaml")
    assert (await plan(outer.replace("PHOTO", "inside.png"))).calls == 1
    with pytest.raises(InvalidInput, match="lies outside the folder of the file that names it"):
        await plan(outer.replace("PHOTO", "../outside.png"))
    written(tmp_path / "mine", inner.replace("{type: image}", "{type: image, default: ../outside.png}"), "inner.yaml")
    assert (await plan(outer.replace("PHOTO", "inside.png"))).calls == 1
    with pytest.raises(InvalidInput, match="lies outside the folder of the file that names it"):
        await plan(outer.replace(", input: {photo: PHOTO}", ""))


async def test_what_the_user_gives_may_lie_anywhere(plan: Callable[..., Any], tmp_path: Path) -> None:
    """A picture given as a parameter is the user's own word; so is a file inside the folder the pipeline's."""
    text = MODEL.format(value="", used="${photo}")
    assert (await plan(text, photo=str(tmp_path / "outside.png"))).calls == 1
    assert (await plan(text)).calls == 1


def test_the_command_line_allows_folders(service: Emulator, tmp_path: Path) -> None:
    """`--allow-files` and WANFLOW_ALLOW_FILES let a storyboard read further folders; `-p music=` needs neither."""
    (tmp_path / "boards").mkdir()
    (tmp_path / "sounds").mkdir()
    with wave.open(str(tmp_path / "sounds" / "a.wav"), "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", ""))
        sound.writeframes(bytes(32000))
    board = "title: A\nmusic: ../sounds/a.wav\nscenes: [{shots: [{prompt: a street, seconds: 2}]}]\n"
    words = ["plan", "film", "-f", str(written(tmp_path / "boards", board))]
    refused = wanflow(*words)
    assert refused.exit_code == 2 and "lies outside the folder" in refused.stderr
    assert wanflow(*words, "--allow-files", "sounds").exit_code == 0
    assert CliRunner(env={"WANFLOW_ALLOW_FILES": "sounds"}).invoke(app, words).exit_code == 0
    assert wanflow(*words, "-p", "music=sounds/a.wav").exit_code == 0

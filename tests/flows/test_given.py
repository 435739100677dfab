"""What is written for a parameter means the same wherever it stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from prefect.utilities.callables import get_call_parameters

from flows import arguments
from flows.given import as_given
from flows.pipeline import Pipeline
from flows.productions import pipeline_flow

PHOTOS = """
pipeline: sheets
params: {{photos: {{type: list, items: image, default: "{said}"}}}}
steps:
  one: {{for_each: "${{photos}}", use: fit_image, input: {{image: "${{item}}", ratio: "1:1"}}}}
deliver: {{"{{n}}.png": "${{one.image}}"}}
"""
LOOKS = """
pipeline: looks
params: {{looks: {{type: list, default: {said}}}}}
steps:
  one: {{for_each: "${{looks}}", model: wan2.2-t2i-flash, input: {{prompt: "${{item}}"}}, parameters: {{n: 1}}}}
deliver: {{"{{n}}.png": "${{one.image}}"}}
"""


@pytest.mark.parametrize(
    ("items", "said", "means"),
    [
        ("text", "ink, oil", ["ink", "oil"]),
        ("text", "[ink, oil]", ["ink", "oil"]),
        ("text", [2024, 2025], ["2024", "2025"]),
        ("integer", 3, [3]),
        ("image", "shots/*.png", ["shots/*.png"]),
        ("image", "[ab]*.png, c.png", ["[ab]*.png, c.png"]),
    ],
)
def test_a_list_is_also_text_or_one_value(items: str, said: Any, means: list[Any]) -> None:
    """With commas, in brackets, or alone; its items are what it says it holds."""
    assert as_given("list", items, said) == means


@pytest.mark.parametrize(("said", "count"), [("photos", 3), ("photos/*1.png", 1), ("photos/1.png, photos/2.png", 2)])
async def test_a_default_names_files_as_a_given_value_does(
    planned: Callable[..., Any], tmp_path: Path, said: str, count: int
) -> None:
    """A folder, a pattern or several names: planned for as many files as there are."""
    (tmp_path / "photos").mkdir()
    for number in range(3):
        Image.new("RGB", (64, 64)).save(tmp_path / "photos" / f"{number}.png")
    assert (await planned(PHOTOS.format(said=said))).steps[0].calls == count


async def test_text_with_commas_is_several_as_a_default_too(planned: Callable[..., Any]) -> None:
    """Two looks cost twice as much as one."""
    one, two = [(await planned(LOOKS.format(said=said))).total_cny for said in ("ink", '"ink, oil"')]
    assert two == 2 * one > 0


@pytest.mark.parametrize(
    ("param", "starts_with"),
    [
        ({"type": "list", "items": "image", "default": "photos"}, ["photos"]),
        ({"type": "list", "default": "ink, oil"}, ["ink", "oil"]),
        ({"type": "list", "default": [2024, 2025]}, ["2024", "2025"]),
        ({"type": "text", "default": 720, "choices": [720, 1080]}, "720"),
        ({"type": "list", "items": "integer", "choices": [1, 2, 3], "default": "1, 2"}, [1, 2]),
    ],
)
def test_a_form_and_a_run_take_every_default_that_the_plan_takes(param: dict[str, Any], starts_with: Any) -> None:
    """Prefect checks a flow's parameters itself, before the flow begins."""
    steps = {"one": {"use": "fit_image", "input": {"image": "a.png"}}}
    flow = pipeline_flow(Pipeline.model_validate({"pipeline": "any", "params": {"value": param}, "steps": steps}))
    assert flow.validate_parameters(get_call_parameters(flow.fn, (), {}))["value"] == starts_with


def test_a_file_of_parameters_is_taken_as_the_command_line_is() -> None:
    """Numbers for text, and several in one text."""
    said = {"looks": {"type": "list"}, "size": {"type": "text"}}
    steps = {"one": {"use": "fit_image", "input": {"image": "a.png"}}}
    pipeline = Pipeline.model_validate({"pipeline": "any", "params": said, "steps": steps})
    file = arguments.anchored(pipeline, {"looks": "ink, oil", "size": 720}, Path("/"))
    assert file == arguments.pipeline_params(pipeline, ["looks=ink, oil", "size=720"])


async def test_a_list_takes_only_the_choices_it_has(refusal: Callable[..., Any]) -> None:
    """Each of its items is one of them; what is no text says so."""
    text = LOOKS.format(said="[ink], choices: [ink, oil]")
    assert await refusal(text, looks=["ink", "oil"]) == "it was accepted"
    assert "looks: must be one of ink, oil; got 'oyl'. Did you mean 'oil'?" in await refusal(text, looks=["oyl"])
    assert "must be text; got yes, which needs quotes" in await refusal(LOOKS.format(said="[yes]"))

"""The drawing of a plan: SVG and Mermaid."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from flows.document import InvalidInput
from flows.drawing import draw, mermaid, svg
from flows.plan import Plan

SVG = "{http://www.w3.org/2000/svg}"
TEXT = """
pipeline: kites
title: Kites <&> "wind"
steps:
  first:
    {title: 海边的风筝慢慢升起来镜头慢慢拉远天空, model: wan2.6-t2v, input: {prompt: Kite}, parameters: {duration: 2}}
  end: {use: last_frame, input: {video: "${first.video}"}}
  second: {model: wan2.6-i2v-flash, input: {img_url: "${end.image}", prompt: It falls}, parameters: {duration: 2}}
  never: {when: false, use: first_frame, input: {video: "${first.video}"}}
  film: {use: concatenate, input: {videos: ["${first.video}", "${second.video}"]}}
deliver: {film.mp4: "${film.video}"}
"""
EDGES = {("first", "end"), ("first", "never"), ("first", "film"), ("end", "second"), ("second", "film")}


@pytest.fixture
async def plan(planned: Callable[..., Any]) -> Plan:
    """A plan with an arrow that passes two columns, a skipped step and words that need escaping."""
    made: Plan = await planned(TEXT)
    return made


def boxes(root: ElementTree.Element) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of the box of each step, by its whole title."""
    found = {}
    for group in root.iter(f"{SVG}g"):
        rect, title = group.find(f"{SVG}rect"), group.findtext(f"{SVG}title")
        assert rect is not None and title is not None
        x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        found[title.partition(" · ")[0]] = (x, y, x + width, y + height)
    return found


def points(path: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in re.findall(r"[\d.]+", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def arrows(root: ElementTree.Element) -> list[str]:
    return [path.attrib["d"] for path in root.iter(f"{SVG}path") if "marker-end" in path.attrib]


def test_each_step_is_a_box_that_overlaps_no_other(plan: Plan) -> None:
    """The picture is well-formed, and its boxes are the steps of the plan, side by side within it."""
    root = ElementTree.fromstring(svg(plan))
    found = boxes(root)
    assert set(found) == {step.title for step in plan.steps}
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for name, (left, top, right, bottom) in found.items():
        assert 0 < left < right < width and 0 < top < bottom < height
        for other, (x, y, to, down) in found.items():
            assert name == other or right <= x or to <= left or bottom <= y or down <= top, (name, other)


def test_each_arrow_leads_from_what_is_needed_to_what_needs_it(plan: Plan) -> None:
    """The arrows are the dependencies of the plan, and no arrow goes through a box."""
    root = ElementTree.fromstring(svg(plan))
    names = {step.title: step.name for step in plan.steps}
    found = {names[title]: box for title, box in boxes(root).items()}
    drawn = set()
    for path in arrows(root):
        (x, y), *_, (to, down) = points(path)
        begins = next(name for name, box in found.items() if box[2] == x and box[1] < y < box[3])
        ends = next(name for name, box in found.items() if abs(box[0] - to) <= 2 and box[1] < down < box[3])
        drawn.add((begins, ends))
        for flat in re.finditer(r"([\d.]+) ([\d.]+) L([\d.]+) ([\d.]+)", path):
            left, level, right = (float(flat[number]) for number in (1, 2, 3))
            for box in found.values():
                assert right <= box[0] or box[2] <= left or not box[1] <= level <= box[3], path
    assert drawn == EDGES


def test_the_words_in_a_box_fit_into_it(plan: Plan) -> None:
    """A long title ends with dots, Chinese earlier than English; the whole of it shows on pointing."""
    root = ElementTree.fromstring(svg(plan))
    for group in root.iter(f"{SVG}g"):
        for line in group.findall(f"{SVG}text"):
            wide = sum(12 if ord(character) > 0x2E80 else 7 for character in line.text or "")
            assert wide <= 256 - 2 * 12
    assert any((line.text or "").endswith("…") for line in root.iter(f"{SVG}text"))


def test_what_is_cached_paid_or_free_is_told(plan: Plan) -> None:
    """A box says its seconds and price; skipped and free steps look another way than paid ones."""
    root = ElementTree.fromstring(svg(plan))
    said = {(group.findtext(f"{SVG}title") or "").rpartition(" · ")[2] for group in root.iter(f"{SVG}g")}
    assert {"2 s, ¥1.00", "free", "skipped"} <= said
    cached = [step.model_copy(update={"cached": step.calls}) if step.paid else step for step in plan.steps]
    drawn = svg(plan.model_copy(update={"steps": cached}))
    assert "#e6f5ea" in drawn and "#fff4e0" not in drawn


def test_mermaid_has_the_same_steps_and_arrows(plan: Plan) -> None:
    """The flowchart names every step once and draws every dependency."""
    text = mermaid(plan)
    ids = {step.name: f"s{number}" for number, step in enumerate(plan.steps)}
    assert set(re.findall(r"(s\d+) --> (s\d+)", text)) == {(ids[a], ids[b]) for a, b in EDGES}
    assert len(re.findall(r"^  s\d+\[\"", text, re.MULTILINE)) == len(plan.steps)


INNER = """
pipeline: clip
steps:
  shot: {model: wan2.6-t2v, input: {prompt: a}, parameters: {duration: 2}}
  end: {use: last_frame, input: {video: "${shot.video}"}}
  start: {use: first_frame, input: {video: "${shot.video}"}}
outputs: {image: "${end.image}"}
"""
OUTER = """
pipeline: outer
steps:
  check: {model: wan2.2-s2v-detect, input: {image_url: "https://example.com/a.jpg"}}
  each: {for_each: [1, 2], when: "${check.passed}", pipeline: clip.yaml}
  sheet: {use: contact_sheet, input: {sources: "${each.image}"}}
"""


async def test_arrows_lead_into_a_pipeline_that_is_a_step_and_out_of_it(
    planned: Callable[..., Any], tmp_path: Path
) -> None:
    """To its first steps, and from its last ones to what waits for it; the step says the price of all."""
    (tmp_path / "clip.yaml").write_text(INNER, encoding="utf-8")
    plan = await planned(OUTER)
    ids = {f"s{number}": step.name for number, step in enumerate(plan.steps)}
    drawn = {(ids[a], ids[b]) for a, b in re.findall(r"(s\d+) --> (s\d+)", mermaid(plan))}
    assert drawn == {
        ("check", "each"),
        ("each", "each/shot"),
        ("each/shot", "each/end"),
        ("each/shot", "each/start"),
        ("each/end", "sheet"),
        ("each/start", "sheet"),
    }
    assert len(arrows(ElementTree.fromstring(svg(plan)))) == len(drawn)
    assert "pipeline clip.yaml · 2 times, ¥2.00 in all if needed" in svg(plan)


async def test_an_arrow_leaves_a_pipeline_where_its_result_is_made(planned: Callable[..., Any]) -> None:
    """Of a picture that is neither continued nor restyled the first clip goes out, not the steps that are skipped."""
    plan = await planned("""
pipeline: square
steps:
  inside:
    pipeline: moving-picture
    input: {picture: "https://example.com/a.jpg", motion: slow pan, seconds: 2}
  film: {use: fit, input: {video: "${inside.film}", ratio: "1:1"}}
""")
    ids = {f"s{number}": step.name for number, step in enumerate(plan.steps)}
    drawn = [(ids[a], ids[b]) for a, b in re.findall(r"(s\d+) --> (s\d+)", mermaid(plan))]
    assert [start for start, end in drawn if end == "film"] == ["inside/first"]


async def test_what_is_paid_only_if_needed_is_told_and_dashed(planned: Callable[..., Any], tmp_path: Path) -> None:
    """What hangs on an answer to come is told apart from what is paid in any case, and in the sum."""
    (tmp_path / "clip.yaml").write_text(INNER, encoding="utf-8")
    plan = await planned(OUTER)
    root = ElementTree.fromstring(svg(plan))
    dashed = {
        (group.findtext(f"{SVG}title") or "").partition(" · ")[0]: group.find(f"{SVG}rect[@stroke-dasharray]")
        for group in root.iter(f"{SVG}g")
    }
    assert {title for title, rect in dashed.items() if rect is None} == {"check"}
    assert "¥2.004, ¥2.00 of it only if needed" in [text.text for text in root.iter(f"{SVG}text")]
    assert mermaid(plan).count("stroke-dasharray") == 5


def test_the_ending_of_the_file_decides(plan: Plan, tmp_path: Path) -> None:
    """.svg is a picture, .mmd Mermaid, .md a page with it; anything else is refused by name."""
    for ending, begins in ((".svg", "<svg"), (".mmd", "flowchart LR"), (".md", "```mermaid\nflowchart LR")):
        draw(plan, tmp_path / f"plan{ending}")
        assert (tmp_path / f"plan{ending}").read_text(encoding="utf-8").startswith(begins)
    with pytest.raises(InvalidInput, match=r"\.svg, \.mmd or \.md, not '\.png'"):
        draw(plan, tmp_path / "plan.png")

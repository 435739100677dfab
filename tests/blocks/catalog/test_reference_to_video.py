"""Reference to video: who plays, and what the references cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from blocks import catalog
from tests.blocks.catalog.conftest import problem_of

CLIP, STILL = "https://example.org/a.mp4", "https://example.org/a.png"


def _body(prompt: str, *references: str, **parameters: Any) -> dict[str, Any]:
    return {
        "model": "wan2.6-r2v",
        "input": {"prompt": prompt, "reference_urls": list(references)},
        "parameters": parameters,
    }


def _cast(number: int) -> str:
    return " and ".join(f"character{at + 1}" for at in range(number))


@pytest.mark.parametrize("model", ["wan2.6-r2v", "wan2.6-r2v-flash"])
def test_a_request_goes_over_the_wire_as_said(bodies, model: str) -> None:
    """The body equals what the user said; the tier follows the size."""
    request = catalog.request(bodies(model))
    assert request.body() == bodies(model)
    assert request.row.endpoint == "services/aigc/video-generation/video-synthesis"
    assert request.tier == {"wan2.6-r2v": "720P", "wan2.6-r2v-flash": "1080P"}[model]


def test_only_the_flash_model_can_be_silent(bodies) -> None:
    """audio is a field of wan2.6-r2v-flash, and the other model names it."""
    assert catalog.request(bodies("wan2.6-r2v-flash")).sound is False
    problem = problem_of(bodies("wan2.6-r2v", parameters={"audio": False}))
    assert (problem.field, problem.models) == ("parameters.audio", ["wan2.6-r2v-flash"])


@pytest.mark.parametrize(
    ("prompt", "references"),
    [
        ("character1 sings", [CLIP]),
        ("Character2对character1说：“你好”", [CLIP, STILL]),
        ("小狗character3追着character1和character2", [CLIP, STILL, CLIP]),
        (_cast(5), [CLIP, CLIP, CLIP, STILL, STILL]),
        (_cast(5), [STILL] * 5),
        ("character1 looks at character1", [STILL]),
    ],
)
def test_every_reference_is_named(prompt: str, references: list[str]) -> None:
    """character1, character2 … in order, in any case, right beside Chinese too."""
    assert catalog.request(_body(prompt, *references)).input.prompt == prompt


@pytest.mark.parametrize(
    ("prompt", "references", "said"),
    [
        ("character1 meets character2", [CLIP], "names character2, but there is only 1 reference"),
        ("character0 waves to character1", [CLIP], "names character0"),
        ("character1 meets character4 and character3", [CLIP, STILL], "names character3, character4, but there are"),
        ("character1 walks", [CLIP, STILL], "does not name character2"),
        ("a girl walks", [CLIP], "does not name character1"),
        ("supercharacter1 walks", [CLIP], "does not name character1"),
        ("character12 walks", [CLIP], "names character12"),
    ],
)
def test_prompt_and_references_name_the_same_characters(prompt: str, references: list[str], said: str) -> None:
    """A name without a reference and a reference without a name are told before they are paid for."""
    problem = problem_of(_body(prompt, *references))
    assert problem.field == "input.prompt"
    assert said in problem.message
    catalog.request(_body(prompt, *references), wire=True)  # what the service does with it is not documented


def test_five_references_of_which_three_videos(bodies) -> None:
    """A sixth reference and a fourth video are refused, as the service sees it too."""
    for wire in (False, True):
        six = problem_of(_body(_cast(6), *[STILL] * 6), wire=wire)
        assert (six.field, six.allowed) == ("input.reference_urls", {"min": 1, "max": 5})
        four = problem_of(_body(_cast(4), *[CLIP] * 3, "https://example.org/b.MOV?x=.png"), wire=wire)
        assert four.field == "input.reference_urls"
        assert "4 videos; at most 3" in four.message
    assert problem_of(bodies("wan2.6-r2v", input={"reference_urls": []})).field == "input.reference_urls"


@pytest.mark.parametrize(("name", "value"), [("duration", 1), ("duration", 11), ("size", "832*480"), ("size", "720P")])
def test_limits_of_the_output(name: str, value: object) -> None:
    """2 to 10 seconds; sizes of 720P and 1080P only."""
    assert problem_of(_body("character1", CLIP, **{name: value})).field == f"parameters.{name}"


def test_a_reference_may_be_a_video_or_a_picture(bodies) -> None:
    """Each file is held to the limits of its own kind."""
    field = catalog.request(bodies("wan2.6-r2v")).media()[1]
    spec = field.spec
    assert spec.kinds == ("image", "video")
    assert (spec.of("video").max_seconds, spec.of("video").formats) == (30, ("mp4", "mov"))
    assert (spec.of("image").max_side, spec.of("image").alpha) == (5000, False)
    assert spec.of("audio").kind == "image"
    assert spec.largest == 100 * 1024 * 1024
    described = {item["name"]: item for item in catalog.describe("wan2.6-r2v")["fields"]}["input.reference_urls"]
    assert described["type"] == "image or video"
    assert described["media"]["also"]["max_seconds"] == 30


@pytest.mark.parametrize(
    ("references", "lengths", "billed"),
    [
        ([STILL], {}, "0"),
        ([CLIP], {0: 8}, "5"),
        ([CLIP], {0: 3.2}, "3.2"),
        ([CLIP, CLIP], {0: 1.8, 1: 30}, "4.3"),
        ([CLIP, STILL, STILL], {0: 20}, "1.65"),
        ([CLIP, CLIP, CLIP], {0: 5, 1: 5, 2: 5}, "4.95"),
        ([STILL, CLIP, CLIP, STILL], {1: 1, 2: 9}, "2.25"),
        ([CLIP, CLIP, CLIP, STILL, STILL], {0: 5, 1: 0.5, 2: 5}, "2.5"),
    ],
)
def test_videos_are_billed_up_to_a_cap(references: list[str], lengths: dict[int, float], billed: str) -> None:
    """The cap shrinks with the number of references; pictures count for it and are free."""
    request = catalog.request(_body(_cast(len(references)), *references, duration=2, size="1280*720"))
    known = {f"input.reference_urls.{at}": length for at, length in lengths.items()}
    bill = catalog.quote(request, input_seconds=known)
    assert bill.quantity == Decimal(billed) + 2
    assert bill.amount == (Decimal(billed) + 2) * Decimal("0.6")


def test_a_video_of_unknown_length_is_bounded() -> None:
    """Without the lengths the price is unknown, but not more than that of full caps."""
    two = catalog.quote(catalog.request(_body(_cast(2), CLIP, STILL, duration=10, size="1280*720")))
    assert (two.quantity, two.amount, two.at_most) == (None, None, Decimal("12.5") * Decimal("0.6"))
    five = ["https://example.org/who-knows"] * 5
    unknown = catalog.quote(catalog.request(_body(_cast(5), *five, size="1280*720")))
    assert unknown.at_most == Decimal("4.8")  # 5 seconds made, three videos of 1 second at most
    one_length = catalog.quote(catalog.request(_body("character1", CLIP)), input_seconds=60)
    assert one_length.quantity == 10


def test_sound_decides_the_price_of_the_flash_model(bodies) -> None:
    """Silent seconds cost half, those of the input too."""
    silent = catalog.quote(catalog.request(bodies("wan2.6-r2v-flash")), input_seconds=2)
    assert silent.amount == Decimal(7) * Decimal("0.25")
    usage = {"duration": 9.95, "input_video_duration": 4.95, "output_video_duration": 5, "SR": 720, "video_count": 1}
    assert catalog.cost("wan2.6-r2v-flash", {**usage, "audio": True}).amount == Decimal("9.95") * Decimal("0.3")
    assert catalog.cost("wan2.6-r2v", usage).amount == Decimal("9.95") * Decimal("0.6")
    assert catalog.cost("wan2.6-r2v-flash", usage).amount is None

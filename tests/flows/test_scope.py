"""What references find: an item that no list has is refused before anything is paid, as far as that is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

PIPELINE = """
pipeline: items
params:
  words: {{type: list, default: [a, b]}}
  none: {{type: list, default: []}}
  chosen: {{type: integer, default: 1}}
steps:
  each: {{for_each: "${{words}}", model: wan2.6-t2v, input: {{prompt: "${{item}}"}}}}
  takes: {{takes: 2, model: wan2.6-t2v, input: {{prompt: x}}}}
  drawn: {{model: wan2.2-t2i-flash, input: {{prompt: x}}, parameters: {{n: 3}}}}
  stills: {{use: frames, input: {{video: "${{takes.video[0]}}", every_seconds: 1}}}}
  moves: {{for_each: "${{stills.images}}", model: wan2.6-i2v-flash, input: {{img_url: "${{item}}", prompt: x}}}}
  all:
    for_each: "${{words}}"
    use: frames
    input: {{video: "${{each.video[index]}}", every_seconds: 4}}
  last: {last}
deliver: {{a.mp4: "${{takes.video[0]}}"}}
"""
STEP = "{{use: contact_sheet, input: {{sources: ['${{{}}}']}}}}"


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("each.video[2]", "each.video[2]: the list has 2 items, [0] to [1]"),
        ("takes.video[5]", "takes.video[5]: the list has 2 items, [0] to [1]"),
        ("drawn.images[3]", "drawn.images[3]: the list has 3 items, [0] to [2]"),
        ("each.video[2] or takes.video[2]", "each.video[2]: the list has 2 items, [0] to [1]"),
    ],
)
async def test_an_item_that_no_list_will_have_is_refused(refusal: Callable[..., Any], named: str, said: str) -> None:
    """Of lists that were given, of takes and of pictures asked for; with its place, before anything is sent."""
    place = "pipeline.yaml:17:48: steps.last.input.sources[0]: "
    assert await refusal(PIPELINE.format(last=STEP.format(named))) == place + said


@pytest.mark.parametrize(
    "named",
    [
        "each.video[1]",
        "drawn.images[2]",
        "each.video[2] or takes.video[1]",
        "stills.images[40]",
        "moves.video[40]",
        "all.images[40]",
    ],
)
async def test_an_item_that_may_be_there_is_accepted(planned: Callable[..., Any], named: str) -> None:
    """Another may stand in for it, and how many stills there will be only a run can tell."""
    plan = await planned(PIPELINE.format(last=STEP.format(named)))
    assert plan.steps[-1].calls == 1


async def test_a_parameter_that_chooses_what_is_not_there_is_refused(refusal: Callable[..., Any]) -> None:
    """With its value; conditions may ask, and an empty list gives nothing, which is no mistake."""
    last = "{{model: wan2.6-t2v, input: {{prompt: '${{{}}}'}}}}".format
    assert "words[chosen], chosen is 2: the list has 2 items" in await refusal(
        PIPELINE.format(last=last("words[chosen]")), chosen=2
    )
    asks = STEP.format("takes.video[0]").replace("{use", '{when: "${words[5]}", use', 1)
    for fine in (asks, last("none[0]")):
        assert await refusal(PIPELINE.format(last=fine)) == "it was accepted"


async def test_a_deliverable_that_no_list_will_have_is_refused(refusal: Callable[..., Any]) -> None:
    """Although other files would be delivered."""
    text = PIPELINE.format(last=STEP.format("each.video[0]")).replace("{a.mp4", '{b.mp4: "${each.video[7]}", a.mp4')
    assert await refusal(text) == "pipeline.yaml:18:11: deliver.b.mp4: each.video[7]: the list has 2 items, [0] to [1]"

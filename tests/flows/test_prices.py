"""What a plan refuses because of where it would be asked."""

from __future__ import annotations

from typing import Any

import pytest

from flows.document import InvalidInput
from flows.pipeline import Pipeline
from flows.plan import make_plan
from tasks.reach import Reach

RESTYLED = {
    "pipeline": "restyled",
    "steps": {
        "rain": {"model": "wan2.6-t2v", "input": {"prompt": "rain"}, "parameters": {"duration": 2, "size": "1280*720"}},
        "drawn": {"model": "video-style-transform", "input": {"video_url": "${rain.video}"}},
    },
}


async def test_what_the_region_lacks_is_refused_before_the_steps_before_it_are_paid(storage: Any) -> None:
    """The first step could be paid for in Singapore, the second only in Beijing: nothing is begun."""
    pipeline, reach = Pipeline.model_validate(RESTYLED), Reach(None, storage)
    with pytest.raises(InvalidInput, match="drawn.model: is served in beijing, not in singapore"):
        await make_plan(pipeline, {}, reach, emulated=False, region="singapore", place="singapore")


@pytest.mark.parametrize("place", ["beijing", "emulator", "gateway", "custom", None])
async def test_elsewhere_the_plan_is_made(storage: Any, place: str | None) -> None:
    """Where all of it is served, or where nobody but the owner of the address knows."""
    plan = await make_plan(Pipeline.model_validate(RESTYLED), {}, Reach(None, storage), emulated=False, place=place)
    assert plan.calls == 2

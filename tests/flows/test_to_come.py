"""Calls that wait for the same file to come are one call in the plan, and never two that may differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

STREET = "{model: wan2.6-t2v, input: {prompt: a street}, parameters: {duration: 5, size: 1280*720}"
SAID = "{model: wan2.6-t2v, input: {prompt: 'a film of ${%s.text}'}, parameters: {duration: 5}}"
CHAT = "{model: qwen-plus, input: {messages: [{role: user, content: WORD}]}}"
CHECK = "{model: wan2.2-s2v-detect, input: {image_url: https://example.com/a.png}}"
SNOW = "{model: wan2.2-t2i-flash, input: {prompt: snow}, parameters: {size: 1280*720, n: 2}}"
STYLED = "{model: video-style-transform, input: {video_url: '${%s}'}}"
FILMED = "{model: wan2.6-i2v-flash, input: {img_url: '${%s}', prompt: onward}, parameters: {duration: 5}}"


@pytest.mark.parametrize(
    ("steps", "again"),
    [
        ([STREET + "}", STREET + "}", STYLED % "s0.video", STYLED % "s1.video"], [1, 3]),
        (
            [STREET + "}", STREET + "}"]
            + [f"{{use: last_frame, input: {{video: '${{s{n}.video}}'}}}}" for n in (0, 1)]
            + [FILMED % "s2.image", FILMED % "s3.image", STYLED % "s4.video", STYLED % "s5.video"],
            [1, 5, 7],
        ),
        ([STREET + "}", STREET + ", take: 2}", STYLED % "s0.video", STYLED % "s1.video"], []),
        ([STREET + "}", STREET + "}", STYLED % "s0.video", STYLED[:-1] % "s1.video" + ", take: 2}"], [1]),
        ([CHAT.replace("WORD", "one"), CHAT.replace("WORD", "two"), SAID % "s0", SAID % "s1"], []),
        ([SNOW, FILMED % "s0.images[0]", FILMED % "s0.images[1]"], []),
        (
            [
                SNOW, "{for_each: '${s0.images}', model: wan2.6-t2v, input: {prompt: 'a street ${index}'}}",
                STYLED % "s1.video[0]", STYLED % "s1.video[1]",
            ],
            [],
        ),
        (
            [STREET + ", takes: 2, choose: sharpest}", STREET + "}", STYLED % "s0.video", STYLED % "s1.video"],
            [1],
        ),
        (
            [STREET + ", fallback: [wan2.5-t2v-preview]}", STREET + "}", STYLED % "s0.video", STYLED % "s1.video"],
            [1],
        ),
        ([STREET + "}", SNOW, STYLED % "s0.video", STYLED % "s0.video or s2.video"], []),
        (
            [STREET + "}", STREET + "}"]
            + [f"{{use: trim, input: {{video: '${{s{n}.video}}', seconds: 3}}}}" for n in (0, 1)]
            + [STYLED % "s2.video", STYLED % "s3.video"],
            [1],
        ),
        (
            [
                CHECK, STREET + ", when: '${s0.passed}'}", SNOW[:-1] + ", require: '${s0.passed}'}",
                STREET + ", require: '${s2.images}'}", STYLED % "s1.video", STYLED % "s3.video",
            ],
            [],
        ),
        ([CHECK, STREET + "}", STREET + ", when: '${s0.passed}'}", STYLED % "s1.video", STYLED % "s2.video"], [2]),
    ],
    ids=[
        "after the same call", "further on", "after another take", "another take", "words to come", "of one list",
        "of a list of unknown length",
        "after a choice", "after a fallback", "an alternative", "a film that is cut", "maybe, then surely",
        "surely, then maybe",
    ],
)  # fmt: skip
async def test_waiting_calls_are_one_only_when_that_is_sure(
    planned: Callable[..., Any], steps: list[str], again: list[int]
) -> None:
    """They wait for files of the same call, and nothing else of them can differ; then the second costs nothing."""
    plan = await planned("pipeline: p\nsteps:\n" + "".join(f"  s{n}: {one}\n" for n, one in enumerate(steps)))
    rows = {row.name: row for row in plan.steps}
    assert [name for name, row in rows.items() if row.again] == [f"s{n}" for n in again]
    assert all(rows[f"s{n}"].quote_cny == 0 for n in again)

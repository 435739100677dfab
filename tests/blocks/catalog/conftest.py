"""Requests of our own that every test may start from."""

from __future__ import annotations

import copy
from typing import Any

import pytest

_BODIES: dict[str, dict[str, Any]] = {
    "wan2.6-t2v": {
        "model": "wan2.6-t2v",
        "input": {"prompt": "纸船顺着雨水漂过石板路", "negative_prompt": ""},
        "parameters": {"size": "1088*832", "duration": 7, "shot_type": "multi", "seed": 7},
    },
    "wan2.2-t2v-plus": {
        "model": "wan2.2-t2v-plus",
        "input": {"prompt": "a paper boat drifts over wet cobbles"},
        "parameters": {"size": "832*480"},
    },
    "wan2.6-i2v-flash": {
        "model": "wan2.6-i2v-flash",
        "input": {"img_url": "https://example.org/boat.png", "prompt": "the boat turns"},
        "parameters": {"resolution": "720P", "audio": False},
    },
    "wanx2.1-i2v-turbo": {
        "model": "wanx2.1-i2v-turbo",
        "input": {"img_url": "https://example.org/cat.png", "template": "squish"},
        "parameters": {"duration": 3},
    },
    "wan2.2-kf2v-flash": {
        "model": "wan2.2-kf2v-flash",
        "input": {"first_frame_url": "https://example.org/dawn.png", "last_frame_url": "https://example.org/dusk.png"},
        "parameters": {"resolution": "480P"},
    },
    "video-style-transform": {
        "model": "video-style-transform",
        "input": {"video_url": "https://example.org/walk.mp4"},
        "parameters": {"style": 7, "min_len": 540},
    },
    "wanx2.1-vace-plus": {
        "model": "wanx2.1-vace-plus",
        "input": {
            "function": "video_repainting",
            "prompt": "everything made of felt",
            "video_url": "https://example.org/walk.mp4",
        },
        "parameters": {"control_condition": "depth", "prompt_extend": False},
    },
    "qwen-plus": {
        "model": "qwen-plus",
        "input": {"messages": [{"role": "user", "content": "Write one line about rain."}]},
        "parameters": {"temperature": 0.3, "max_tokens": 200},
    },
}


class Bodies:
    """Fresh copies of valid bodies, with changes."""

    models = tuple(_BODIES)

    def __call__(self, model: str, **sections: dict[str, Any]) -> dict[str, Any]:
        body = copy.deepcopy(_BODIES[model])
        for section, changes in sections.items():
            body.setdefault(section, {}).update(changes)
        return body


@pytest.fixture
def bodies() -> Bodies:
    return Bodies()

"""Requests of our own that every test may start from, and what requests are refused for."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from blocks import catalog

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
    "wan2.6-r2v": {
        "model": "wan2.6-r2v",
        "input": {
            "prompt": "character1把纸船递给character2",
            "reference_urls": ["https://example.org/girl.mp4", "https://example.org/heron.png"],
        },
        "parameters": {"size": "960*960", "duration": 4, "shot_type": "multi"},
    },
    "wan2.6-r2v-flash": {
        "model": "wan2.6-r2v-flash",
        "input": {"prompt": "character1 naps", "reference_urls": ["https://example.org/cat.mov"]},
        "parameters": {"audio": False},
    },
    "wan2.2-s2v-detect": {"model": "wan2.2-s2v-detect", "input": {"image_url": "https://example.org/singer.jpg"}},
    "wan2.2-s2v": {
        "model": "wan2.2-s2v",
        "input": {"image_url": "https://example.org/singer.jpg", "audio_url": "https://example.org/song.wav"},
        "parameters": {"resolution": "720P"},
    },
    "wan2.2-animate-move": {
        "model": "wan2.2-animate-move",
        "input": {"image_url": "https://example.org/clerk.png", "video_url": "https://example.org/dance.mov"},
        "parameters": {"mode": "wan-pro"},
    },
    "wan2.2-animate-mix": {
        "model": "wan2.2-animate-mix",
        "input": {
            "image_url": "https://example.org/clerk.png",
            "video_url": "https://example.org/dance.mov",
            "watermark": True,
        },
        "parameters": {"mode": "wan-std", "check_image": False},
    },
    "animate-anyone-detect-gen2": {
        "model": "animate-anyone-detect-gen2",
        "input": {"image_url": "https://example.org/dancer.bmp"},
    },
    "animate-anyone-template-gen2": {
        "model": "animate-anyone-template-gen2",
        "input": {"video_url": "https://example.org/waltz.avi"},
    },
    "animate-anyone-gen2": {
        "model": "animate-anyone-gen2",
        "input": {"image_url": "https://example.org/dancer.bmp", "template_id": "AACT.7.8-9.0"},
        "parameters": {"use_ref_img_bg": True, "video_ratio": "3:4"},
    },
    "emo-detect-v1": {
        "model": "emo-detect-v1",
        "input": {"image_url": "https://example.org/sailor.webp"},
        "parameters": {"ratio": "3:4"},
    },
    "emo-v1": {
        "model": "emo-v1",
        "input": {
            "image_url": "https://example.org/sailor.webp",
            "audio_url": "https://example.org/shanty.mp3",
            "face_bbox": [210, 160, 390, 340],
            "ext_bbox": [120, 40, 480, 520],
        },
        "parameters": {"style_level": "calm"},
    },
    "liveportrait-detect": {"model": "liveportrait-detect", "input": {"image_url": "https://example.org/anchor.jpeg"}},
    "liveportrait": {
        "model": "liveportrait",
        "input": {"image_url": "https://example.org/anchor.jpeg", "audio_url": "https://example.org/news.mp3"},
        "parameters": {"template_id": "calm", "video_fps": 15, "mouth_move_strength": 1.5, "paste_back": False},
    },
    "videoretalk": {
        "model": "videoretalk",
        "input": {"video_url": "https://example.org/host.mp4", "audio_url": "https://example.org/dub.aac"},
        "parameters": {"video_extension": True},
    },
    "emoji-detect-v1": {
        "model": "emoji-detect-v1",
        "input": {"image_url": "https://example.org/child.png"},
        "parameters": {"ratio": "1:1"},
    },
    "emoji-v1": {
        "model": "emoji-v1",
        "input": {
            "image_url": "https://example.org/child.png",
            "face_bbox": [300, 200, 520, 430],
            "ext_bbox": [200, 100, 620, 515],
            "driven_id": "jingdian_xianqi",
        },
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


def problem_of(body: object, **switches: bool) -> catalog.Problem:
    """The one problem that a request is refused for."""
    (problem,) = _problems(body, **switches)
    return problem


def problem_fields(body: object, **switches: bool) -> list[str]:
    """The fields that a request is refused for."""
    return [problem.field for problem in _problems(body, **switches)]


def _problems(body: object, **switches: bool) -> list[catalog.Problem]:
    with pytest.raises(catalog.InvalidRequest) as refused:
        catalog.request(body, **switches)  # type: ignore[arg-type]
    return refused.value.problems


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

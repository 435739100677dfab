"""Files of the formats that models take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from blocks import catalog
from blocks.catalog import Media
from blocks.media import probe
from tasks.inputs import format_of, misfits

FILMS = {
    "mp4": ("mp4", "libx264"),
    "mov": ("mov", "libx264"),
    "avi": ("avi", "mpeg4"),
    "mkv": ("matroska", "libx264"),
    "flv": ("flv", "flv"),
    "ts": ("mpegts", "libx264"),
    "mpg": ("mpeg", "mpeg2video"),
    "mxf": ("mxf", "mpeg2video"),
}
SOUNDS = {"wav": ("wav", "pcm_s16le"), "mp3": ("mp3", "libmp3lame"), "aac": ("adts", "aac")}
UNREAD = {"heif"}
"""Taken by their names: nothing here reads them."""


def _specs() -> Iterator[Media]:
    for row in catalog.MODELS.values():
        for field in row.fields.values():
            if field.media is not None:
                yield from (field.media.of(kind) for kind in field.media.kinds)


DOCUMENTED = {(spec.kind, name) for spec in _specs() for name in spec.formats if name not in UNREAD}


def _picture(path: Path) -> None:
    Image.new("RGB", (96, 64), (9, 99, 30)).save(path)


def _film(path: Path, muxer: str, codec: str) -> None:
    with av.open(str(path), "w", format=muxer) as container:
        stream: Any = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((64, 96, 3), number * 40, np.uint8), "rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode())


def _sound(path: Path, muxer: str, codec: str) -> None:
    with av.open(str(path), "w", format=muxer) as container:
        stream: Any = container.add_stream(codec, rate=44100, layout="mono")
        wave = (np.sin(np.arange(44100) / 20) * 9000).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(wave, "s16", layout="mono")
        frame.rate = 44100
        for piece in (*stream.codec_context.encode(frame), *stream.codec_context.encode()):
            container.mux(piece)


@pytest.mark.parametrize(("kind", "name"), sorted(DOCUMENTED))
def test_a_file_of_each_format_is_told_by_its_content(tmp_path: Path, kind: str, name: str) -> None:
    """Whatever it is called, a file of a format that a model takes is read and has the format the model names;
    so it has when it lies in storage and only its media type is known."""
    path = tmp_path / f"sample.{name}"
    if kind == "image":
        _picture(path)
    else:
        (_film if kind == "video" else _sound)(path, *(FILMS if kind == "video" else SOUNDS)[name])
    unnamed = path.rename(tmp_path / "sample")
    info = probe(unnamed)
    assert info.kind == kind
    for spec in _specs():
        if spec.kind == kind and name in spec.formats:
            assert not [said for said, _ in misfits(info, spec) if "by its content" in said]
            assert spec.takes(format_of(info.media_type))

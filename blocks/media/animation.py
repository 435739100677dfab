"""A film as an animated picture: GIF or WebP."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
from av.filter import Graph
from av.video.stream import VideoStream

from .clip import Clip, describe
from .errors import MediaError
from .filtering import graph_of, pulled
from .probe import MediaInfo, probe
from .reel import length_of, rate_of, reel
from .sources import Source, keep_sources

_WEBP = {"quality": "70", "compression_level": "4"}


def animation(
    source: Source, dst: str | os.PathLike[str], *, width: int = 480, fps: float = 12, loop: bool = True
) -> MediaInfo:
    """Makes a film an animated picture without sound.

    A GIF has 256 colours, chosen for the whole film; a WebP has all colours and is several times smaller.

    Args:
        source: the film.
        dst: a GIF, or a WebP when the name ends so.
        width: in pixels, at most that of the film.
        fps: pictures a second, at most those of the film.
        loop: play for ever; else once.

    Raises:
        MediaError: it cannot be read, or the file cannot be written.
    """
    keep_sources([source], dst)
    clip = describe(source)
    length_of(clip)
    rate = min(Fraction(fps).limit_denominator(1001), rate_of(clip))
    wide = min(width, clip.info.width or width)
    look = f"scale={wide}:-1:flags=lanczos+accurate_rnd,format=bgra"
    webp = os.fspath(dst).lower().endswith(".webp")
    try:
        if webp:
            _write(reel(clip, rate, look), dst, "libwebp_anim", "bgra", rate, "0" if loop else "1", _WEBP)
        else:
            _write(_few_colours(clip, rate, look), dst, "gif", "pal8", rate, "0" if loop else "-1", {})
    except (av.FFmpegError, OSError) as error:
        Path(dst).unlink(missing_ok=True)
        raise MediaError(f"cannot be written: {error.strerror}", os.fspath(dst)) from error
    return probe(dst)


def _few_colours(clip: Clip, fps: Fraction, look: str) -> Iterator[av.VideoFrame]:
    """The film's pictures in the 256 colours that suit it best: it is read twice."""
    palettes = _through(reel(clip, fps, look), "palettegen=stats_mode=full")
    palette = next(palettes)
    pictures = reel(clip, fps, look)
    first = next(pictures)
    graph = graph_of([first, palette], "[0][1]paletteuse=dither=bayer:bayer_scale=4:diff_mode=rectangle", fps=fps)
    graph.vpush(palette, 1)
    graph.vpush(None, 1)
    for picture in chain([first], pictures):
        graph.vpush(picture, 0)
        yield from pulled(graph)
    graph.vpush(None, 0)
    yield from pulled(graph)


def _through(pictures: Iterator[av.VideoFrame], description: str) -> Iterator[av.VideoFrame]:
    graph: Graph | None = None
    for picture in pictures:
        graph = graph or graph_of([picture], description)
        graph.vpush(picture)
    if graph is not None:
        graph.vpush(None)
        yield from pulled(graph)


def _write(
    pictures: Iterator[av.VideoFrame],
    dst: str | os.PathLike[str],
    codec: str,
    pixels: str,
    fps: Fraction,
    loop: str,
    options: dict[str, str],
) -> None:
    kind = "gif" if codec == "gif" else "webp"
    with av.open(os.fspath(dst), "w", format=kind, options={"loop": loop}) as container:
        stream: VideoStream | None = None
        for number, picture in enumerate(pictures):
            if stream is None:
                added = container.add_stream(codec, rate=fps, options=options)
                assert isinstance(added, VideoStream)
                stream = added
                stream.width, stream.height, stream.pix_fmt = picture.width, picture.height, pixels
            picture.pts, picture.time_base, picture.pict_type = number, 1 / fps, 0
            container.mux(stream.encode(picture))
        if stream is not None:
            container.mux(stream.encode(None))

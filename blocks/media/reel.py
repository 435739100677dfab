"""A film's pictures as one shows them: upright, with square pixels, at a steady rate, in the colours of HD."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
from av.container import InputContainer
from av.filter import Graph
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from .clip import Clip
from .colours import colourspace_of
from .errors import MediaError
from .filtering import graph_of, pulled
from .probe import has_alpha_beside, picture_stream
from .sources import name_of, opened

_TURNS = {90: ["transpose=cclock"], 180: ["hflip", "vflip"], 270: ["transpose=clock"]}
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""FFmpeg's own decoders of these drop what makes a film transparent."""

INDEXED = ("mov", "matroska")
"""FFmpeg's readers that find a place in a film exactly; with others a film is decoded from its start."""

_FASTEST = 120
COLOURS = "out_color_matrix=bt709:out_range=tv"
"""What every `scale` of a reel says: our films are BT.709 in the limited range."""


def rate_of(clip: Clip) -> Fraction:
    """A film's pictures a second, as our films can have them."""
    return Fraction(min(clip.info.fps or 30, _FASTEST)).limit_denominator(1001)


def length_of(clip: Clip) -> float:
    """A film's length in seconds.

    Raises:
        MediaError: it does not tell.
    """
    if not clip.seconds:
        raise MediaError("does not tell how long it is", name_of(clip.source))
    return clip.seconds


def count_of(seconds: float, fps: Fraction) -> int:
    """How many pictures a length takes."""
    return max(1, round(Fraction(seconds) * fps))


def reel(
    clip: Clip,
    fps: Fraction,
    look: str,
    *,
    begin: float = 0.0,
    seconds: float | None = None,
    tempo: float = 1.0,
) -> Iterator[av.VideoFrame]:
    """The pictures of a film, exactly as many as its length asks for.

    Args:
        clip: the film.
        fps: pictures a second wanted.
        look: filters that make them what is wanted; they end with the wanted pixel format.
        begin: seconds of the film to leave out.
        seconds: length of the film to show; by default to its end.
        tempo: how much faster than it is.

    Raises:
        MediaError: it cannot be decoded.
    """
    shown = length_of(clip) - begin if seconds is None else seconds
    wanted = count_of(shown / tempo, fps)
    count = 0
    last: av.VideoFrame | None = None
    for frame in _filtered(clip, fps, look, begin, tempo):
        yield frame
        count += 1
        last = frame
        if count == wanted:
            return
    if last is None:
        raise MediaError("holds no picture that can be decoded", name_of(clip.source))
    for _ in range(wanted - count):
        yield last


def _filtered(clip: Clip, fps: Fraction, look: str, begin: float, tempo: float) -> Iterator[av.VideoFrame]:
    with opened(clip.source) as container:
        stream = picture_stream(container)
        assert stream is not None
        graph: Graph | None = None
        for frame in _from(container, stream, float(clip.start) + begin):
            if not frame.format.is_rgb:
                frame.colorspace = colourspace_of(frame)
            graph = graph or _graph(frame, stream, look, fps, tempo)
            frame.pts = (frame.pts or 0) - round((float(clip.start) + begin) / (frame.time_base or 1))
            graph.vpush(frame)
            yield from pulled(graph)
        if graph is not None:
            graph.vpush(None)
            yield from pulled(graph)


def _from(container: InputContainer, stream: VideoStream, begin: float) -> Iterator[av.VideoFrame]:
    """The pictures from the one on that shows at a time of the film's clock."""
    assert stream.time_base is not None
    first = round(begin / stream.time_base)
    if first > (stream.start_time or 0) and container.format.name.startswith(INDEXED):
        container.seek(first, stream=stream, backward=True)
    before: av.VideoFrame | None = None
    for frame in _decoded(container, stream):
        if frame.pts is None:
            continue
        if frame.pts < first:
            before = frame
            continue
        if before is not None:
            yield before
            before = None
        yield frame
    if before is not None:
        yield before


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame]:
    name = stream.codec_context.codec.canonical_name
    if not has_alpha_beside(stream) or name not in _WITH_ALPHA:
        stream.thread_type = "AUTO"
        yield from container.decode(stream)
        return
    decoder = VideoCodecContext.create(_WITH_ALPHA[name], "r")
    assert isinstance(decoder, VideoCodecContext)
    for packet in container.demux(stream):
        for frame in decoder.decode(packet if packet.size else None):
            frame.time_base = stream.time_base
            yield frame


def _graph(frame: av.VideoFrame, stream: VideoStream, look: str, fps: Fraction, tempo: float) -> Graph:
    aspect = stream.sample_aspect_ratio or Fraction(1)
    steps = [
        *([f"setpts=PTS/{tempo}"] if tempo != 1 else []),
        *([f"scale=w=trunc(iw*{aspect.numerator}/{aspect.denominator}):h=ih", "setsar=1"] if aspect != 1 else []),
        *_TURNS.get(frame.rotation % 360, []),
        look,
        "setsar=1",
        f"fps={fps.numerator}/{fps.denominator}:start_time=0",
    ]
    return graph_of([frame], ",".join(steps), aspect)
